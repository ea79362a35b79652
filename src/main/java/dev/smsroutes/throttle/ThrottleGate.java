package dev.smsroutes.throttle;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.slf4j.event.Level;

/**
 * The rules of {@link Throttle} without its threads: which message may leave next, and when. The
 * caller passes the time, in nanoseconds from 0 on, which never goes back. Not thread-safe.
 */
final class ThrottleGate {
  /** Instead of the time of a change: time alone does not cause it. */
  static final long NOT_BY_TIME = Breaker.NOT_BY_TIME;

  /** After so many other departures a waiting batch message goes first. */
  private static final int MAX_OVERTAKEN = 9;

  /** A pause that begins so soon after another one goes on with it. */
  private static final long SAME_HOLD = Duration.ofMinutes(1).toNanos();

  /** A message that waits for a permit. */
  static final class Waiter {
    private final Priority priority;
    private final long deadline;
    private final Runnable call;
    private Departure departure;
    private ThrottledException refusal;

    /**
     * @param deadline when it stops waiting
     * @param call runs when it stops waiting, and when it must check again
     */
    Waiter(Priority priority, long deadline, Runnable call) {
      this.priority = priority;
      this.deadline = deadline;
      this.call = call;
    }

    boolean waits() {
      return departure == null && refusal == null;
    }

    long deadline() {
      return deadline;
    }

    void call() {
      call.run();
    }

    /** Its permit; call it after it stopped waiting. */
    Departure departure() throws ThrottledException {
      if (refusal != null) {
        throw refusal;
      }
      return departure;
    }

    private void leaves(Departure with) {
      departure = with;
      call.run();
    }

    private void isRefused(ThrottledException with) {
      refusal = with;
      call.run();
    }
  }

  /**
   * A line of the log for operators.
   *
   * @param template as SLF4J has it, so that each value is a field in a log of JSON
   */
  record Notice(Level level, String template, List<Object> values) {}

  private final long slowAfter;
  private final ConcurrencyLimit concurrency;
  private final RateLimit rate;
  private final Pause pause;
  private final Breaker breaker;

  private final Queue<Waiter> interactive = new ArrayDeque<>();
  private final Queue<Waiter> batch = new ArrayDeque<>();
  private int inUse;
  private int inUseByBatch;

  /** How many interactive messages left while a batch message waited. */
  private int overtaken;

  private long lastDeparted;

  /** The opening time for which waiters were last checked for being too late. */
  private long reviewedFor;

  /** Since when the API has held up everything; meaningful while it does ({@link #heldBecause}). */
  private long heldFrom;

  /** Whether no message got through since then. */
  private boolean held;

  private final List<Notice> notices = new ArrayList<>();
  private boolean closed;

  ThrottleGate(ThrottleOptions options) {
    slowAfter = options.slowAfter().toNanos();
    concurrency = new ConcurrencyLimit(options.maxConcurrency());
    rate = new RateLimit(options.maxRate());
    pause = new Pause(options.longestPause());
    breaker = new Breaker(options.probeInterval(), options.longestPause());
  }

  /** Gives a permit if the message need not wait; otherwise null. */
  Departure pass(Priority priority, long now) {
    return interactive.isEmpty() && batch.isEmpty() && mayLeave(priority, now)
        ? depart(priority, now)
        : null;
  }

  /**
   * As {@link #pass}, for a message that may turn out not to need its permit: no such message is
   * the probe that finds out whether the API takes messages again.
   */
  Departure passAtOnce(Priority priority, long now) {
    return breaker.reason().isEmpty() ? pass(priority, now) : null;
  }

  /**
   * Puts a message at the end of its queue, or refuses it if it would certainly be too late. Call
   * {@link #serve} afterwards.
   */
  void enter(Waiter waiter, long now) {
    refusalIfTooLate(waiter, ahead(waiter.priority), now)
        .ifPresentOrElse(waiter::isRefused, () -> priority(waiter.priority).add(waiter));
  }

