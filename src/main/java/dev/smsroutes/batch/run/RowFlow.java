package dev.smsroutes.batch.run;

import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.BatchInterruptedException.Interruption;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.format.Thrown;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.batch.result.BatchSummary;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.result.ResultsWriter;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of one batch: read, given, held, settled, and written in their order.
 *
 * <p>One thread iterates at a time ({@link #next}, {@link #awaitRoom}, {@link #look}, {@link
 * #cancel}); any may settle and ask. The lock is its own. It guards the window, the outcomes of the
 * rows, the results while rows are written, and why the flow ended. Neither the file nor the ledger
 * is read under it, so an outcome never waits for them; results are written under it. It is the
 * innermost lock but for that of {@link BatchTally}.
 */
final class RowFlow {
  private static final Logger LOG = LoggerFactory.getLogger(RowFlow.class);

  /** How long to sleep at most while rows are held: a stop and another time wake nobody. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

  private final Batch.Setting setting;
  private final String fileName;
  private final BatchControl control;
  private final BatchTally tally;
  private final Runnable progressed;
  private final Optional<Consumer<Instant>> tellHeld;

  // Of the thread that iterates. The reader is set before the first row is asked for.
  private RowReader reader;
  private boolean toldThrown;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All below are guarded by the lock.
  private final RowWindow window;
  private ResultsWriter writer;
  private Instant toldHeldUntil;
  private long recorded;
  private long tellAt;
  private IOException failure;
  private Interruption interruption;
  private boolean closed;

  /**
   * @param progressed called now and then when there was an outcome
   * @param tellHeld told when there is nothing left to do but to wait, until when; if it is empty,
   *     no row is held
   */
  RowFlow(
      Batch.Setting setting,
      String fileName,
      BatchControl control,
      BatchTally tally,
      Runnable progressed,
      Optional<Consumer<Instant>> tellHeld) {
    this.setting = setting;
    this.fileName = fileName;
    this.control = control;
    this.tally = tally;
    this.progressed = progressed;
    this.tellHeld = tellHeld;
    this.window = new RowWindow(setting.limits(), tellHeld.isPresent());
    this.tellAt = setting.clock().millis() + Batch.PROGRESS_EVERY.toMillis();
  }

  void begin(RowReader rows, ResultsWriter results) {
    reader = rows;
    change(() -> writer = results);
  }

  private <T> T locked(Supplier<T> step) {
    lock.lock();
    try {
      return step.get();
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable step) {
    lock.lock();
    try {
      step.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Looks now and then whether the file is paused or cancelled. */
  void look() {
    if (control.look() && control.order() == FileControl.PAUSE) {
      tally.paused(true);
      interrupt(Interruption.PAUSED);
    }
  }

  FileControl order() {
    return control.order();
  }

  boolean cancelled() {
    return control.cancelled();
  }

  /** They are not handed over now, but an interrupted pass may have sent them, or another file. */
  void cancel(List<Row> rows) {
    try {
      control.cancel(rows, this::settle);
    } catch (LedgerUnavailableException e) {
      interrupt(Interruption.UNRECORDED);
    }
  }

  /**
   * The next row to hand over; null at the end, or if none can be read without waiting. Those that
   * need not be handed over are settled on the way.
   */
  Row next() {
    try {
      while (true) {
        look();
        Row due = locked(() -> isOverNow() ? null : window.pollDue(now()));
        if (due != null && control.isCancel()) {
          cancel(List.of(due));
          continue;
        }
        if (due != null || !locked(() -> !isOverNow() && window.mayRead())) {
          return due;
        }
        RawRow raw = reader.next(control.isCancel());
        if (raw == null) {
          exhaust();
          return null;
        }
        Optional<Outcome> known = reader.settled(raw);
        Row row = begin(raw, known.isPresent());
        if (raw.request() == null) {
          tellWhatWasThrown(raw);
          settle(row, Refused.of(newRequestId(), Optional.empty(), raw.faults()));
        } else if (known.isPresent()) {
          settle(row, known.get());
        } else if (control.isCancel()) {
          settle(row, control.cancel(row, reader.maybeSent(raw)));
        } else {
          return row;
        }
      }
    } catch (UnreadableFileException e) {
      reader.broke(e);
      exhaust();
    } catch (IOException e) {
      fail(e);
    } catch (LedgerUnavailableException e) {
      interrupt(Interruption.UNRECORDED);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      // The splitter would end without a word, and the file would stand still.
      fail(new IOException("Expected the next row; got " + Thrown.place(e)));
    }
    return null;
  }

  private Row begin(RawRow raw, boolean known) {
    Row row = new Row(this, raw);
    return locked(
        () -> {
          window.add(row);
          tally.begun(raw);
          if (known) {
            recorded++;
            tally.recorded(raw);
          }
          return row;
        });
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

  void exhaust() {
    change(window::exhaust);
  }

  /** Waits until one more row may be given, or none will be; now and then it returns before. */
  void awaitRoom() {
    Optional<Instant> news;
    do {
      news = awaitRoomOrNews();
      // Outside of the lock: a slow log must not hold up the outcomes.
      news.ifPresent(until -> tellHeld.ifPresent(told -> told.accept(until)));
    } while (news.isPresent());
  }

  /** Waits for the same; before, gives once until when all is held that could go on. */
  private Optional<Instant> awaitRoomOrNews() {
    lock.lock();
    try {
      while (!isOverNow() && !window.hasRoom(now())) {
        Optional<Instant> until = window.allHeldUntil();
        if (until.isPresent() && !until.get().equals(toldHeldUntil)) {
          toldHeldUntil = until.get();
          return until;
        }
        if (window.held() == 0) {
          changed.await();
        } else if (!changed.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
          // The caller looks for a stop, an order and the time, and comes again.
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

  /** When a held row is due: what is cancelled waits for no morning. */
  private Instant now() {
    return control.isCancel() ? Instant.MAX : setting.clock().instant();
  }

  boolean isOver() {
    return locked(this::isOverNow);
  }

  private boolean isOverNow() {
    return window.isOver() || isBroken() || setting.stopping().getAsBoolean();
  }

  private boolean isBroken() {
    return closed || failure != null || interruption != null;
  }

  /** Whether no row is to be handed over any more, those that were read included. */
  boolean isBrokenOff() {
    if (setting.stopping().getAsBoolean()) {
      // What was read and is not handed over has no outcome.
      interrupt(Interruption.STOPPING);
    }
    return locked(this::isBroken);
  }

  /** See {@link RowWindow#mustGo}. */
  boolean mustGo(Row oldest, int waiting) {
    return locked(() -> window.mustGo(oldest, waiting));
  }

  int held() {
    return locked(window::held);
  }

  long recorded() {
    return locked(() -> recorded);
  }

  BatchSummary summary(String name, long millis) {
    return locked(
        () ->
            writer == null
                ? new BatchSummary(name, 0, 0, 0, 0, 0, millis)
                : writer.summary(name, recorded, millis));
  }

  String newRequestId() {
    return setting.requestIds().get();
  }

  Origin origin(RawRow raw) {
    return reader.origin(raw);
  }

  void settle(Row row, Outcome outcome) {
    boolean tell = false;
    lock.lock();
    try {
      if (row.outcome() != null || closed) {
        return;
      }
      if (tellHeld.isPresent() && isNotItsTime(outcome)) {
        window.hold(row, until(outcome));
        changed.signalAll();
        return;
      }
      window.settle(row, outcome);
      interruption(outcome).ifPresent(this::interrupt);
      writeSettled();
      Row oldest = window.oldest();
      tally.settled(
          row.raw(),
          outcome,
          oldest == null ? OptionalLong.empty() : OptionalLong.of(oldest.raw().number()));
      changed.signalAll();
      tell = isTimeToTell();
    } catch (IOException e) {
      fail(e);
    } finally {
      lock.unlock();
    }
    if (tell) {
      progressed.run();
    }
  }

  /** Nothing more once a disk has failed: the results would have a gap. */
  private void writeSettled() throws IOException {
    while (failure == null) {
      Row oldest = window.pollSettled();
      if (oldest == null) {
        return;
      }
      writer.write(oldest.raw(), oldest.outcome());
    }
  }

  /**
   * Why a row with this outcome must not be reported now, so that the file has to wait. An attempt
   * that was cut short by a stop is tried again, and one that could not be recorded is not told.
   */
  private Optional<Interruption> interruption(Outcome outcome) {
    if (outcome instanceof Unsettled unsettled) {
      if (unsettled.reason() == Reason.UNRECORDED) {
        return Optional.of(Interruption.UNRECORDED);
      }
      if (unsettled.reason() == Reason.STOPPING || setting.stopping().getAsBoolean()) {
        return Optional.of(Interruption.STOPPING);
      }
    }
    return Optional.empty();
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

  private boolean isTimeToTell() {
    long now = setting.clock().millis();
    boolean time = now >= tellAt;
    tellAt = time ? now + Batch.PROGRESS_EVERY.toMillis() : tellAt;
    return time;
  }

  private void interrupt(Interruption why) {
    change(() -> interruption = interruption == null ? why : interruption);
  }

  /** Ends the flow; the first failure is kept. */
  void fail(IOException e) {
    change(() -> failure = failure == null ? e : failure);
  }

  /**
   * @throws IOException what ended the flow before its time, if so
   */
  void requireNoFailure() throws IOException {
    IOException before = locked(() -> failure);
    if (before != null) {
      throw before;
    }
  }

  /**
   * After that, no result is written any more.
   *
   * @throws BatchInterruptedException when the file is to go on later
   * @throws IOException when rows have no outcome for another reason
   */
  void requireAllOutcomes() throws IOException {
    lock.lock();
    try {
      if (interruption != null) {
        throw new BatchInterruptedException(interruption);
      }
      boolean handedOver = window.isExhausted() && window.held() == 0;
      if (!handedOver && setting.stopping().getAsBoolean()) {
        throw new BatchInterruptedException(Interruption.STOPPING);
      }
      if (closed || !window.isExhausted() || window.size() > 0) {
        throw new IOException(
            "Expected all rows to be read and to have an outcome; %s, and %,d have none"
                .formatted(
                    window.isExhausted() ? "all were read" : "the reading broke off",
                    window.size()));
      }
    } finally {
      lock.unlock();
    }
  }

  /** No outcome is taken any more. */
  void close() {
    change(() -> closed = true);
  }
}
