package dev.smsroutes.throttle;

import java.time.Duration;

/** A back-off that doubles from the first time to the longest. Not thread-safe. */
final class BackOff {
  private final long first;
  private final long longest;
  private long next;

  BackOff(Duration first, Duration longest) {
    this.first = first.toNanos();
    this.longest = longest.toNanos();
    this.next = this.first;
  }

  /** The next time, in nanoseconds. */
  long next() {
    long result = next;
    next = Math.min(longest, 2 * next);
    return result;
  }

  /** Begins again with the first time. */
  void reset() {
    next = first;
  }
}
