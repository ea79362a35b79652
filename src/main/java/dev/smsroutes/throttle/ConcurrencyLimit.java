package dev.smsroutes.throttle;

/**
 * How many messages may be on their way at once: one more after each full window of successes, half
 * as many after a sign of overload. Not thread-safe.
 */
final class ConcurrencyLimit {
  private final int most;
  private int limit;
  private int successes;

  /** The last departure before the last cut: what comes back from then tells nothing new. */
  private long lastBeforeCut;

  ConcurrencyLimit(int most) {
    this.most = most;
    this.limit = most;
  }

  int limit() {
    return limit;
  }

  void wentWell(Departure departure) {
    if (departure.number() <= lastBeforeCut || limit == most) {
      return;
    }
    successes++;
    if (successes >= limit) {
      successes = 0;
      limit++;
    }
  }

  /**
   * Halves the limit, once for all that were on their way at the same time.
   *
   * @param lastDeparted the number of the last departure by now
   * @return whether it is lower now
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
