package dev.smsroutes.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.throttle.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;

/**
 * Stands still until a test puts it forward. Any thread may call {@link #forward}; the throttle
 * calls all else, under its lock.
 */
public class SettableTicker implements Ticker {
  private final AtomicLong step = new AtomicLong();
  private final AtomicInteger awaits = new AtomicInteger();
  private final Map<Condition, Long> sleeping = new HashMap<>();
  private long now = Long.MAX_VALUE - 1_000; // soon to overflow

  /** Takes effect when the throttle asks for the time next; that wakes those whose wait is over. */
  public void forward(Duration by) {
    step.addAndGet(by.toNanos());
  }

  /** How often a thread began to wait. */
  public int awaits() {
    return awaits.get();
  }

  @Override
  public long nanoTime() {
    now += step.getAndSet(0);
    sleeping.forEach(
        (condition, end) -> {
          if (now - end >= 0) {
            condition.signal();
          }
        });
    return now;
  }

  @Override
  public void await(Condition condition, long nanos) throws InterruptedException {
    awaits.incrementAndGet();
    assertThat(nanos).as("a wait for no time is a busy one").isPositive();
    // Long.MAX_VALUE means forever.
    sleeping.put(condition, now + Math.min(nanos, Long.MAX_VALUE / 2));
    try {
      condition.await();
    } finally {
      sleeping.remove(condition);
    }
  }
}
