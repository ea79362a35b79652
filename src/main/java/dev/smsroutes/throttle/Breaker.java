package dev.smsroutes.throttle;

import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Shuts the gate when no message can get through whatever its pace: no connection, login or account
 * refused, account blocked. After a while one message goes as a probe; the gate opens for all when
 * it goes well, and for nothing else. Why this is not Resilience4j's: docs/decisions/0013-pace.md;
 * how long it is shut: docs/decisions/0021-one-pause-one-timer.md.
 *
 * <p>Not thread-safe; all times are nanoseconds.
 */
final class Breaker {
  /** As the time of an opening: not before the probe is back. */
  static final long NOT_BY_TIME = Long.MAX_VALUE;

  private static final Duration FIRST_PROBE = Duration.ofSeconds(1);

  /** To probe sooner may prolong a block (contract, section 3: a long back-off). */
  private static final Duration FIRST_PROBE_OF_A_BLOCK = Duration.ofMinutes(5);

  /** For so long one message may hold up the others, however often it is refused. */
  private static final long LONGEST_OF_ONE_MESSAGE = Duration.ofSeconds(3).toNanos();

  private final long probeInterval;
  private final long longest;
  private final BackOff unreachable = new BackOff(Duration.ofMillis(200), Duration.ofSeconds(10));

  /** While the API refuses our login or our account. */
  private final BackOff refused;

  private final BackOff blocked;

  /** Why it is shut; null while it is open. */
  private Reason reason;

  /** Between two probes at the moment, but for what the API asks for. */
  private long length;

  private long until;

  /** The number of the departure that probes; 0 if none is on its way. */
  private long probe;

  /** The key of the message that was refused last. */
  private Optional<String> refusedKey = Optional.empty();

  /** Definitions of the messages that were forbidden since it shut. */
  private final Set<String> forbidden = new HashSet<>();

  /** Definitions that the API forbids while it accepts messages of others. */
  private final Set<String> setAside = new HashSet<>();

  /** The last departures before it shut: what comes back from then tells nothing new. */
  private long lastBeforeOutage;

  private long lastBeforeUnreachable;

  /**
   * It was shut, and is open now.
   *
   * @param after why it was shut
   * @param setAside the one definition that the API forbade meanwhile, if it accepted another one
   */
  record Opening(Reason after, Optional<String> setAside) {}

  /**
   * @param probeInterval the longest time between two probes while the API refuses us
   * @param longest the longest time for which it is shut before the next probe
   */
  Breaker(Duration probeInterval, Duration longest) {
    Duration first = FIRST_PROBE.compareTo(probeInterval) < 0 ? FIRST_PROBE : probeInterval;
    this.refused = new BackOff(first, probeInterval);
    this.blocked = new BackOff(FIRST_PROBE_OF_A_BLOCK, longest);
    this.probeInterval = probeInterval.toNanos();
    this.longest = longest.toNanos();
  }

  /** Why it is shut, if it is. */
  Optional<Reason> reason() {
    return Optional.ofNullable(reason);
  }

  /** Whether it is shut for a reason that a person should know of. */
  boolean isOutage() {
    return isOutageReason(reason);
  }

  /** When the next message may pass; {@link #NOT_BY_TIME} while a probe is on its way. */
  long opensAt() {
    return reason == null ? 0 : probe == 0 ? until : NOT_BY_TIME;
  }

  /** How long it is shut for after a probe that fails, at least. */
  long length() {
    return length;
  }

  void departed(Departure departure) {
    if (reason != null) {
      probe = departure.number();
    }
  }

  /**
   * An answer came that is no sign of any trouble.
   *
   * @param definition of the message
   * @return empty if it was open, or stays shut
   */
  Optional<Opening> wentWell(Departure departure, String definition) {
    setAside.remove(definition);
    if (!isProbe(departure)) {
      return Optional.empty();
    }
    Optional<String> alone =
        forbidden.size() == 1
            ? forbidden.stream()
                .filter(one -> !one.isEmpty() && !one.equals(definition))
                .findFirst()
            : Optional.empty();
    alone.ifPresent(setAside::add);
    Opening opening = new Opening(reason, alone);
    probe = 0;
    reason = null;
    forbidden.clear();
    unreachable.reset();
    refused.reset();
    blocked.reset();
    return Optional.of(opening);
  }

  /** A message came back that says nothing about what the breaker guards. */
  void toldNothing(Departure departure, long now) {
    if (isProbe(departure)) {
      probe = 0;
      until = now + (isOutageReason(reason) ? Math.min(length, probeInterval) : length);
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
   * @param outcome with one of the reasons that shut the gate
   * @param definition of the message; empty if the answer has nothing to do with it
   * @param lastDeparted the number of the last departure by now
   * @return whether it is now shut for a reason for which it was not shut before
   */
  boolean failed(
      Departure departure, Unsettled outcome, String definition, long now, long lastDeparted) {
    Reason why = outcome.reason();
    if (why == Reason.FORBIDDEN && setAside.contains(definition)) {
      // The trouble of this definition, not of the account.
      toldNothing(departure, now);
      return false;
    }
    if (isProbe(departure)) {
      if (isOutage() && !isOutageReason(why)) {
        toldNothing(departure, now);
        return false;
      }
      probe = 0;
    } else if (departure.number()
        <= (isOutageReason(why) ? lastBeforeOutage : lastBeforeUnreachable)) {
      // It tells nothing new, but a time that the API names holds, however late it comes.
      until = Math.max(until, now + asked(outcome));
      return false;
    }
    length = lengthOf(outcome, definition);
    long asked = asked(outcome);
    until = now + (asked > 0 ? asked : length);
    boolean news = why != reason;
    reason = why;
    lastBeforeUnreachable = lastDeparted;
    if (isOutageReason(why)) {
      lastBeforeOutage = lastDeparted;
      refusedKey = outcome.messageKey();
    }
    if (why == Reason.FORBIDDEN) {
      forbidden.add(definition);
    }
    return news;
  }

  /**
   * How long it is shut. A message that the API refuses once more tells nothing of the others, so
   * these wait hardly longer; but the token endpoint and a block mean all messages.
   *
   * @param definition empty if the message was at the token endpoint only
   */
  private long lengthOf(Unsettled outcome, String definition) {
    Reason why = outcome.reason();
    if (why == Reason.BLOCKED || why == Reason.UNREACHABLE) {
      return Math.min(longest, (why == Reason.BLOCKED ? blocked : unreachable).next());
    }
    boolean sameMessage =
        (reason == Reason.UNAUTHENTICATED || reason == Reason.FORBIDDEN)
            && !definition.isEmpty()
            && outcome.messageKey().isPresent()
            && outcome.messageKey().equals(refusedKey);
    return sameMessage
        ? Math.max(length, Math.min(Math.min(2 * length, LONGEST_OF_ONE_MESSAGE), probeInterval))
        : Math.min(longest, refused.next());
  }

  /** A block is as long as the API says; what it says with a refusal has no such meaning. */
  private long asked(Unsettled outcome) {
    return outcome.reason() == Reason.BLOCKED
        ? Math.min(
            longest,
            outcome
                .retryAfter()
                .filter(time -> !time.isNegative())
                .map(TimeUnit.NANOSECONDS::convert)
                .orElse(0L))
        : 0;
  }

  private boolean isProbe(Departure departure) {
    return reason != null && departure.number() == probe;
  }

  /** No connection is a passing thing; the others do not go away by themselves. */
  private static boolean isOutageReason(Reason why) {
    return why != null && why != Reason.UNREACHABLE;
  }
}
