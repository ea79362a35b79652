package dev.smsroutes.batch.run;

import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.FileShape;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.result.BatchSummary;
import dev.smsroutes.batch.result.CompletionMarker;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.result.ResultsFormat;
import dev.smsroutes.batch.result.ResultsWriter;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One file on its way: rows out, outcomes in, result files at the end.
 *
 * <p>{@link #groups} gives the rows that can be handed over; rows that are refused as they stand
 * are settled on the way and never appear. Results are written in the order of the rows, whatever
 * the order of their outcomes, so the iterator waits when the oldest row without an outcome falls
 * too far behind ({@link BatchLimits#windowRows}). Memory is bounded by that window.
 *
 * <p>A row whose outcome says that it is not its time of day is held, and given once more when the
 * time has come; the others go on in the meantime, as far as the window reaches.
 *
 * <p>One thread iterates at a time; any may settle. What goes wrong on the disk, a stop of this
 * process and an outcome that could not be recorded all end the iteration and are thrown by {@link
 * #finish}: the source then stays where it is. The next try asks for the same messages under the
 * same keys and in the same run, so the ledger answers for those that are settled.
 *
 * <p>It has no lock of its own: {@link RowFlow} has one for the rows, {@link BatchFiles} one for
 * the files.
 */
public final class Batch implements AutoCloseable {
  /** How often {@link BatchWatch#progressed} is called at most. */
  static final Duration PROGRESS_EVERY = Duration.ofSeconds(10);

  /**
   * What a batch needs from its surroundings. Immutable.
   *
   * @param runs where its pass is recorded
   * @param stopping whether this process is on its way down: then no further row is handed over
   * @param results the format of the results
   * @param watch told when it begins and ends, and now and then while there are outcomes
   * @param held told when there is nothing left to do but to wait, until when; if it is empty, no
   *     row is held, and one that comes back because it is not its time of day is reported so
   */
  public record Setting(
      BatchFolders folders,
      BatchLimits limits,
      JsonRequests requests,
      Clock clock,
      Supplier<String> requestIds,
      Runs runs,
      BooleanSupplier stopping,
      ResultsFormat results,
      BatchWatch watch,
      Optional<BiConsumer<Batch, Instant>> held) {}

  private final Setting setting;
  private final String fileName;
  private final BatchFiles files;
  private final BatchTally tally;
  private final RowFlow rows;

  private Batch(Path file, BatchFiles files, Setting setting) {
    this.setting = setting;
    this.fileName = file.getFileName().toString();
    this.files = files;
    this.tally = new BatchTally(fileName, files.names().source(), setting.clock());
    this.rows =
        new RowFlow(
            setting,
            fileName,
            new BatchControl(file, setting.runs(), setting.requestIds()),
            tally,
            () -> setting.watch().progressed(this),
            setting.held().map(told -> until -> told.accept(this, until)));
  }

  /**
   * Reads the file once, to be sure of all of it before the first row is handed over.
   *
   * @throws BatchInterruptedException when this process is stopping
   * @throws IOException when the disk does not do its part; a file that cannot be read for what it
   *     is (see {@link #unreadable}) is no exception
   * @throws LedgerUnavailableException when the pass cannot be recorded
   */
  public static Batch open(Path file, Setting setting) throws IOException {
    return open(file, setting, name -> new DurableFile(setting.folders().results(), name));
  }

  static Batch open(Path file, Setting setting, ResultsWriter.Opener opener) throws IOException {
    BatchFolders folders = setting.folders();
    String fileName = file.getFileName().toString();
    Optional<CompletionMarker> begun = CompletionMarker.find(folders, fileName);
    if (begun.isPresent()) {
      CompletionMarker completion = begun.get();
      if (completion.isOf(file, folders)) {
        BatchFiles files = new BatchFiles(file, completion.names(), setting, opener, completion);
        Batch batch = new Batch(file, files, setting);
        batch.rows.exhaust();
        return batch;
      }
      completion.publish(folders);
      completion.finish(setting.runs());
      completion.forget(folders);
    }
    BatchFolders.Names names = folders.take(fileName, setting.results());
    Batch batch = new Batch(file, new BatchFiles(file, names, setting, opener, null), setting);
    setting.watch().began(batch);
    try {
      batch.files.open(batch.rows, batch.tally);
    } catch (IOException | RuntimeException e) {
      batch.close();
      throw e;
    }
    return batch;
  }

  /** The name of the file as it was dropped. */
  public String fileName() {
    return fileName;
  }

  /** Why no row of it can be read, if so; holds nothing of the file's content. */
  public Optional<String> unreadable() {
    return files.unreadable();
  }

  /** What was found out about it; empty when it is unreadable, or was finished before. */
  public Optional<FileShape> shape() {
    return files.shape();
  }

  /** Whether an earlier pass over it was interrupted, and this one goes on with it. */
  public boolean resumed() {
    return files.resumed();
  }

  /** Whether an earlier process put its results in place, so that it has only to be moved. */
  public boolean endedBefore() {
    return files.endedBefore();
  }

  /**
   * What was last seen to be wanted of it. With {@link FileControl#PAUSE} or {@link
   * FileControl#CANCEL} no further row is handed over, and it ends, or is interrupted, when those
   * under way have. Looks at no disk; any thread may ask.
   */
  FileControl order() {
    return rows.order();
  }

  /** Whether rows were not handed over because a person cancelled it. Any thread may ask. */
  public boolean cancelled() {
    return rows.cancelled();
  }

  /**
   * The rows to hand over, in groups that may travel in one call. To be called once.
   *
   * @param most how many rows a group may have
   */
  public Iterator<RowGroup> groups(int most) {
    return new RowGroups(rows, most);
  }

  /**
   * Puts the result files on disk, and says in the ledger that they are there. To be called when
   * all rows have an outcome.
   *
   * @return where the source is to be moved now
   * @throws BatchInterruptedException when it is to go on later; the source must stay
   * @throws IOException when something else stood in the way; the source must stay
   * @throws LedgerUnavailableException when the ledger did; the source must stay
   */
  public Path finish() throws IOException {
    tally.finishing();
    rows.requireNoFailure();
    try {
      return files.finish(rows);
    } catch (IOException e) {
      rows.fail(e);
      throw e;
    }
  }

  /**
   * To be called when the source was moved, or could not be.
   *
   * @return false if it has ended, and is there all the same
   */
  public boolean moved() throws IOException {
    return files.moved();
  }

  /** What became of it; empty before the end, and when none of its rows could be read. */
  public Optional<BatchReport> report() {
    return files.report();
  }

  /** How far it is at this moment. Waits for nothing. */
  public BatchProgress progress() {
    return tally.progress();
  }

  /** The name of the file that tells its progress. */
  String progressName() {
    return files.names().progress();
  }

  /** How many rows became what, so far. */
  public BatchSummary summary() {
    return rows.summary(files.names().source(), files.millis());
  }

  /** How many rows wait for their time of day. */
  public int held() {
    return rows.held();
  }

  /** Closes the file and removes result files that were not finished. May be called twice. */
  @Override
  public void close() throws IOException {
    rows.close();
    try {
      files.close();
    } finally {
      setting.watch().ended(this);
    }
  }

  /** For Camel's logs: without the file's content. */
  @Override
  public String toString() {
    return "Batch[" + files.names().source() + "]";
  }
}
