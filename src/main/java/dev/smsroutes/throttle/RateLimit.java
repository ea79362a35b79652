package dev.smsroutes.throttle;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * The limit of messages a second: the configured ceiling, and below it a limit learnt from the
 * API's answer 429. Messages are spread evenly over the second. Not thread-safe; all times are
 * nanoseconds.
 */
final class RateLimit {
  private static final double SECOND = 1e9;

  /** The part of the observed rate that is left after a cut. */
  private static final double CUT = 0.7;

  /** The learnt limit does not fall below this, in messages per second. */
  private static final double MIN_RATE = 1;

  /** The growth of the limit each second, as a part of the rate at the first cut. */
  private static final double STEP = 0.02;

  /** The limit is forgotten after this time in which at most half of it was asked for. */
  private static final long FORGOTTEN_AFTER = Duration.ofMinutes(1).toNanos();

  /** The burst after a lull, as a time: it compensates for late timers. */
  private static final long BURST = Duration.ofMillis(20).toNanos();

  private final double ceiling;
  private double learnt = Double.POSITIVE_INFINITY;
  private double step;

  /** The time between two evenly spread messages; 0 while there is no limit. */
  private long interval;

  /** How much earlier than its evenly spread time a message may leave. */
  private long tolerance;

  /** The evenly spread time of the next message. */
  private long due;

  /** An estimate of the departures in the last second: older ones fade away. */
  private double load;

  private long loadAt;

  /** The last time when more than half of the learnt limit was asked for. */
  private long neededAt;

  private long raisedAt;

  /** The last departure before the last cut: answers to earlier ones tell nothing new. */
  private long lastBeforeCut;

  /**
   * @param ceiling messages per second; 0: no ceiling
   */
  RateLimit(double ceiling) {
    this.ceiling = ceiling == 0 ? Double.POSITIVE_INFINITY : ceiling;
    spread();
  }

  /**
   * The time when a message may leave.
   *
   * @param earliest when it could leave without this limit
   * @param ahead how many messages leave before it
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

  /** A message that departed did not leave after all, and never will with that permit. */
  void notUsed() {
    load = Math.max(0, load - 1);
    due -= interval;
  }

  /** Call it only for answers that were not slow. */
  void succeeded(Departure departure, long now) {
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
   * Cuts the rate to a part of the observed one, once for all messages that were in progress
   * together.
   *
   * @param lastDeparted the number of the last departure
   */
  void cut(Departure departure, long now, long lastDeparted) {
    if (departure.number() <= lastBeforeCut) {
      return;
    }
    lastBeforeCut = lastDeparted;
    double observed = Math.min(loadOf(now), Math.min(learnt, ceiling));
    if (learnt == Double.POSITIVE_INFINITY) {
      step = Math.max(MIN_RATE, STEP * observed);
    }
    learnt = Math.max(MIN_RATE, CUT * observed);
    raisedAt = now;
    neededAt = now;
    spread();
  }

  /** Nothing leaves until then, so the demand cannot be observed. */
  void heldUntil(long time) {
    loadAt = Math.max(loadAt, time);
    neededAt = Math.max(neededAt, time);
    raisedAt = Math.max(raisedAt, time);
  }

  /** The current limit, in messages per second. */
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
