package dev.smsroutes.throttle;

import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The pause after the API asked for fewer calls or was unavailable: as long as it said, else a time
 * that doubles with each repetition. Not thread-safe; all times are nanoseconds.
 */
final class Pause {
  private final long longest;
  private final BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(30));
  private Reason reason = Reason.RATE_LIMITED;
  private long until;

  /** The length if the API named no time, and the key of the message that caused it. */
  private long length;

  private Optional<String> key = Optional.empty();

  /** The last departure before the last event: answers to earlier ones tell nothing new. */
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

  /** The reason of the current or last pause. */
  Reason reason() {
    return reason;
  }

  void succeeded(Departure departure) {
    if (departure.number() > lastBefore) {
      backOff.reset();
      key = Optional.empty();
    }
  }

  /**
   * Records that the API asked for a pause.
   *
   * @param lastDeparted the number of the last departure
   * @return whether the pause is longer now
   */
  boolean asked(Departure departure, Unsettled outcome, long now, long lastDeparted) {
    boolean news = departure.number() > lastBefore;
    if (news) {
      lastBefore = lastDeparted;
    }
    // A time that the API names counts, however late it arrives.
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

  /** Repeated answers to one message tell nothing new about the API. */
  private long lengthFor(Unsettled outcome) {
    if (key.isEmpty() || !key.equals(outcome.messageKey())) {
      length = Math.min(longest, backOff.next());
      key = outcome.messageKey();
    }
    return length;
  }
}
