package dev.smsroutes.throttle;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate in front of the SMS API, one for each account: every message takes a turn before it
 * leaves and gives it back with what became of it, and from that the gate learns how much the API
 * takes. docs/pace.md tells operators of its rules, {@link ThrottleGate} holds them.
 *
 * <p>Thread-safe. Who waits blocks the calling thread and no lock; there is no thread of its own.
 * Of those who wait one sleeps until the next moment at which something changes by time alone, the
 * others until they are called, so that a change wakes only those whom it lets go.
 */
public final class Throttle implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Throttle.class);

  private final Ticker ticker;
  private final long start;
  private final ReentrantLock lock = new ReentrantLock();
  private final ThrottleGate gate;

  /** Who sleeps until the next change by time; null if nobody does. */
  private Waiter timekeeper;

  private long wakesAt;

  /** Written with the lock, read without. */
  private volatile long gotThrough;

  /**
   * What the gate is like at one moment.
   *
   * @param concurrencyLimit how many messages may be on their way at once
   * @param inUse how many are; after a cut it may be more than the limit for a while
   * @param interactiveWaiting how many wait of HTTP and JMS
   * @param batchWaiting how many wait of files
   * @param rateLimit messages per second, learnt or configured; empty if there is no limit
   * @param paused whether nothing may leave
   * @param pausedFor for how long from now; zero if it is not paused, or until a probe is back
   */
  public record Snapshot(
      int concurrencyLimit,
      int inUse,
      int interactiveWaiting,
      int batchWaiting,
      OptionalDouble rateLimit,
      boolean paused,
      Duration pausedFor) {}

  /**
   * The permission to send one message, once. To be given back in any case, with {@link #done} or
   * {@link #abandon}; the first of them counts. Any thread may do so.
   */
  public final class Permit {
    private final Departure departure;
    private boolean back;

    private Permit(Departure departure) {
      this.departure = departure;
    }

    /** Counts all turns, from 1: tells whether this one was before or after an event. */
    public long number() {
      return departure.number();
    }

    /**
     * The message is back: teaches the gate what became of it, and how long it took.
     *
     * @param definition of the message; empty if the outcome has nothing to do with it
     * @return for how long nothing leaves from now on; zero if something may
     */
    public Duration done(Outcome outcome, String definition) {
      return giveBack(this, Optional.of(outcome), definition);
    }

    /** The message never was at the API, or nobody knows: teaches nothing. */
    public void abandon() {
      giveBack(this, Optional.empty(), "");
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
   * Waits until a message may leave.
   *
   * <p>If the thread is interrupted meanwhile, it counts as stopping, and stays interrupted.
   *
   * @param patience how long to wait at most; zero or less: not at all
   * @throws ThrottledException if it may not leave within that time: at the end of it, or as soon
   *     as that is known
   */
  public Permit await(Priority priority, Duration patience) throws ThrottledException {
    Objects.requireNonNull(priority, "lane");
    lock.lock();
    try {
      long now = now();
      Departure departure = gate.pass(priority, now);
      return new Permit(departure != null ? departure : queue(priority, patience, now));
    } finally {
      lock.unlock();
    }
  }

  private Departure queue(Priority priority, Duration patience, long now)
      throws ThrottledException {
    long nanos = Math.max(0, TimeUnit.NANOSECONDS.convert(patience));
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
    // Outside the lock: a slow log must not hold up the others.
    notices.forEach(news -> LOG.atLevel(news.level()).log(news.text()));
    return held;
  }

  /** Lets all go who may, and sees to it that somebody wakes at the next change. */
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

  /** The {@link Permit#number} of the turn that was given last. */
  public long lastPermit() {
    lock.lock();
    try {
      return gate.lastDeparted();
    } finally {
      lock.unlock();
    }
  }

  /** How many messages have got through so far. */
  public long gotThrough() {
    return gotThrough;
  }

  /**
   * Why all sending is paused in a way that a person should know of: login or account refused, or
   * account blocked. Ends with the first message that gets through; if nobody sends, it stays.
   */
  public Optional<String> outage() {
    lock.lock();
    try {
      return gate.outage();
    } finally {
      lock.unlock();
    }
  }

  /** What the gate is like now. */
  public Snapshot snapshot() {
    lock.lock();
    try {
      return gate.snapshot(now());
    } finally {
      lock.unlock();
    }
  }

  /**
   * From now on everybody is refused, those who wait as well. Turns that are out may be given back.
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
