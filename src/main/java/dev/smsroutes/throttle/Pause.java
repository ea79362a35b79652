package dev.smsroutes.throttle;

import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * For how long nothing leaves because the API asked for less or is not available: as long as it
 * said, else for a time that doubles with each repetition. Not thread-safe; all times are
 * nanoseconds.
 */
final class Pause {
  private final long longest;
  private final BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(30));
  private Reason reason = Reason.RATE_LIMITED;
  private long until;

  /** For how long where the API named no time, and the key of the message that met it. */
  private long length;

  private Optional<String> key = Optional.empty();

  /** The last departure before the last event: what comes back from then tells nothing new. */
  private long lastBefore;

  /**
   * @param longest the longest pause, whatever the API asks for
   */
  Pause(Duration longest) {
    this.longest = longest.toNanos();
  }

  long until() {
    return until;
  }

  /** Why there is, or was, a pause. */
  Reason reason() {
    return reason;
  }

  void wentWell(Departure departure) {
    if (departure.number() > lastBefore) {
      backOff.reset();
      key = Optional.empty();
    }
  }

  /**
   * The API asked for a pause.
   *
   * @param lastDeparted the number of the last departure by now
   * @return whether the pause is now longer than before
   */
  boolean asked(Departure departure, Unsettled outcome, long now, long lastDeparted) {
    boolean news = departure.number() > lastBefore;
    if (news) {
      lastBefore = lastDeparted;
    }
    // What the API says in so many words holds, however late it comes.
    long end =
        now
            + outcome
                .retryAfter()
                .filter(time -> !time.isNegative() && !time.isZero())
                .map(time -> Math.min(longest, TimeUnit.NANOSECONDS.convert(time)))
                .orElseGet(() -> news ? lengthFor(outcome) : 0L);
    if (end <= until || end == now) {
      return false;
    }
    until = end;
    reason = outcome.reason();
    return true;
  }

  /** What one message meets again and again tells nothing new of the API. */
  private long lengthFor(Unsettled outcome) {
    if (key.isEmpty() || !key.equals(outcome.messageKey())) {
      length = Math.min(longest, backOff.next());
      key = outcome.messageKey();
    }
    return length;
  }
}