  /** Removes a message whose deadline is over. */
  void giveUp(Waiter waiter, long now) {
    if (waiter.waits()) {
      priority(waiter.priority).remove(waiter);
      waiter.isRefused(refusal(now, leavesAt(now, 0)));
    }
  }

  /** Removes a message whose thread must stop. */
  void leaveStopping(Waiter waiter) {
    if (waiter.waits()) {
      priority(waiter.priority).remove(waiter);
      waiter.isRefused(stopping());
    }
  }

  /** Gives out all possible permits; refuses messages that would be too late. */
  void serve(long now) {
    long opening = opensAt();
    if (opening > now && opening != NOT_BY_TIME && opening != reviewedFor) {
      reviewedFor = opening;
      refuseTooLate(interactive, now);
      refuseTooLate(batch, now);
    }
    for (Priority next = next(); next != null && mayLeave(next, now); next = next()) {
      Waiter first = priority(next).remove();
      if (first.deadline < now) {
        // Its thread is late: the deadline is over already.
        first.isRefused(refusal(now, now));
      } else {
        first.leaves(depart(next, now));
      }
    }
  }

  /** The message that leaves next. */
  Optional<Waiter> first() {
    return Optional.ofNullable(next()).map(this::priority).map(Queue::peek);
  }

  /** When {@link #serve} can do more; {@link #NOT_BY_TIME} if time alone does not help. */
  long nextChange(long now) {
    return next() == null || inUse >= concurrency.limit() ? NOT_BY_TIME : leavesAt(now, 0);
  }

  /**
   * Takes a permit back.
   *
   * @param outcome empty if the call did not reach the API, or may not have
   * @param definition the definition of the message; empty if the outcome does not concern it
   */
  void back(Departure departure, Optional<Outcome> outcome, String definition, long now) {
    inUse--;
    if (departure.priority() == Priority.BATCH) {
      inUseByBatch--;
    }
    if (outcome.isEmpty()) {
      breaker.notSent(departure);
    } else {
      learn(departure, outcome.get(), definition, now);
    }
  }

  /** Takes a permit back that was not needed, as if it had not been given. */
  void notUsed(Departure departure) {
    inUse--;
    if (departure.priority() == Priority.BATCH) {
      inUseByBatch--;
    }
    rate.notUsed();
    breaker.notSent(departure);
  }

  /** From now on nothing leaves, and nothing waits. */
  void close(long now) {
    closed = true;
    refuseTooLate(interactive, now);
    refuseTooLate(batch, now);
  }

  /** How long nothing may leave; zero if something may, or if a probe is in progress. */
  Duration heldFor(long now) {
    long opening = opensAt();
    return Duration.ofNanos(opening == NOT_BY_TIME ? 0 : Math.max(0, opening - now));
  }

  /** The number of the last departure. */
  long lastDeparted() {
    return lastDeparted;
  }

  /** Why all sending is paused, if that needs an operator. */
  Optional<String> outage() {
    return breaker.isOutage() ? breaker.reason().map(ThrottleGate::words) : Optional.empty();
  }

  Throttle.Snapshot snapshot(long now) {
    return new Throttle.Snapshot(
        concurrency.limit(),
        inUse,
        interactive.size(),
        batch.size(),
        rate.limit(),
        opensAt() > now,
        heldFor(now),
        heldBecause(now),
        heldBecause(now).isPresent() ? Duration.ofNanos(now - heldFrom) : Duration.ZERO);
  }

  /**
   * An open breaker holds until a message gets through, since nobody knows before; a pause ends by
   * time.
   */
  private Optional<Reason> heldBecause(long now) {
    return breaker.reason().isPresent() || pause.until() <= now
        ? breaker.reason()
        : Optional.of(pause.reason());
  }

  /** The notices since the last call. */
  List<Notice> takeNotices() {
    if (notices.isEmpty()) {
      return List.of();
    }
    List<Notice> taken = List.copyOf(notices);
    notices.clear();
    return taken;
  }

