package dev.smsroutes.throttle;

import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Opens when no message can get through at any rate: no connection, login or account refused,
 * account blocked. After a while one message leaves as a probe; only its success closes the breaker
 * for all. Why this is not Resilience4j's: docs/decisions/0013-pace.md; how long it stays open:
 * docs/decisions/0021-one-pause-one-timer.md. Log lines say "shut" for an open breaker.
 *
 * <p>Not thread-safe; all times are nanoseconds.
 */
final class Breaker {
  /** Instead of a time: not before the probe is back. */
  static final long NOT_BY_TIME = Long.MAX_VALUE;

  private static final Duration FIRST_PROBE = Duration.ofSeconds(1);

  /** An earlier probe may prolong a block (contract, section 3: a long back-off). */
  private static final Duration FIRST_PROBE_OF_A_BLOCK = Duration.ofMinutes(5);

  /** How long one message may hold up the others, however often it is refused. */
  private static final long MAX_FOR_ONE_MESSAGE = Duration.ofSeconds(3).toNanos();

  private final long probeInterval;
  private final long longest;
  private final BackOff unreachable = new BackOff(Duration.ofMillis(200), Duration.ofSeconds(10));

  /** While the API refuses the login or the account. */
  private final BackOff refused;

  private final BackOff blocked;

  /** Why the breaker is open; null while it is closed. */
  private Reason reason;

  /** The current time between two probes, unless the API asks for a longer one. */
  private long length;

  private long until;

  /** The number of the departure that is the probe; 0 without a probe. */
  private long probe;

  /** The key of the last refused message. */
  private Optional<String> refusedKey = Optional.empty();

  /** Definitions of the messages that the API forbade since the breaker opened. */
  private final Set<String> forbidden = new HashSet<>();

  /** Definitions that the API forbids while it accepts messages of others. */
  private final Set<String> setAside = new HashSet<>();

  /** The last departures before it opened: answers to earlier ones tell nothing new. */
  private long lastBeforeOutage;

  private long lastBeforeUnreachable;

  /**
   * The breaker was open, and is closed now.
   *
   * @param after why it was open
   * @param setAside the only definition that the API forbade meanwhile, if it accepted another one
   */
  record Opening(Reason after, Optional<String> setAside) {}

  /**
   * @param probeInterval the longest time between two probes while the API refuses the account
   * @param longest the longest time before the next probe
   */
  Breaker(Duration probeInterval, Duration longest) {
    Duration first = FIRST_PROBE.compareTo(probeInterval) < 0 ? FIRST_PROBE : probeInterval;
    this.refused = new BackOff(first, probeInterval);
    this.blocked = new BackOff(FIRST_PROBE_OF_A_BLOCK, longest);
    this.probeInterval = probeInterval.toNanos();
    this.longest = longest.toNanos();
  }

  /** Why it is open, if it is. */
  Optional<Reason> reason() {
    return Optional.ofNullable(reason);
  }

  /** Whether it is open for a reason that needs an operator. */
  boolean isOutage() {
    return isOutageReason(reason);
  }

  /** When the next message may leave; {@link #NOT_BY_TIME} while a probe is in progress. */
  long opensAt() {
    return reason == null ? 0 : probe == 0 ? until : NOT_BY_TIME;
  }

  /** The minimum time until the next probe after a failed one. */
  long length() {
    return length;
  }

  void departed(Departure departure) {
    if (reason != null) {
      probe = departure.number();
    }
  }

  /**
   * Records an answer without any sign of an outage.
   *
   * @param definition the definition of the message
   * @return empty if the breaker was closed, or stays open
   */
  Optional<Opening> succeeded(Departure departure, String definition) {
    setAside.remove(definition);
    if (!isProbe(departure)) {
      return Optional.empty();
    }
    Optional<String> only =
        forbidden.size() == 1
            ? forbidden.stream()
                .filter(one -> !one.isEmpty() && !one.equals(definition))
                .findFirst()
            : Optional.empty();
    only.ifPresent(setAside::add);
    Opening opening = new Opening(reason, only);
    probe = 0;
    reason = null;
    forbidden.clear();
    unreachable.reset();
    refused.reset();
    blocked.reset();
    return Optional.of(opening);
  }

  /** Records an answer that tells nothing about the API's state. */
  void inconclusive(Departure departure, long now) {
    if (isProbe(departure)) {
      probe = 0;
      until = now + (isOutageReason(reason) ? Math.min(length, probeInterval) : length);
    }
  }

  /** Records a message that did not reach the API. */
  void notSent(Departure departure) {
    if (isProbe(departure)) {
      probe = 0;
    }
  }

  /**
   * Records a message that did not get through.
   *
   * @param outcome with one of the reasons that open the breaker
   * @param definition the definition of the message; empty if the answer does not concern it
   * @param lastDeparted the number of the last departure
   * @return whether the breaker is now open for a new reason
   */
  boolean failed(
      Departure departure, Unsettled outcome, String definition, long now, long lastDeparted) {
    Reason why = outcome.reason();
    if (why == Reason.FORBIDDEN && setAside.contains(definition)) {
      // Only this definition is refused, not the account.
      inconclusive(departure, now);
      return false;
    }
    if (isProbe(departure)) {
      if (isOutage() && !isOutageReason(why)) {
        inconclusive(departure, now);
        return false;
      }
      probe = 0;
    } else if (departure.number()
        <= (isOutageReason(why) ? lastBeforeOutage : lastBeforeUnreachable)) {
      // It tells nothing new, but a time that the API names counts, however late it arrives.
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
   * The time until the next probe. A message that the API refuses again tells nothing about others,
   * so these wait hardly longer. The token endpoint and a block concern all messages.
   *
   * @param definition empty if the message reached only the token endpoint
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
        ? Math.max(length, Math.min(Math.min(2 * length, MAX_FOR_ONE_MESSAGE), probeInterval))
        : Math.min(longest, refused.next());
  }

  /** A block lasts as long as the API says; a Retry-After with a refusal does not mean that. */
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

  /** A lost connection comes back by itself; the other reasons need an operator. */
  private static boolean isOutageReason(Reason why) {
    return why != null && why != Reason.UNREACHABLE;
  }
}
