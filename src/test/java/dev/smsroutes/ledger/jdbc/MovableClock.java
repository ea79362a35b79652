package dev.smsroutes.ledger.jdbc;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that a test sets; it can run an action when it is read. */
final class MovableClock extends Clock {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T12:00:00Z"));
  private final ThreadLocal<Surprise> surprise = new ThreadLocal<>();

  private record Surprise(int looks, Runnable task) {}

  void move(Duration by) {
    now.updateAndGet(instant -> instant.plus(by));
  }

  /** At the given look of this thread at the clock, the task runs first. */
  void atLook(int number, Runnable task) {
    surprise.set(new Surprise(number, task));
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