  private void learn(Departure departure, Outcome outcome, String definition, long now) {
    boolean slow = now - departure.at() > slowAfter;
    held = held && (heldBecause(now).isPresent() || now - pause.until() < SAME_HOLD);
    if (!(outcome instanceof Unsettled unsettled)) {
      succeeded(departure, definition, slow, now);
      held = held && heldBecause(now).isPresent();
      return;
    }
    Reason reason = unsettled.reason();
    switch (reason) {
      case RATE_LIMITED, UNAVAILABLE -> {
        cut(departure, reason, now);
        if (pause.asked(departure, unsettled, now, lastDeparted)) {
          rate.heldUntil(pause.until());
          notice(Level.INFO, pause.until() - now, "pace=paused reason={}", reason);
        }
        breaker.inconclusive(departure, now);
      }
      case BLOCKED, UNAUTHENTICATED, FORBIDDEN, UNREACHABLE -> {
        if (reason == Reason.BLOCKED) {
          cut(departure, reason, now);
        }
        if (breaker.failed(departure, unsettled, definition, now, lastDeparted)) {
          notice(
              breaker.isOutage() ? Level.ERROR : Level.WARN,
              breaker.opensAt() - now,
              "pace=shut reason={} words=\"{}\"",
              reason,
              words(reason));
        }
      }
      case NO_CLEAR_ANSWER -> {
        if (slow) {
          cut(departure, reason, now);
        }
        breaker.inconclusive(departure, now);
      }
      // A reason within sms-routes, not of the API.
      default -> breaker.notSent(departure);
    }
    if (!held && heldBecause(now).isPresent()) {
      held = true;
      heldFrom = now;
    }
  }

  private void succeeded(Departure departure, String definition, boolean slow, long now) {
    pause.succeeded(departure);
    breaker
        .succeeded(departure, definition)
        .ifPresent(
            opening -> {
              notice(Level.INFO, 0, "pace=open after={}", opening.after());
              opening
                  .setAside()
                  .ifPresent(
                      only ->
                          notices.add(
                              new Notice(
                                  Level.ERROR,
                                  "pace=set-aside reason=FORBIDDEN definition={}"
                                      + " words=\"The SMS API refuses messages of this definition"
                                      + " and accepts others\"",
                                  List.of(only))));
            });
    if (slow) {
      cut(departure, Reason.NO_CLEAR_ANSWER, now);
    } else {
      concurrency.succeeded(departure);
      rate.succeeded(departure, now);
    }
  }

  private void cut(Departure departure, Reason reason, long now) {
    if (reason == Reason.RATE_LIMITED || reason == Reason.BLOCKED) {
      rate.cut(departure, now, lastDeparted);
    }
    if (concurrency.cut(departure, lastDeparted) && reason == Reason.NO_CLEAR_ANSWER) {
      notice(Level.INFO, 0, "pace=slower reason=slow-answer");
    }
  }

  private void notice(Level level, long nanos, String template, Object... values) {
    List<Object> all = new ArrayList<>(List.of(values));
    all.add(Duration.ofNanos(nanos).toMillis());
    all.add(concurrency.limit());
    all.add(
        rate.limit().isEmpty()
            ? "unlimited"
            : BigDecimal.valueOf(rate.limit().getAsDouble()).setScale(1, RoundingMode.HALF_UP));
    notices.add(new Notice(level, template + " wait_ms={} concurrency={} rate={}", all));
  }

  private boolean mayLeave(Priority priority, long now) {
    return !closed
        && inUse < concurrency.limit()
        && (priority != Priority.BATCH || inUseByBatch < shareOfBatch())
        && leavesAt(now, 0) <= now;
  }

