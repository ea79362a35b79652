package dev.smsroutes.throttle;

import java.util.concurrent.locks.Condition;

/** The passing of time, apart so that tests need not wait for it. */
public interface Ticker {
  /** The time of this machine, from a clock that never jumps. */
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

  /** Nanoseconds since some moment, as {@link System#nanoTime()}. */
  long nanoTime();

  /**
   * Waits until the condition is signalled or the time is over; may return earlier. The caller
   * holds the lock of the condition.
   */
  void await(Condition condition, long nanos) throws InterruptedException;
}
