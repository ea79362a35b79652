package dev.smsroutes.throttle;

/**
 * The limit of concurrent calls: one more after each full window of successes, half as many after a
 * sign of overload. Not thread-safe.
 */
final class ConcurrencyLimit {
  private final int max;
  private int limit;
  private int successes;

  /** The last departure before the last cut: answers to earlier ones tell nothing new. */
  private long lastBeforeCut;

  ConcurrencyLimit(int max) {
    this.max = max;
    this.limit = max;
  }

  int limit() {
    return limit;
  }

  void succeeded(Departure departure) {
    if (departure.number() <= lastBeforeCut || limit == max) {
      return;
    }
    successes++;
    if (successes >= limit) {
      successes = 0;
      limit++;
    }
  }

  /**
   * Halves the limit, once for all messages that were in progress together.
   *
   * @param lastDeparted the number of the last departure
   * @return whether the limit is lower now
   */
  boolean cut(Departure departure, long lastDeparted) {
    if (departure.number() <= lastBeforeCut) {
      return false;
    }
    lastBeforeCut = lastDeparted;
    successes = 0;
    int before = limit;
    limit = Math.max(1, limit / 2);
    return limit < before;
  }
}
