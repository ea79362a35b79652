package dev.smsroutes.app;

import dev.smsroutes.broker.QueueState;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Notices that requests wait in the queue and none of them is taken, although the SMS API would
 * take messages. Requests that wait for another delivery do not count. Thread-safe.
 */
final class StuckQueue {
  private final Duration after;
  private final LongSupplier taken;
  private final BooleanSupplier paused;
  private final Clock clock;
  private long takenBefore = -1;
  private long since;
  private Duration standing = Duration.ZERO;
  private long waiting;

  /**
   * @param after how long that must go on; zero: never noticed
   * @param taken how many requests of the queue have ended so far, for now or for good
   * @param paused whether nothing may leave for the API
   */
  StuckQueue(Duration after, LongSupplier taken, BooleanSupplier paused, Clock clock) {
    this.after = after;
    this.taken = taken;
    this.paused = paused;
    this.clock = clock;
  }

  /** Looks at the queue, as it is now; to be called again and again. */
  synchronized void look(QueueState queue) {
    long now = taken.getAsLong();
    // A broker that does not say what may be delivered is given the benefit of the doubt.
    OptionalLong ready = queue.ready();
    if (now != takenBefore || ready.orElse(0) == 0 || paused.getAsBoolean()) {
      takenBefore = now;
      since = clock.millis();
    }
    standing = Duration.ofMillis(clock.millis() - since);
    waiting = queue.messages();
  }

  /** What an operator is told; empty if all is well. */
  synchronized Optional<String> outage() {
    return !after.isZero() && standing.compareTo(after) >= 0
        ? Optional.of(
            waiting
                + " requests wait in the queue of the JMS intake, and none was taken for "
                + Spans.words(standing)
                + " although the SMS API takes messages; restart sms-routes, and look for"
                + " sms-jms-intake in its log")
        : Optional.empty();
  }
}
