package dev.smsroutes.batch.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.BadContentException;
import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.BatchReading;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.format.FileShape;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.format.Thrown;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.BatchFolders.Names;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.result.BatchSummary;
import dev.smsroutes.batch.result.CompletionMarker;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.result.ResultsFormat;
import dev.smsroutes.batch.result.ResultsWriter;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.ledger.Runs.Run;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Reason;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.StatusTable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 */
public final class Batch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Batch.class);

  /** How often {@link Setting#progress} is called at most. */
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

  /** How long to sleep at most while rows are held: a stop and another time wake nobody. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  /** A row whose time of day has not come. */
  private record Held(Row row, Instant until) {}

  /** How many rows are looked up at once when a run goes on, or is cancelled. */
  private static final int LOOK_UP = 200;

  /** How often the disk is asked at most whether the file is paused or cancelled. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  private static final String PAUSED = "it is paused, and continues when it is resumed";
  private static final String UNRECORDED = "it continues when the ledger can be written again";

  private final Setting setting;
  private final Path file;
  private final String fileName;
  private final Names names;
  private final ResultsWriter.Opener opener;
  private final long startedAt;
  private final BatchTally tally;

  private BasicFileAttributes opened;
  private Optional<Run> run = Optional.empty();
  private UnreadableFileException unreadable;
  private CompletionMarker completion;
  private BatchReading reading;
  private BatchReport report;
  private ResultsWriter writer;
  private DurableFile reason;
  private boolean namesTaken;

  // Read ahead by the thread that iterates.
  private final Deque<RawRow> ahead = new ArrayDeque<>();
  private Map<String, Outcome> settled = Map.of();

  // Looked for by the thread that iterates.
  private volatile FileControl order = FileControl.GO_ON;
  private volatile boolean cancelled;
  private long lookAgainAt = System.nanoTime();
  private boolean toldThrown;
  private Optional<Set<String>> maybeSent = Optional.empty();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition progress = lock.newCondition();
  private final Deque<Row> open = new ArrayDeque<>();
  private final Queue<Held> held = new PriorityQueue<>(Comparator.comparing(Held::until));
  private Instant toldHeldUntil;
  private long openBytes;
  private int unsettled;
  private long recorded;
  private long progressAt;
  private IOException failure;
  private String interruption;
  private boolean exhausted;
  private boolean closed;

  private Batch(Path file, Names names, Setting setting, ResultsWriter.Opener opener) {
    this.setting = setting;
    this.file = file;
    this.fileName = file.getFileName().toString();
    this.names = names;
    this.opener = opener;
    this.startedAt = setting.clock().millis();
    this.tally = new BatchTally(fileName, names.source(), setting.clock());
    this.progressAt = startedAt + PROGRESS_EVERY.toMillis();
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
        Batch batch = new Batch(file, completion.names(), setting, opener);
        batch.completion = completion;
        batch.exhausted = true;
        return batch;
      }
      completion.publish(folders);
      completion.finish(setting.runs());
      completion.forget(folders);
    }
    Batch batch = new Batch(file, folders.take(fileName, setting.results()), setting, opener);
    batch.namesTaken = true;
    setting.watch().began(batch);
    try {
      batch.read();
    } catch (UnreadableFileException e) {
      batch.unreadable = e;
      batch.exhausted = true;
    } catch (IOException | RuntimeException e) {
      batch.close();
      throw e;
    }
    return batch;
  }

  private void read() throws IOException, UnreadableFileException {
    opened = attributes();
    reading = BatchReading.open(file, setting.limits(), setting.requests(), setting.stopping());
    begin();
    writer = new ResultsWriter(opener, names, reading.rows());
    tally.sending(reading.size(), reading.totalRows());
  }

  private void begin() throws UnreadableFileException {
    run = Optional.of(setting.runs().begin(reading.sha256(), fileName));
    if (run.get().forgotten()) {
      throw UnreadableFileException.forgotten();
    }
  }

  private BasicFileAttributes attributes() throws IOException {
    return SourceFile.attributes(file, setting.limits().input().links());
  }

  /** The name of the file as it was dropped. */
  public String fileName() {
    return fileName;
  }

  /** Why no row of it can be read, if so; holds nothing of the file's content. */
  public Optional<String> unreadable() {
    return Optional.ofNullable(unreadable).map(e -> e.reason() + ": " + e.getMessage());
  }

  /** What was found out about it; empty when it is unreadable, or was finished before. */
  public Optional<FileShape> shape() {
    return Optional.ofNullable(reading).map(BatchReading::shape);
  }

  /** Whether an earlier pass over it was interrupted, and this one goes on with it. */
  public boolean resumed() {
    return run.map(Run::resumed).orElse(false);
  }

  /** Whether an earlier process put its results in place, so that it has only to be moved. */
  public boolean endedBefore() {
    return completion != null && opened == null;
  }

  /**
   * What was last seen to be wanted of it. With {@link FileControl#PAUSE} or {@link
   * FileControl#CANCEL} no further row is handed over, and it ends, or is interrupted, when those
   * under way have. Looks at no disk; any thread may ask.
   */
  public FileControl order() {
    return order;
  }

  /** Whether rows were not handed over because somebody wanted it to end. Any thread may ask. */
  public boolean cancelled() {
    return cancelled;
  }

  /**
   * The rows to hand over, in groups that may travel in one call. To be called once.
   *
   * @param most how many rows a group may have
   */
  public Iterator<RowGroup> groups(int most) {
    return new RowGroups(this, most);
  }

  /** Looks for an order now and then; what was seen is told by {@link #order}. */
  void lookForOrder() {
    long now = System.nanoTime();
    if (order == FileControl.GO_ON && now - lookAgainAt >= 0) {
      lookAgainAt = now + LOOK_EVERY.toNanos();
      order = FileControl.of(file);
      if (order == FileControl.PAUSE) {
        tally.paused(true);
        interrupt(PAUSED);
      }
    }
  }

  /** They are not handed over now, but an interrupted pass may have sent them, or another file. */
  void cancel(List<Row> rows) {
    try {
      for (int from = 0; from < rows.size(); from += LOOK_UP) {
        List<Row> some = rows.subList(from, Math.min(from + LOOK_UP, rows.size()));
        Set<String> keys =
            some.stream()
                .map(row -> row.request().messageKey())
                .collect(Collectors.toUnmodifiableSet());
        Set<String> sent = setting.runs().maybeSent(keys);
        some.forEach(row -> cancel(row, sent));
      }
    } catch (LedgerUnavailableException e) {
      interrupt(UNRECORDED);
    }
  }

  private void cancel(Row row, Set<String> maybeSent) {
    String key = row.request().messageKey();
    cancelled = true;
    settle(row, StatusTable.cancelled(newRequestId(), key, maybeSent.contains(key)));
  }

  /**
   * The next row to hand over; null if there is none, or none that could be read without waiting.
   */
  Row nextRow() {
    try {
      while (true) {
        lookForOrder();
        Row due = pollDue();
        if (due != null && order == FileControl.CANCEL) {
          cancel(List.of(due));
          continue;
        }
        if (due != null || !mayRead()) {
          return due;
        }
        // Outside of the lock: whoever brings an outcome need not wait for the disk.
        RawRow raw = nextRaw();
        Row row = raw == null ? null : new Row(this, raw);
        lock.lock();
        try {
          if (row == null) {
            exhausted = true;
            return null;
          }
          open.add(row);
          unsettled++;
          openBytes += raw.bytes();
          tally.begun(raw);
          if (settled.containsKey(source(raw))) {
            recorded++;
            tally.recorded(raw);
          }
        } finally {
          lock.unlock();
        }
        if (raw.request() == null) {
          tellWhatWasThrown(raw);
          settle(row, Refused.of(newRequestId(), Optional.empty(), raw.faults()));
        } else if (settled.containsKey(source(raw))) {
          settle(row, settled.get(source(raw)));
        } else if (order == FileControl.CANCEL) {
          // Read before the order was seen, it was not looked up.
          maybeSent.ifPresentOrElse(sent -> cancel(row, sent), () -> cancel(List.of(row)));
        } else {
          return row;
        }
      }
    } catch (BadContentException e) {
      // It was fine in the first reading. What was cut off by that is no row.
      broke(UnreadableFileException.changed());
    } catch (UnreadableFileException e) {
      broke(e);
    } catch (IOException e) {
      fail(e);
    } catch (LedgerUnavailableException e) {
      interrupt(UNRECORDED);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      // The splitter would end without a word, and the file would stand still.
      fail(new IOException("Expected the next row; got " + Thrown.place(e)));
    }
    return null;
  }

  /** Once for each file: its results tell it of each row. */
  private void tellWhatWasThrown(RawRow raw) {
    if (!toldThrown && raw.faults().get(0).code() == ErrorCode.INTERNAL) {
      toldThrown = true;
      LOG.error(
          "row refused name={} row={} reason=\"{}\"",
          FileNames.shown(fileName),
          raw.number(),
          raw.faults().get(0).message());
    }
  }

  private void broke(UnreadableFileException why) {
    lock.lock();
    try {
      reading.broke(why);
      exhausted = true;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Of a run that goes on, the ledger is asked for many rows at once: most of them are settled. So
   * it is of one that was cancelled.
   */
  private RawRow nextRaw() throws IOException, UnreadableFileException {
    boolean cancelled = order == FileControl.CANCEL;
    if (ahead.isEmpty() && !resumed() && !cancelled) {
      return reading.next();
    }
    if (ahead.isEmpty()) {
      Map<String, String> keys = new HashMap<>();
      long bytes = 0;
      RawRow raw;
      while (ahead.size() < LOOK_UP
          && bytes < setting.limits().windowBytes()
          && (raw = reading.next()) != null) {
        ahead.add(raw);
        bytes += raw.bytes();
        if (raw.request() != null) {
          keys.put(source(raw), raw.request().messageKey());
        }
      }
      settled =
          keys.isEmpty() || !resumed() ? Map.of() : setting.runs().settled(run.orElseThrow(), keys);
      maybeSent =
          cancelled && !keys.isEmpty()
              ? Optional.of(setting.runs().maybeSent(Set.copyOf(keys.values())))
              : Optional.empty();
    }
    return ahead.poll();
  }

  /** Waits until one more row may be given, or none will be; now and then it returns before. */
  void awaitRoom() {
    Optional<Instant> news;
    do {
      news = awaitRoomOrNews();
      // Outside of the lock: a slow log must not hold up the outcomes.
      news.ifPresent(until -> setting.held().ifPresent(told -> told.accept(this, until)));
    } while (news.isPresent());
  }

  /** Waits for the same; before, gives once until when all is held that could go on. */
  private Optional<Instant> awaitRoomOrNews() {
    lock.lock();
    try {
      while (!over() && !room()) {
        Instant until = allHeldUntil();
        if (until != null && !until.equals(toldHeldUntil)) {
          toldHeldUntil = until;
          return Optional.of(until);
        }
        if (held.isEmpty()) {
          progress.await();
        } else if (!progress.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
          // In vain, perhaps: whoever asks looks at the world and comes again.
          return Optional.empty();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(new InterruptedIOException("Interrupted while waiting for the outcome of a row"));
    } finally {
      lock.unlock();
    }
    return Optional.empty();
  }

  /** The earliest time of a held row, if no row is under way; else null. */
  private Instant allHeldUntil() {
    return held.isEmpty() || unsettled > held.size() ? null : held.peek().until();
  }

  private boolean due() {
    // What is cancelled waits for no morning.
    return !held.isEmpty()
        && (order == FileControl.CANCEL || !held.peek().until().isAfter(setting.clock().instant()));
  }

  /** The next held row whose time has come, or null. */
  private Row pollDue() {
    lock.lock();
    try {
      return !over() && due() ? held.poll().row() : null;
    } finally {
      lock.unlock();
    }
  }

  private boolean mayRead() {
    lock.lock();
    try {
      return !over() && !exhausted && !full();
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is a row to give, or to be read, now. */
  private boolean room() {
    return due() || !exhausted && !full();
  }

  boolean isOver() {
    lock.lock();
    try {
      return over();
    } finally {
      lock.unlock();
    }
  }

  /** Whether no row is to be handed over any more, those that were read included. */
  boolean isBrokenOff() {
    lock.lock();
    try {
      if (setting.stopping().getAsBoolean()) {
        // What was read and is not handed over has no outcome.
        interrupt(BatchReading.STOPPED);
      }
      return closed || failure != null || interruption != null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is for this row that a full window waits. */
  boolean isOldest(Row row) {
    lock.lock();
    try {
      return open.peek() == row;
    } finally {
      lock.unlock();
    }
  }

  /** How many rows are in the window, but for those that wait for their time of day. */
  int openRows() {
    lock.lock();
    try {
      return open.size() - held.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many rows have no outcome, but for those that wait for their time of day. */
  int rowsUnderWay() {
    lock.lock();
    try {
      return unsettled - held.size();
    } finally {
      lock.unlock();
    }
  }

  /** Whether all rows were read. */
  boolean isExhausted() {
    lock.lock();
    try {
      return exhausted;
    } finally {
      lock.unlock();
    }
  }

  private boolean full() {
    BatchLimits limits = setting.limits();
    return !open.isEmpty()
        && (open.size() >= limits.windowRows() || openBytes >= limits.windowBytes());
  }

  private boolean over() {
    // Where rows may be held, one that is under way may come back for a second time.
    return exhausted && (open.isEmpty() || setting.held().isEmpty())
        || closed
        || failure != null
        || interruption != null
        || setting.stopping().getAsBoolean();
  }

  void settle(Row row, Outcome outcome) {
    boolean tell = false;
    lock.lock();
    try {
      if (row.outcome() != null || closed) {
        return;
      }
      if (setting.held().isPresent() && isNotItsTime(outcome)) {
        held.add(new Held(row, until(outcome)));
        progress.signalAll();
        return;
      }
      row.outcome(outcome);
      unsettled--;
      interrupt(interruption(outcome));
      while (!open.isEmpty() && open.peek().outcome() != null && failure == null) {
        Row oldest = open.poll();
        openBytes -= oldest.raw().bytes();
        writer.write(oldest.raw(), oldest.outcome());
      }
      tally.settled(row.raw(), outcome, firstOpen());
      progress.signalAll();
      tell = isTimeToTell();
    } catch (IOException e) {
      fail(e);
    } finally {
      lock.unlock();
    }
    if (tell) {
      setting.watch().progressed(this);
    }
  }

  private OptionalLong firstOpen() {
    return open.isEmpty() ? OptionalLong.empty() : OptionalLong.of(open.peek().raw().number());
  }

  /**
   * Why a row with this outcome must not be reported now, so that the file has to wait; or null. An
   * attempt that was cut short by a stop is tried again, and one that could not be recorded is not
   * told.
   */
  private String interruption(Outcome outcome) {
    if (outcome instanceof Unsettled unsettled) {
      if (unsettled.reason() == Reason.UNRECORDED) {
        return UNRECORDED;
      }
      if (unsettled.reason() == Reason.STOPPING || setting.stopping().getAsBoolean()) {
        return BatchReading.STOPPED;
      }
    }
    return null;
  }

  private static boolean isNotItsTime(Outcome outcome) {
    return outcome instanceof Unsettled unsettled && unsettled.reason() == Reason.OUTSIDE_WINDOW;
  }

  /**
   * A window opens with a minute; what is over it is the time that the outcome took to get here.
   */
  private Instant until(Outcome outcome) {
    Instant now = setting.clock().instant();
    Instant opens = now.plus(outcome.retryAfter().orElse(Duration.ZERO));
    Instant minute = opens.truncatedTo(ChronoUnit.MINUTES);
    return minute.isAfter(now) ? minute : now.plusSeconds(1);
  }

  private void interrupt(String why) {
    lock.lock();
    try {
      interruption = interruption == null ? why : interruption;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean isTimeToTell() {
    long now = setting.clock().millis();
    boolean time = now >= progressAt;
    progressAt = time ? now + PROGRESS_EVERY.toMillis() : progressAt;
    return time;
  }

  Origin origin(RawRow raw) {
    return new Origin(Origin.FILE, source(raw), run.map(Run::id));
  }

  private String source(RawRow raw) {
    return raw.source(fileName);
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
   * Puts the result files on disk, and says in the ledger that they are there. To be called when
   * all rows have an outcome.
   *
   * @return where the source is to be moved now
   * @throws BatchInterruptedException when it is to go on later; the source must stay
   * @throws IOException when something else stood in the way; the source must stay
   * @throws LedgerUnavailableException when the ledger did; the source must stay
   */
  public Path finish() throws IOException {
    BatchFolders folders = setting.folders();
    tally.finishing();
    lock.lock();
    try {
      if (failure != null) {
        throw failure;
      }
      boolean replaced = false;
      if (completion == null) {
        replaced = end();
      }
      completion.publish(folders);
      completion.finish(setting.runs());
      // Nothing can be ordered any more, and the next file of this name must not be hit.
      FileControl.forget(file);
      if (replaced) {
        completion.forget(folders);
        throw new IOException(
            "Expected the file that was sent; another one has its name now, and is sent next. The"
                + " results tell what was sent");
      }
      return completion.target(folders);
    } catch (IOException e) {
      fail(e);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Completes the results and writes down how the file ends.
   *
   * @return whether another file has the name of the source now
   */
  private boolean end() throws IOException {
    BasicFileAttributes now;
    try {
      now = attributes();
    } catch (NoSuchFileException e) {
      now = opened;
    }
    // Null where the file system has no such key.
    boolean replaced = !Objects.equals(now.fileKey(), opened.fileKey());
    if (unreadable == null) {
      requireAllOutcomes();
      // Not tried again: with other content its rows would get other keys.
      unreadable = reading.broken().orElse(null);
      writer.complete();
      report = reported();
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

  /** Where results are written, they hold the names. */
  private void giveNamesBack() throws IOException {
    if (namesTaken && writer == null) {
      namesTaken = false;
      setting.folders().giveBack(names);
    }
  }

  private BatchReport reported() {
    return new BatchReport(
        fileName,
        names.source(),
        Optional.ofNullable(unreadable).map(UnreadableFileException::reason),
        cancelled,
        writer.counts(recorded),
        Optional.of(writer.faults()),
        reading.droppedBytes(),
        reading.droppedSha256(),
        Instant.ofEpochMilli(startedAt),
        setting.clock().instant());
  }

  private void keepResults(boolean keep) {
    if (writer != null) {
      writer.keep(keep);
    }
    if (reason != null) {
      reason.keep(keep);
    }
  }

  private void requireAllOutcomes() throws IOException {
    if (interruption != null) {
      throw new BatchInterruptedException(interruption, interruption.equals(PAUSED));
    }
    if ((!exhausted || !held.isEmpty()) && setting.stopping().getAsBoolean()) {
      throw new BatchInterruptedException(BatchReading.STOPPED);
    }
    if (closed || !exhausted || !open.isEmpty()) {
      throw new IOException(
          "Expected all rows to be read and to have an outcome; %s, and %,d have none"
              .formatted(exhausted ? "all were read" : "the reading broke off", open.size()));
    }
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

  /**
   * To be called when the source was moved, or could not be.
   *
   * @return false if it has ended, and is there all the same
   */
  public boolean moved() throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      if (completion == null || !isSource()) {
        return true;
      }
      Path target = completion.target(setting.folders());
      if (!completion.copied() && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
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

  /** What became of it; empty before the end, and when none of its rows could be read. */
  public Optional<BatchReport> report() {
    return Optional.ofNullable(report);
  }

  /** How far it is at this moment. Waits for nothing. */
  public BatchProgress progress() {
    return tally.progress();
  }

  /** The name of the file that tells its progress. */
  String progressName() {
    return names.progress();
  }

  /** How many rows became what, so far. */
  public BatchSummary summary() {
    lock.lock();
    try {
      long millis = setting.clock().millis() - startedAt;
      return writer == null
          ? new BatchSummary(names.source(), 0, 0, 0, 0, 0, millis)
          : writer.summary(names.source(), recorded, millis);
    } finally {
      lock.unlock();
    }
  }

  /** How many rows wait for their time of day. */
  public int held() {
    lock.lock();
    try {
      return held.size();
    } finally {
      lock.unlock();
    }
  }

  String newRequestId() {
    return setting.requestIds().get();
  }

  /** Closes the file and removes result files that were not finished. May be called twice. */
  @Override
  @SuppressWarnings("try") // All are only to be closed, whatever the first one says.
  public void close() throws IOException {
    lock.lock();
    try (BatchReading first = reading;
        ResultsWriter second = writer;
        DurableFile third = reason) {
      closed = true;
      progress.signalAll();
      giveNamesBack();
    } finally {
      lock.unlock();
      setting.watch().ended(this);
    }
  }

  /** For Camel's logs: without the file's content. */
  @Override
  public String toString() {
    return "Batch[" + names.source() + "]";
  }
}
