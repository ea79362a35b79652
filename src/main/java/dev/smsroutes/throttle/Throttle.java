package dev.smsroutes.throttle;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.ThrottleGate.Notice;
import dev.smsroutes.throttle.ThrottleGate.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The throttle in front of the SMS API, one for each account. Every message acquires a permit
 * before it leaves, and returns it with its outcome. From the outcomes the throttle learns how much
 * the API takes. docs/pace.md explains its rules to operators; {@link ThrottleGate} implements
 * them.
 *
 * <p>Thread-safe. A waiting caller blocks its own thread and holds no lock; the throttle has no
 * thread. One of the waiting threads sleeps until the next change by time. The others sleep until
 * they are signalled, so that a change wakes only threads that may go on.
 */
public final class Throttle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Throttle.class);

  private final Ticker ticker;
  private final long start;
  private final ReentrantLock lock = new ReentrantLock();
  private final ThrottleGate gate;

  /** The waiter that sleeps until the next change by time; null while no thread sleeps. */
  private Waiter timekeeper;

  private long wakesAt;

  /** Written with the lock, read without. */
  private volatile long gotThrough;

  /**
   * The state of the throttle at one moment.
   *
   * @param concurrencyLimit how many messages may be in progress
   * @param inUse how many are in progress; after a cut it may exceed the limit for a while
   * @param interactiveWaiting how many of HTTP and JMS wait
   * @param batchWaiting how many of files wait
   * @param rateLimit messages per second, learnt or configured; empty: no limit
   * @param paused whether nothing may leave
   * @param pausedFor the remaining pause; zero without a pause, or if it ends with a probe
   * @param heldBecause why the API holds up everything; empty if it does not
   * @param heldSince how long that has been so: since the first answer of this kind after which
   *     nothing got through
   */
  public record Snapshot(
      int concurrencyLimit,
      int inUse,
      int interactiveWaiting,
      int batchWaiting,
      OptionalDouble rateLimit,
      boolean paused,
      Duration pausedFor,
      Optional<Reason> heldBecause,
      Duration heldSince) {}

  /**
   * A permit to make one call. It must be returned with {@link #done}, {@link #abandon} or {@link
   * #notUsed}; only the first of these calls counts. Any thread may return it.
   */
  public final class Permit {
    private final Departure departure;
    private boolean back;

    private Permit(Departure departure) {
      this.departure = departure;
    }

    /** Counts all permits from 1, which orders them with other events. */
    public long number() {
      return departure.number();
    }

    /**
     * Returns the permit with the outcome, from which the throttle learns.
     *
     * @param definition the definition of the message; empty if the outcome does not concern it
     * @return how long nothing may leave from now on; zero if something may
     */
    public Duration done(Outcome outcome, String definition) {
      return giveBack(this, Optional.of(outcome), definition);
    }

    /** Returns the permit without an outcome: the call did not reach the API, or may not have. */
    public void abandon() {
      giveBack(this, Optional.empty(), "");
    }

    /** Returns the permit as if it had not been given: there was no call to make. */
    public void notUsed() {
      lock.lock();
      try {
        if (!back) {
          back = true;
          gate.notUsed(departure);
          serve(now());
        }
      } finally {
        lock.unlock();
      }
    }
  }

  public Throttle(ThrottleOptions options) {
    this(options, Ticker.SYSTEM);
  }

  public Throttle(ThrottleOptions options, Ticker ticker) {
    this.ticker = ticker;
    this.start = ticker.nanoTime();
    this.gate = new ThrottleGate(options);
  }

  /**
   * Waits for a permit.
   *
   * <p>An interrupt of the thread counts as a stop; the thread stays interrupted.
   *
   * @param maxWait how long to wait at most; zero or less: not at all
   * @throws ThrottledException if there is no permit within that time: at its end, or as soon as
   *     that is known
   */
  public Permit await(Priority priority, Duration maxWait) throws ThrottledException {
    Objects.requireNonNull(priority, "priority");
    lock.lock();
    try {
      long now = now();
      Departure departure = gate.pass(priority, now);
      return new Permit(departure != null ? departure : queue(priority, maxWait, now));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives a permit if one is free at once. While the API is in trouble it gives no permit: {@link
   * #await} decides then who tries it.
   */
  public Optional<Permit> passAtOnce(Priority priority) {
    lock.lock();
    try {
      return Optional.ofNullable(gate.passAtOnce(priority, now())).map(Permit::new);
    } finally {
      lock.unlock();
    }
  }

  private Departure queue(Priority priority, Duration maxWait, long now) throws ThrottledException {
    long nanos = Math.max(0, TimeUnit.NANOSECONDS.convert(maxWait));
    long deadline = nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos;
    Condition called = lock.newCondition();
    Waiter waiter = new Waiter(priority, deadline, called::signal);
    gate.enter(waiter, now);
    serve(now);
    while (waiter.waits()) {
      if (now >= deadline) {
        gate.giveUp(waiter, now);
      } else {
        try {
          ticker.await(called, (waiter == timekeeper ? wakesAt : deadline) - now);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          gate.leaveStopping(waiter);
        }
        now = now();
        if (waiter == timekeeper) {
          timekeeper = null;
        }
      }
      serve(now);
    }
    return waiter.departure();
  }

  private Duration giveBack(Permit permit, Optional<Outcome> outcome, String definition) {
    List<Notice> notices;
    Duration held;
    lock.lock();
    try {
      if (permit.back) {
        return Duration.ZERO;
      }
      permit.back = true;
      if (outcome.isPresent() && !(outcome.get() instanceof Unsettled)) {
        gotThrough++;
      }
      long now = now();
      gate.back(permit.departure, outcome, definition, now);
      held = gate.heldFor(now);
      serve(now);
      notices = gate.takeNotices();
    } finally {
      lock.unlock();
    }
    // Outside the lock: a slow log must not hold up other threads.
    notices.forEach(
        news -> LOG.atLevel(news.level()).log(news.template(), news.values().toArray()));
    return held;
  }

  /** Gives out all possible permits, and makes sure that a thread wakes at the next change. */
  private void serve(long now) {
    gate.serve(now);
    if (timekeeper != null && !timekeeper.waits()) {
      timekeeper = null;
    }
    long change = gate.nextChange(now);
    if (change == ThrottleGate.NOT_BY_TIME || timekeeper != null && wakesAt <= change) {
      return;
    }
    if (timekeeper == null) {
      timekeeper = gate.first().orElseThrow();
    }
    wakesAt = Math.min(change, timekeeper.deadline());
    timekeeper.call();
  }

  /** The {@link Permit#number} of the last permit. */
  public long lastPermit() {
    return locked(gate::lastDeparted);
  }

  /** How many messages got through so far. */
  public long gotThrough() {
    return gotThrough;
  }

  /**
   * Why all sending is paused, if that needs an operator: login or account refused, or account
   * blocked. It ends with the first message that gets through, so it stays while nothing is sent.
   */
  public Optional<String> outage() {
    return locked(gate::outage);
  }

  /** The current state. */
  public Snapshot snapshot() {
    return locked(() -> gate.snapshot(now()));
  }

  private <T> T locked(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      lock.unlock();
    }
  }

  /**
   * From now on every request for a permit is refused, also those that wait. Permits that are out
   * may still be returned.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      gate.close(now());
    } finally {
      lock.unlock();
    }
  }

  private long now() {
    return ticker.nanoTime() - start;
  }
}
