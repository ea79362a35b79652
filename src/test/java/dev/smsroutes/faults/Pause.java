package dev.smsroutes.faults;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waiting: for a time that is part of an experiment, or for something to happen. */
final class Pause {
  private static final long LOOK_MS = 20;

  private Pause() {}

  /** Lets time pass. Nothing here is made to work by it: how long a fault lasts is the fault. */
  static void of(Duration time) {
    try {
      new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  static void millis(long time) {
    of(Duration.ofMillis(time));
  }

  /**
   * Waits until something is so.
   *
   * @return whether it came to be in time
   */
  static boolean until(BooleanSupplier so, Duration patience) {
    return until(so, patience, LOOK_MS);
  }

  /** As above, for things that are expensive to look at. */
  static boolean until(BooleanSupplier so, Duration patience, long lookMs) {
    long latest = System.nanoTime() + patience.toNanos();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() - latest > 0) {
        return false;
      }
      millis(lookMs);
    }
    return true;
  }
}
