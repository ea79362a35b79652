package dev.smsroutes.send;

import dev.smsroutes.outcome.Outcome.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Shuts the gate when no message can get through whatever its pace: no connection, login or account
 * refused, account blocked. After a while one message goes as a probe; the gate opens for all when
 * it goes well, and for nothing else. Why this is not Resilience4j's: docs/decisions/0013-pace.md.
 *
 * <p>Not thread-safe; all times are nanoseconds.
 */
final class Breaker {
  /** As the time of an opening: not before the probe is back. */
  static final long NOT_BY_TIME = Long.MAX_VALUE;

  private static final long BLOCKED_AT_FIRST = Duration.ofMinutes(5).toNanos();

  private final long probeInterval;
  private final long longest;
  private final BackOff unreachable = new BackOff(Duration.ofMillis(200), Duration.ofSeconds(10));

  /** Why it is shut; null while it is open. */
  private Reason reason;

  /** For how long it was shut the last time. */
  private long length;

  private long until;

  /** The number of the departure that probes; 0 if none is on its way. */
  private long probe;

  /** The last departures before it shut: what comes back from then tells nothing new. */
  private long lastBeforeTrouble;

  private long lastBeforeUnreachable;

  /**
   * @param longest the longest time for which it is shut before the next probe
   */
  Breaker(Duration probeInterval, Duration longest) {
    this.probeInterval = probeInterval.toNanos();
    this.longest = longest.toNanos();
  }

  /** Why it is shut, if it is. */
  Optional<Reason> reason() {
    return Optional.ofNullable(reason);
  }

  /** Whether it is shut for a reason that a person should know of. */
  boolean inTrouble() {
    return isTrouble(reason);
  }

  /** When the next message may pass; {@link #NOT_BY_TIME} while a probe is on its way. */
  long opensAt() {
    return reason == null ? 0 : probe == 0 ? until : NOT_BY_TIME;
  }

  void departed(Departure departure) {
    if (reason != null) {
      probe = departure.number();
    }
  }

  /**
   * An answer came that is no sign of any trouble.
   *
   * @return whether it was shut, and is open now
   */
  boolean wentWell(Departure departure) {
    if (!isProbe(departure)) {
      return false;
    }
    probe = 0;
    reason = null;
    unreachable.reset();
    return true;
  }

  /** A message came back that says nothing about what the breaker guards. */
  void toldNothing(Departure departure, long now) {
    if (isProbe(departure)) {
      probe = 0;
      until = now + (isTrouble(reason) ? probeInterval : length);
    }
  }

  /** A message came back without having been at the API. */
  void neverLeft(Departure departure) {
    if (isProbe(departure)) {
      probe = 0;
    }
  }

  /**
   * A message did not get through.
   *
   * @param why one of the reasons that shut the gate
   * @param retryAfter for how long the account is blocked, if the API said so
   * @param lastDeparted the number of the last departure by now
   * @return whether it is now shut for a reason for which it was not shut before
   */
  boolean failed(
      Departure departure, Reason why, Optional<Duration> retryAfter, long now, long lastDeparted) {
    if (isProbe(departure)) {
      if (inTrouble() && !isTrouble(why)) {
        toldNothing(departure, now);
        return false;
      }
      probe = 0;
    } else if (departure.number() <= (isTrouble(why) ? lastBeforeTrouble : lastBeforeUnreachable)) {
      return false;
    }
    boolean repeated = why == reason;
    length = lengthOf(why, repeated, retryAfter);
    until = now + length;
    reason = why;
    lastBeforeUnreachable = lastDeparted;
    if (isTrouble(why)) {
      lastBeforeTrouble = lastDeparted;
    }
    return !repeated;
  }

  private long lengthOf(Reason why, boolean repeated, Optional<Duration> retryAfter) {
    if (why == Reason.UNREACHABLE) {
      return Math.min(longest, unreachable.next());
    }
    if (why != Reason.BLOCKED) {
      return probeInterval;
    }
    return Math.min(
        longest,
        retryAfter
            .filter(time -> !time.isNegative() && !time.isZero())
            .map(TimeUnit.NANOSECONDS::convert)
            .orElse(repeated ? 2 * length : BLOCKED_AT_FIRST));
  }

  private boolean isProbe(Departure departure) {
    return reason != null && departure.number() == probe;
  }

  /** No connection is a passing thing; the others do not go away by themselves. */
  private static boolean isTrouble(Reason why) {
    return why != null && why != Reason.UNREACHABLE;
  }
}
