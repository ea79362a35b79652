package dev.smsroutes.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** Stands still until a test sets it; can run a task when it is read. Thread-safe. */
public final class SettableClock extends Clock {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final ThreadLocal<Surprise> surprise = new ThreadLocal<>();

  private record Surprise(int looks, Runnable task) {}

  /** Puts it forward, or back by a negative time. */
  public void forward(Duration by) {
    now.updateAndGet(instant -> instant.plus(by));
  }

  public void set(Instant time) {
    now.set(time);
  }

  /** The task runs just before this thread reads the clock for the n-th time from now. */
  public void atLook(int nth, Runnable task) {
    surprise.set(new Surprise(nth, task));
  }

  @Override
  public Instant instant() {
    Surprise next = surprise.get();
    if (next != null) {
      surprise.set(next.looks() > 1 ? new Surprise(next.looks() - 1, next.task()) : null);
      if (next.looks() == 1) {
        next.task().run();
      }
    }
    return now.get();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
