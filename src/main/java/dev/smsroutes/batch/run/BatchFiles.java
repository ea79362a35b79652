package dev.smsroutes.batch.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.BatchReading;
import dev.smsroutes.batch.format.FileShape;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.batch.result.BatchFolders.Names;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.result.CompletionMarker;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.result.ResultsWriter;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs.Run;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The files of one batch: the source is opened, the results are completed, the end is written down
 * ({@link CompletionMarker}), and the source is moved.
 *
 * <p>The lock is its monitor. {@link RowFlow}'s lock may be taken under it, never the other way
 * round: an outcome waits for no file to be forced to disk. What {@link #open} sets may be read
 * without a lock, since the batch is given out after that; what changes later is volatile.
 */
final class BatchFiles implements Closeable {
  private final Batch.Setting setting;
  private final Path file;
  private final String fileName;
  private final Names names;
  private final ResultsWriter.Opener opener;
  private final Instant started;

  // Set when it is opened, as far as that goes.
  private boolean namesTaken;
  private BasicFileAttributes opened;
  private BatchReading reading;
  private Optional<Run> run = Optional.empty();

  /** Written to by the flow until all rows have an outcome. */
  private ResultsWriter writer;

  private DurableFile reason;
  private CompletionMarker completion;
  private volatile UnreadableFileException unreadable;
  private volatile BatchReport report;

  /**
   * @param completion the end of the file, if it was written down by a process that did not come to
   *     its own end; null for a file that is to be sent, which has its names for itself
   */
  BatchFiles(
      Path file,
      Names names,
      Batch.Setting setting,
      ResultsWriter.Opener opener,
      CompletionMarker completion) {
    this.setting = setting;
    this.file = file;
    this.fileName = file.getFileName().toString();
    this.names = names;
    this.opener = opener;
    this.started = setting.clock().instant();
    this.completion = completion;
    this.namesTaken = completion == null;
  }

  /**
   * Reads the file once, begins its run, and gives its rows to the flow. If none can be read,
   * {@link #unreadable} says why.
   *
   * @throws IOException when the disk does not do its part
   * @throws LedgerUnavailableException when the run cannot be recorded
   */
  synchronized void open(RowFlow rows, BatchTally tally) throws IOException {
    try {
      opened = attributes();
      reading = BatchReading.open(file, setting.limits(), setting.requests(), setting.stopping());
      run = Optional.of(setting.runs().begin(reading.sha256(), fileName));
      if (run.get().forgotten()) {
        throw UnreadableFileException.forgotten();
      }
      writer = new ResultsWriter(opener, names, reading.rows());
      long bytesAhead = setting.limits().windowBytes();
      rows.begin(new RowReader(reading, fileName, run.get(), setting.runs(), bytesAhead), writer);
      tally.sending(reading.size(), reading.totalRows());
    } catch (UnreadableFileException e) {
      unreadable = e;
      rows.exhaust();
    }
  }

  private BasicFileAttributes attributes() throws IOException {
    return SourceFile.attributes(file, setting.limits().input().links());
  }

  Names names() {
    return names;
  }

  Optional<FileShape> shape() {
    return Optional.ofNullable(reading).map(BatchReading::shape);
  }

  boolean resumed() {
    return run.map(Run::resumed).orElse(false);
  }

  /** Whether an earlier process wrote down its end, so that it has only to be moved. */
  boolean endedBefore() {
    return opened == null && completion != null;
  }

  Optional<String> unreadable() {
    return Optional.ofNullable(unreadable).map(e -> e.reason() + ": " + e.getMessage());
  }

  Optional<BatchReport> report() {
    return Optional.ofNullable(report);
  }

  long millis() {
    return setting.clock().millis() - started.toEpochMilli();
  }

  /** See {@link Batch#finish}. */
  synchronized Path finish(RowFlow rows) throws IOException {
    boolean replaced = false;
    if (completion == null) {
      replaced = end(rows);
    }
    completion.publish(setting.folders());
    completion.finish(setting.runs());
    // Nothing can be ordered any more, and the next file of this name must not be hit.
    FileControl.forget(file);
    if (replaced) {
      completion.forget(setting.folders());
      throw new IOException(
          "Expected the file that was sent; another one has its name now, and is sent next. The"
              + " results tell what was sent");
    }
    return completion.target(setting.folders());
  }

  /**
   * Completes the results and writes down how the file ends.
   *
   * @return whether another file has the name of the source now
   */
  private boolean end(RowFlow rows) throws IOException {
    BasicFileAttributes now;
    try {
      now = attributes();
    } catch (NoSuchFileException e) {
      now = opened;
    }
    // Null where the file system has no such key.
    boolean replaced = !Objects.equals(now.fileKey(), opened.fileKey());
    if (unreadable == null) {
      rows.requireAllOutcomes();
      // Not tried again: with other content its rows would get other keys.
      unreadable = reading.broken().orElse(null);
      writer.complete();
      report = reported(rows);
      writer.summarize(report);
    }
    if (unreadable != null) {
      writeReason();
      giveNamesBack();
    }
    CompletionMarker written =
        CompletionMarker.of(fileName, names, unreadable != null, replaced ? opened : now, run);
    keepResults(true);
    try {
      written.write(opener);
    } catch (IOException e) {
      // It may be there all the same, and would end the file without its results.
      written.forget(setting.folders());
      keepResults(false);
      throw e;
    }
    completion = written;
    return replaced;
  }

  private BatchReport reported(RowFlow rows) {
    return new BatchReport(
        fileName,
        names.source(),
        Optional.ofNullable(unreadable).map(UnreadableFileException::reason),
        rows.cancelled(),
        writer.counts(rows.recorded()),
        Optional.of(writer.faults()),
        reading.droppedBytes(),
        reading.droppedSha256(),
        started,
        setting.clock().instant());
  }

  private void writeReason() throws IOException {
    ObjectNode text = JsonOriginal.MAPPER.createObjectNode();
    text.put("file", fileName);
    text.put("reason", unreadable.reason());
    text.put("message", unreadable.getMessage());
    text.put("at", setting.clock().instant().toString());
    reason = new DurableFile(setting.folders().failed(), names.reason());
    reason
        .out()
        .write(JsonOriginal.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(text));
    reason.out().write('\n');
    reason.complete();
  }

  private void keepResults(boolean keep) {
    if (writer != null) {
      writer.keep(keep);
    }
    if (reason != null) {
      reason.keep(keep);
    }
  }

  /** Where results are written, they hold the names. */
  private void giveNamesBack() throws IOException {
    if (namesTaken && writer == null) {
      namesTaken = false;
      setting.folders().giveBack(names);
    }
  }

  /** See {@link Batch#moved}. */
  synchronized boolean moved() throws IOException {
    if (SourceFile.isThere(file)) {
      if (completion == null || !isSource()) {
        return true;
      }
      Path target = completion.target(setting.folders());
      if (!completion.copied() && SourceFile.isThere(target)) {
        // Otherwise it would be taken for one that was dropped once more, again and again.
        completion = completion.asCopied();
        completion.write(opener);
      }
      return false;
    }
    FileControl.forget(file);
    if (completion != null) {
      completion.forget(setting.folders());
    }
    return true;
  }

  private boolean isSource() throws IOException {
    return opened == null
        ? completion.isLike(file)
        : Objects.equals(opened.fileKey(), attributes().fileKey());
  }

  /** Closes the source, and removes results that were not finished. May be called twice. */
  @Override
  @SuppressWarnings("try") // All are only to be closed, whatever the first one says.
  public synchronized void close() throws IOException {
    try (BatchReading first = reading;
        ResultsWriter second = writer;
        DurableFile third = reason) {
      giveNamesBack();
    }
  }
}
