package dev.smsroutes.throttle;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * How many messages may leave in a second: the configured ceiling, and below it a limit that is
 * learnt from the API when it says that we are too fast. Messages are spread evenly over the
 * second. Not thread-safe; all times are nanoseconds.
 */
final class RateLimit {
  private static final double SECOND = 1e9;

  /** What is left of the observed rate after a cut. */
  private static final double CUT = 0.7;

  /** The learnt limit does not fall below this, in messages per second. */
  private static final double LEAST = 1;

  /** The part of the rate at the first cut by which the limit grows each second. */
  private static final double STEP = 0.02;

  /** The limit is forgotten when for so long no more than half of it was asked for. */
  private static final long FORGOTTEN_AFTER = Duration.ofMinutes(1).toNanos();

  /** What may leave at once after a lull, as a time: it makes up for timers that are late. */
  private static final long BURST = Duration.ofMillis(20).toNanos();

  private final double ceiling;
  private double learnt = Double.POSITIVE_INFINITY;
  private double step;

  /** Between two messages that are evenly spread; 0 while there is no limit. */
  private long interval;

  /** By how much a message may leave before its evenly spread time. */
  private long tolerance;

  /** The evenly spread time of the next message. */
  private long due;

  /** Departures of the last second, roughly: older ones fade away. */
  private double load;

  private long loadAt;

  /** When more than half of the learnt limit was last asked for. */
  private long neededAt;

  private long raisedAt;

  /** The last departure before the last cut: what comes back from then tells nothing new. */
  private long lastBeforeCut;

  /**
   * @param ceiling messages per second; 0 for none
   */
  RateLimit(double ceiling) {
    this.ceiling = ceiling == 0 ? Double.POSITIVE_INFINITY : ceiling;
    spread();
  }

  /**
   * When a message may leave.
   *
   * @param earliest when it could leave if there were no limit
   * @param ahead how many leave before it
   */
  long opensAt(long earliest, int ahead) {
    return interval == 0
        ? earliest
        : Math.max(earliest, Math.max(due, earliest) - tolerance + ahead * interval);
  }

  void departed(long now) {
    load = loadOf(now) + 1;
    loadAt = Math.max(loadAt, now);
    if (interval == 0) {
      return;
    }
    due = Math.max(due, now) + interval;
    if (2 * load >= learnt) {
      neededAt = now;
    } else if (now - neededAt > FORGOTTEN_AFTER && learnt != Double.POSITIVE_INFINITY) {
      learnt = Double.POSITIVE_INFINITY;
      spread();
    }
  }

  /** To be called for answers that also came in good time. */
  void wentWell(Departure departure, long now) {
    if (learnt == Double.POSITIVE_INFINITY
        || departure.number() <= lastBeforeCut
        || now - raisedAt < SECOND) {
      return;
    }
    raisedAt = now;
    learnt += step;
    spread();
  }

  /**
   * Cuts the rate to a part of what was observed, once for all that were on their way at the same
   * time.
   *
   * @param lastDeparted the number of the last departure by now
   */
  void cut(Departure departure, long now, long lastDeparted) {
    if (departure.number() <= lastBeforeCut) {
      return;
    }
    lastBeforeCut = lastDeparted;
    double observed = Math.min(loadOf(now), Math.min(learnt, ceiling));
    if (learnt == Double.POSITIVE_INFINITY) {
      step = Math.max(LEAST, STEP * observed);
    }
    learnt = Math.max(LEAST, CUT * observed);
    raisedAt = now;
    neededAt = now;
    spread();
  }

  /** Nothing leaves until then, which says nothing about how much is asked for. */
  void heldUntil(long time) {
    loadAt = Math.max(loadAt, time);
    neededAt = Math.max(neededAt, time);
    raisedAt = Math.max(raisedAt, time);
  }

  /** The limit that holds now, in messages per second. */
  OptionalDouble limit() {
    return interval == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.min(learnt, ceiling));
  }

  private double loadOf(long now) {
    return now <= loadAt ? load : load * Math.exp((loadAt - now) / SECOND);
  }

  private void spread() {
    double rate = Math.min(learnt, ceiling);
    interval = rate == Double.POSITIVE_INFINITY ? 0 : Math.max(1, Math.round(SECOND / rate));
    tolerance = Math.max(0, BURST - interval);
  }
}