  private Departure depart(Priority priority, long now) {
    lastDeparted++;
    inUse++;
    if (priority == Priority.BATCH) {
      inUseByBatch++;
      overtaken = 0;
    } else {
      overtaken = batch.isEmpty() ? 0 : overtaken + 1;
    }
    Departure departure = new Departure(lastDeparted, priority, now);
    if (breaker.reason().isPresent()) {
      // A probe: the demand cannot be observed while only this leaves.
      rate.heldUntil(now);
    }
    breaker.departed(departure);
    rate.departed(now);
    return departure;
  }

  /** The priority that leaves next; null if no message that could leave waits. */
  private Priority next() {
    boolean batchCould = !batch.isEmpty() && inUseByBatch < shareOfBatch();
    if (!interactive.isEmpty() && !(batchCould && overtaken >= MAX_OVERTAKEN)) {
      return Priority.INTERACTIVE;
    }
    return batchCould ? Priority.BATCH : null;
  }

  private int shareOfBatch() {
    return Math.max(1, (int) (concurrency.limit() * 3L / 4));
  }

  private Queue<Waiter> priority(Priority priority) {
    return priority == Priority.BATCH ? batch : interactive;
  }

  /** How many messages certainly leave before a new one. */
  private int ahead(Priority priority) {
    if (priority != Priority.BATCH) {
      return interactive.size();
    }
    return batch.size() + Math.min(interactive.size(), MAX_OVERTAKEN * (batch.size() + 1));
  }

  /** When only concurrency and rate hold a message back. */
  private long opensAt() {
    return Math.max(pause.until(), breaker.opensAt());
  }

  private long leavesAt(long now, int ahead) {
    long opening = opensAt();
    return opening == NOT_BY_TIME ? opening : rate.opensAt(Math.max(opening, now), ahead);
  }

  private void refuseTooLate(Queue<Waiter> priority, long now) {
    priority.removeIf(
        waiter -> {
          refusalIfTooLate(waiter, 0, now).ifPresent(waiter::isRefused);
          return !waiter.waits();
        });
  }

  private Optional<ThrottledException> refusalIfTooLate(Waiter waiter, int ahead, long now) {
    // While the API refuses the account, a caller is refused at once; others can wait for a probe.
    boolean hopeless =
        waiter.priority == Priority.INTERACTIVE && breaker.isOutage() && opensAt() > now;
    long leaving = leavesAt(now, ahead);
    boolean tooLate = leaving != NOT_BY_TIME && leaving > waiter.deadline;
    return closed || hopeless || tooLate ? Optional.of(refusal(now, leaving)) : Optional.empty();
  }

  /**
   * @param leaving when it could leave
   */
  private ThrottledException refusal(long now, long leaving) {
    if (closed) {
      return stopping();
    }
    boolean open = opensAt() <= now;
    Reason reason = open ? Reason.NOT_YET : breaker.reason().orElse(pause.reason());
    return new ThrottledException(
        reason,
        (open ? "Too many messages wait for the SMS API" : words(reason))
            + "; the message was held back",
        leaving == NOT_BY_TIME
            // If the probe fails, the next one leaves after this time at the earliest.
            ? Optional.of(Duration.ofNanos(breaker.length()))
            : leaving > now ? Optional.of(Duration.ofNanos(leaving - now)) : Optional.empty(),
        false);
  }

  private static ThrottledException stopping() {
    return new ThrottledException(
        Reason.STOPPING,
        "This service is stopping; the message was held back",
        Optional.empty(),
        true);
  }

  private static String words(Reason reason) {
    return switch (reason) {
      case UNAUTHENTICATED -> "The SMS API refuses our login, and all sending is paused";
      case FORBIDDEN -> "The SMS API refuses our account, and all sending is paused";
      case BLOCKED -> "The SMS API has blocked our account, and all sending is paused";
      case UNREACHABLE -> "There is no connection to the SMS API";
      case RATE_LIMITED -> "The SMS API asks us to send more slowly";
      default -> "The SMS API is not available at the moment";
    };
  }
}
