package dev.smsroutes.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.BatchFolders.Names;
import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.outcome.Outcome.Refused;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One file on its way: rows out, outcomes in, result files at the end.
 *
 * <p>Iterating gives the rows that can be handed over, in order; rows that are refused as they
 * stand are settled on the way and never appear. Results are written in the order of the rows,
 * whatever the order of their outcomes, so the iterator waits when the oldest row without an
 * outcome falls too far behind ({@link BatchLimits#windowRows}). Memory is bounded by that window.
 *
 * <p>One thread iterates at a time; any may settle. What goes wrong on the disk ends the iteration
 * and is thrown by {@link #finish}: the source then stays where it is, and the next try asks for
 * the same messages under the same keys.
 *
 * <p>Not {@code Closeable}: Camel's splitter closes such a body after its last row was started,
 * which is before its outcome is there.
 */
public final class Batch implements Iterable<Row>, AutoCloseable {
  /** What a batch needs from its surroundings. Immutable. */
  public record Setting(
      BatchFolders folders,
      BatchLimits limits,
      JsonRequests requests,
      Clock clock,
      Supplier<String> requestIds) {}

  private final Setting setting;
  private final String fileName;
  private final Names names;
  private final ResultsWriter.Opener opener;
  private final long startedAt;

  private UnreadableFileException unreadable;
  private FileChannel channel;
  private FileScan scan;
  private MessageDigest secondReading;
  private RowSource source;
  private ResultsWriter writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progress = lock.newCondition();
  private final Deque<Row> open = new ArrayDeque<>();
  private long openBytes;
  private IOException failure;
  private boolean exhausted;
  private boolean closed;

  private Batch(Path file, Setting setting, ResultsWriter.Opener opener) {
    this.setting = setting;
    this.fileName = file.getFileName().toString();
    this.names = setting.folders().names(fileName);
    this.opener = opener;
    this.startedAt = setting.clock().millis();
  }

  /**
   * Reads the file once, to be sure of all of it before the first row is handed over.
   *
   * @throws IOException when the disk does not do its part; a file that cannot be read for what it
   *     is (see {@link #unreadable}) is no exception
   */
  public static Batch open(Path file, Setting setting) throws IOException {
    return open(file, setting, name -> new DurableFile(setting.folders().results(), name));
  }

  static Batch open(Path file, Setting setting, ResultsWriter.Opener opener) throws IOException {
    Batch batch = new Batch(file, setting, opener);
    try {
      batch.read(file);
    } catch (UnreadableFileException e) {
      batch.unreadable = e;
      batch.exhausted = true;
    } catch (IOException | RuntimeException e) {
      batch.close();
      throw e;
    }
    return batch;
  }

  private void read(Path file) throws IOException, UnreadableFileException {
    if (BatchFolders.tooLong(fileName)) {
      throw new UnreadableFileException(
          "name too long",
          "Expected a file name of up to %,d bytes; a longer one came"
              .formatted(BatchFolders.LONGEST_NAME));
    }
    BatchFormat format =
        BatchFormat.of(fileName)
            .orElseThrow(
                () ->
                    new UnreadableFileException(
                        "unknown extension",
                        "Expected a name that ends in %s; another extension came"
                            .formatted(BatchFormat.EXTENSIONS)));
    channel = FileChannel.open(file, StandardOpenOption.READ);
    if (format == BatchFormat.JSON && channel.size() > setting.limits().maxJsonBytes()) {
      throw new UnreadableFileException(
          "too large",
          ("Expected a .json file, which is one request, of up to %,d bytes; %,d came. Many requests"
                  + " go into a .ndjson or .csv file.")
              .formatted(setting.limits().maxJsonBytes(), channel.size()));
    }
    scan = FileScan.of(Channels.newInputStream(channel), format);
    channel.position(0);
    secondReading = FileScan.newDigest();
    InputStream again =
        new BufferedInputStream(
            new DigestInputStream(
                new UpTo(Channels.newInputStream(channel), scan.size()), secondReading),
            65_536);
    if (scan.byteOrderMark()) {
      again.skipNBytes(FileScan.BOM_BYTES);
    }
    KeyMaker keys = KeyMaker.forContent(scan.sha256());
    int limit = setting.limits().maxLineBytes();
    source =
        switch (format) {
          case CSV -> new CsvRows(again, limit, scan.byteOrderMark(), keys);
          case JSON_LINES -> new JsonLineRows(again, limit, setting.requests(), keys);
          case JSON -> new JsonFileRows(again, setting.requests(), keys);
        };
    writer = new ResultsWriter(opener, names, source);
  }

  /** The name of the file as it was dropped. */
  public String fileName() {
    return fileName;
  }

  /** Why no row of it can be read, if so; holds nothing of the file's content. */
  public Optional<String> unreadable() {
    return Optional.ofNullable(unreadable).map(e -> e.reason() + ": " + e.getMessage());
  }

  /** The rows to hand over. One iterator for one batch. */
  @Override
  public Iterator<Row> iterator() {
    return new Rows();
  }

  private final class Rows implements Iterator<Row> {
    private Row next;

    @Override
    public boolean hasNext() {
      if (next == null) {
        next = nextRow();
      }
      return next != null;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row row = next;
      next = null;
      return row;
    }
  }

  private Row nextRow() {
    try {
      while (awaitRoom()) {
        // Outside of the lock: whoever brings an outcome need not wait for the disk.
        RawRow raw = source.next();
        Row row = raw == null ? null : new Row(this, raw);
        lock.lock();
        try {
          if (row == null) {
            exhausted = true;
            return null;
          }
          open.add(row);
          openBytes += raw.bytes();
        } finally {
          lock.unlock();
        }
        if (raw.request() != null) {
          return row;
        }
        settle(row, Refused.of(newRequestId(), Optional.empty(), raw.faults()));
      }
    } catch (IOException e) {
      fail(e);
    }
    return null;
  }

  /**
   * Waits until one more row may be read; false when there is none to come. Two rows always fit:
   * the splitter holds one that it has not started while it asks for the next.
   */
  private boolean awaitRoom() throws IOException {
    BatchLimits limits = setting.limits();
    lock.lock();
    try {
      while (!over()
          && open.size() >= 2
          && (open.size() >= limits.windowRows() || openBytes >= limits.windowBytes())) {
        progress.await();
      }
      return !over();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while waiting for the outcome of a row");
    } finally {
      lock.unlock();
    }
  }

  private boolean over() {
    return exhausted || closed || failure != null;
  }

  void settle(Row row, Outcome outcome) {
    lock.lock();
    try {
      if (row.outcome() != null || closed) {
        return;
      }
      row.outcome(outcome);
      while (!open.isEmpty() && open.peek().outcome() != null && failure == null) {
        Row oldest = open.poll();
        openBytes -= oldest.raw().bytes();
        writer.write(oldest.raw(), oldest.outcome());
      }
      progress.signalAll();
    } catch (IOException e) {
      fail(e);
    } finally {
      lock.unlock();
    }
  }

  private void fail(IOException e) {
    lock.lock();
    try {
      if (failure == null) {
        failure = e;
      }
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts the result files on disk.
   *
   * @return where the source is to be moved now
   * @throws IOException when that could not be done; the source must stay
   */
  public Path finish() throws IOException {
    lock.lock();
    try {
      if (failure != null) {
        throw failure;
      }
      if (unreadable != null) {
        writeReason(unreadable.reason(), unreadable.getMessage());
        return setting.folders().failed().resolve(names.source());
      }
      if (closed || !exhausted || !open.isEmpty()) {
        throw new IOException(
            "Expected all rows to be read and to have an outcome; %s, and %,d have none"
                .formatted(exhausted ? "all were read" : "the reading broke off", open.size()));
      }
      boolean changed =
          channel.size() != scan.size()
              || !HexFormat.of().formatHex(secondReading.digest()).equals(scan.sha256());
      writer.commit();
      if (changed) {
        // Not tried again: with other content its rows would get other keys.
        unreadable =
            new UnreadableFileException(
                "changed while it was read",
                "Expected a file that is complete; this one changed while it was sent. The results"
                    + " tell what was read. Write files elsewhere and rename them into the inbox.");
        writeReason(unreadable.reason(), unreadable.getMessage());
        return setting.folders().failed().resolve(names.source());
      }
      return setting.folders().done().resolve(names.source());
    } catch (IOException e) {
      fail(e);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private void writeReason(String reason, String message) throws IOException {
    ObjectNode text = JsonOriginal.MAPPER.createObjectNode();
    text.put("file", fileName);
    text.put("reason", reason);
    text.put("message", message);
    text.put("at", setting.clock().instant().toString());
    try (DurableFile file = new DurableFile(setting.folders().failed(), names.reason())) {
      file.out()
          .write(JsonOriginal.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(text));
      file.out().write('\n');
      file.commit();
    }
  }

  /** How many rows became what, so far. */
  public BatchSummary summary() {
    lock.lock();
    try {
      long millis = setting.clock().millis() - startedAt;
      return writer == null
          ? new BatchSummary(names.source(), 0, 0, 0, 0, millis)
          : writer.summary(names.source(), millis);
    } finally {
      lock.unlock();
    }
  }

  String newRequestId() {
    return setting.requestIds().get();
  }

  /** Closes the file and removes result files that were not finished. May be called twice. */
  @Override
  @SuppressWarnings("try") // Both are only to be closed, whatever the first one says.
  public void close() throws IOException {
    lock.lock();
    try (FileChannel file = channel;
        ResultsWriter results = writer) {
      closed = true;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** For Camel's logs: without the file's content. */
  @Override
  public String toString() {
    return "Batch[" + names.source() + "]";
  }

  /** The file as long as it was at the first reading: what is added later is not sent. */
  private static final class UpTo extends FilterInputStream {
    private long left;

    UpTo(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (left <= 0) {
        return -1;
      }
      int n = in.read(bytes, from, (int) Math.min(length, left));
      left -= Math.max(n, 0);
      return n;
    }
  }
}
