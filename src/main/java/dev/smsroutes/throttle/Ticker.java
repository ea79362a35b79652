package dev.smsroutes.throttle;

import java.util.concurrent.locks.Condition;

/** A source of time that tests can replace. */
public interface Ticker {
  /** The monotonic clock of this machine. */
  Ticker SYSTEM =
      new Ticker() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void await(Condition condition, long nanos) throws InterruptedException {
          condition.awaitNanos(nanos);
        }
      };

  /** Nanoseconds since a fixed moment, as {@link System#nanoTime()}. */
  long nanoTime();

  /**
   * Waits until the condition is signalled or the time is over; may return earlier. The caller
   * holds the lock of the condition.
   */
  void await(Condition condition, long nanos) throws InterruptedException;
}
