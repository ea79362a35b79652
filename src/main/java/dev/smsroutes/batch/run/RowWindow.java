package dev.smsroutes.batch.run;

import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.model.Outcome;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * The rows of a file from the oldest one that is not reported to the newest one that was read; some
 * of them are held until their time of day. It bounds the memory for a batch.
 *
 * <p>Only counts and sorts: no lock, no I/O, no clock. Not thread-safe; {@link RowFlow}'s lock
 * guards it and the outcomes of its rows.
 */
final class RowWindow {
  private record Held(Row row, Instant until) {}

  private final int maxRows;
  private final long maxBytes;
  private final boolean holds;
  private final Deque<Row> open = new ArrayDeque<>();
  private final Queue<Held> held = new PriorityQueue<>(Comparator.comparing(Held::until));
  private long bytes;
  private int unsettled;
  private boolean exhausted;

  /**
   * @param holds whether a row may come back, to be given a second time
   */
  RowWindow(BatchLimits limits, boolean holds) {
    this.maxRows = limits.windowRows();
    this.maxBytes = limits.windowBytes();
    this.holds = holds;
  }

  void add(Row row) {
    open.add(row);
    unsettled++;
    bytes += row.raw().bytes();
  }

  void exhaust() {
    exhausted = true;
  }

  boolean isExhausted() {
    return exhausted;
  }

  /** A row came back without an outcome; {@link #pollDue} gives it again. */
  void hold(Row row, Instant until) {
    held.add(new Held(row, until));
  }

  boolean isDue(Instant now) {
    return !held.isEmpty() && !held.peek().until().isAfter(now);
  }

  /** The next held row whose time has come, or null. */
  Row pollDue(Instant now) {
    return isDue(now) ? held.poll().row() : null;
  }

  /** A row has its outcome, and is reported when those before it are. */
  void settle(Row row, Outcome outcome) {
    row.outcome(outcome);
    unsettled--;
  }

  /** The next row to report: the oldest one if it has an outcome, or null. */
  Row pollSettled() {
    if (open.isEmpty() || open.peek().outcome() == null) {
      return null;
    }
    bytes -= open.peek().raw().bytes();
    return open.poll();
  }

  Row oldest() {
    return open.peek();
  }

  /** Whether another row may be read. A single row may be longer than all of the window. */
  boolean mayRead() {
    boolean full = !open.isEmpty() && (open.size() >= maxRows || bytes >= maxBytes);
    return !exhausted && !full;
  }

  /** Whether a row can be given now: a held one, or one that is read for it. */
  boolean hasRoom(Instant now) {
    return isDue(now) || mayRead();
  }

  /**
   * Whether rows that wait for company must go without more of it. While others are under way and
   * fill the window, waiting for them makes for better company.
   *
   * @param oldest the oldest of those that wait
   * @param waiting how many wait in all
   */
  boolean mustGo(Row oldest, int waiting) {
    return exhausted
        || open.peek() == oldest
        || 2 * waiting > open.size() - held.size()
        || waiting == underWay();
  }

  /** Whether no row will be given any more. Where rows are held, one under way may come back. */
  boolean isOver() {
    return exhausted && (open.isEmpty() || !holds);
  }

  /** The earliest time of a held row, if no row is under way. */
  Optional<Instant> allHeldUntil() {
    return held.isEmpty() || underWay() > 0 ? Optional.empty() : Optional.of(held.peek().until());
  }

  int held() {
    return held.size();
  }

  /** How many rows are not reported. */
  int size() {
    return open.size();
  }

  /** How many rows have no outcome, but for those that are held. */
  int underWay() {
    return unsettled - held.size();
  }
}
