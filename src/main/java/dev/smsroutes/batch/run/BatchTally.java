package dev.smsroutes.batch.run;

import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.run.BatchProgress.Phase;
import dev.smsroutes.model.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Counts how far a batch is, row by row, in whatever order their outcomes come. Thread-safe, and
 * with a lock of its own: a reader does not wait while the batch waits for a disk.
 */
final class BatchTally {
  private final String file;
  private final String as;
  private final Clock clock;
  private final Instant started;
  private final MovingRate rate = new MovingRate();

  private Phase state = Phase.READING;
  private boolean paused;
  private long size;
  private OptionalLong total = OptionalLong.empty();
  private boolean manyInOne;
  private long rows;
  private long bytes;
  private long recorded;
  private long recordedBytes;
  private long accepted;
  private long refused;
  private long unsettled;
  private OptionalLong firstOpen = OptionalLong.empty();

  BatchTally(String file, String as, Clock clock) {
    this.file = file;
    this.as = as;
    this.clock = clock;
    this.started = clock.instant();
  }

  /**
   * The first reading is over.
   *
   * @param size of what its rows are read from, in bytes
   * @param rows how many the file has, if they were counted
   */
  synchronized void sending(long size, OptionalLong rows) {
    this.size = size;
    this.total = rows;
    state = Phase.SENDING;
    rate.note(clock.millis(), 0, 0);
  }

  synchronized void paused(boolean paused) {
    this.paused = paused;
  }

  synchronized void finishing() {
    state = Phase.FINISHING;
  }

  /** A row was settled when an earlier pass was interrupted; {@link #settled} follows. */
  synchronized void recorded(RawRow row) {
    recorded++;
    recordedBytes += bytes(row);
  }

  /**
   * A row has its outcome.
   *
   * @param oldest the number of the oldest row that was begun and has no outcome; empty without
   *     such a row
   */
  synchronized void settled(RawRow row, Outcome outcome, OptionalLong oldest) {
    rows++;
    bytes += bytes(row);
    manyInOne = manyInOne || row.item() > 1;
    switch (outcome.state()) {
      case ACCEPTED, ACCEPTED_EARLIER -> accepted++;
      case REFUSED, DUPLICATE -> refused++;
      case PARKED, UNCERTAIN, WAITING -> unsettled++;
    }
    firstOpen = oldest;
  }

  /** With its line end, which is no part of it; the first of many recipients has it. */
  private static long bytes(RawRow row) {
    return row.bytes() + (row.item() <= 1 ? 1 : 0);
  }

  synchronized void begun(RawRow row) {
    if (firstOpen.isEmpty()) {
      firstOpen = OptionalLong.of(row.number());
    }
  }

  synchronized BatchProgress progress() {
    Instant at = clock.instant();
    long now = at.toEpochMilli();
    if (state != Phase.READING) {
      rate.note(now, rows - recorded, bytes - recordedBytes);
    }
    return new BatchProgress(
        file,
        as,
        state == Phase.SENDING && paused ? Phase.PAUSED : state,
        rows,
        total(),
        recorded,
        accepted,
        refused,
        unsettled,
        BatchReport.rounded(rate.rows(now, rows - recorded)),
        left(now),
        firstOpen,
        started,
        at);
  }

  /**
   * Lines were counted. With many recipients in one, nobody knows before how many there will be.
   */
  private OptionalLong total() {
    if (!manyInOne || total.isEmpty()) {
      return total;
    }
    return OptionalLong.of(
        state == Phase.FINISHING || bytes <= 0 || bytes >= size
            ? Math.max(rows, 0)
            : Math.round((double) rows * size / bytes));
  }

  /** By bytes, since these are known of every format, and rows may be of any length. */
  private Optional<Duration> left(long now) {
    double speed = rate.bytes(now, bytes - recordedBytes);
    if (state != Phase.SENDING || paused || speed <= 0) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofSeconds(Math.round(Math.max(size - bytes, 0) / speed)));
  }
}
