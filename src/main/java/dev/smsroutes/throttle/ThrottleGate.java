package dev.smsroutes.throttle;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import org.slf4j.event.Level;

/**
 * Who may leave next, and when: the rules of {@link Throttle} without its threads. Time is told by
 * the caller, in nanoseconds from 0 on, and never goes back. Not thread-safe.
 */
final class ThrottleGate {
  /** As the time of a change: it does not come by time alone. */
  static final long NOT_BY_TIME = Breaker.NOT_BY_TIME;

  /** After so many departures of others one of a batch comes first, if it waits. */
  private static final int MOST_OVERTAKEN = 9;

  /** One that waits for its turn. */
  static final class Waiter {
    private final Priority priority;
    private final long deadline;
    private final Runnable call;
    private Departure departure;
    private ThrottledException refusal;

    /**
     * @param deadline until when it waits
     * @param call is run when it waits no more, and when it has to look again
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

    /** To be asked when it waits no more. */
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

  /** Something that an operator should read in the log. */
  record Notice(Level level, String text) {}

  private final long slowAfter;
  private final ConcurrencyLimit concurrency;
  private final RateLimit rate;
  private final Pause pause;
  private final Breaker breaker;

  private final Queue<Waiter> interactive = new ArrayDeque<>();
  private final Queue<Waiter> batch = new ArrayDeque<>();
  private int inUse;
  private int inUseByBatch;

  /** How many of the interactive lane left since one of a batch waits. */
  private int overtaken;

  private long lastDeparted;

  /** The opening for which it was last looked who waits in vain. */
  private long reviewedFor;

  private final List<Notice> notices = new ArrayList<>();
  private boolean closed;

  ThrottleGate(ThrottleOptions options) {
    slowAfter = options.slowAfter().toNanos();
    concurrency = new ConcurrencyLimit(options.maxConcurrency());
    rate = new RateLimit(options.maxRate());
    pause = new Pause(options.longestPause());
    breaker = new Breaker(options.probeInterval(), options.longestPause());
  }

  /** Lets a message through if it need not wait; null if it has to. */
  Departure pass(Priority priority, long now) {
    return interactive.isEmpty() && batch.isEmpty() && mayLeave(priority, now)
        ? depart(priority, now)
        : null;
  }

  /**
   * Puts a message at the end of its lane, unless it is known by now that it would wait in vain. To
   * be followed by {@link #serve}.
   */
  void enter(Waiter waiter, long now) {
    refusalInVain(waiter, ahead(waiter.priority), now)
        .ifPresentOrElse(waiter::isRefused, () -> priority(waiter.priority).add(waiter));
  }

  /** Takes a message out again whose patience is over. */
  void giveUp(Waiter waiter, long now) {
    if (waiter.waits()) {
      priority(waiter.priority).remove(waiter);
      waiter.isRefused(refusal(now, leavesAt(now, 0)));
    }
  }

  /** Takes a message out again whose thread is to stop. */
  void leaveStopping(Waiter waiter) {
    if (waiter.waits()) {
      priority(waiter.priority).remove(waiter);
      waiter.isRefused(stopping());
    }
  }

  /** Lets all go who may; refuses those who now wait in vain. */
  void serve(long now) {
    long opening = opensAt();
    if (opening > now && opening != NOT_BY_TIME && opening != reviewedFor) {
      reviewedFor = opening;
      refuseInVain(interactive, now);
      refuseInVain(batch, now);
    }
    for (Priority next = next(); next != null && mayLeave(next, now); next = next()) {
      Waiter first = priority(next).remove();
      if (first.deadline < now) {
        // Its thread is late: it would have given up by now.
        first.isRefused(refusal(now, now));
      } else {
        first.leaves(depart(next, now));
      }
    }
  }

  /** Who is to leave next. */
  Optional<Waiter> first() {
    return Optional.ofNullable(next()).map(this::priority).map(Queue::peek);
  }

  /** When {@link #serve} can do more than now; {@link #NOT_BY_TIME} if time alone does not help. */
  long nextChange(long now) {
    return next() == null || inUse >= concurrency.limit() ? NOT_BY_TIME : leavesAt(now, 0);
  }

  /**
   * A message is back.
   *
   * @param outcome empty if it never was at the API, or if nobody knows
   * @param definition of the message; empty if the outcome has nothing to do with it
   */
  void back(Departure departure, Optional<Outcome> outcome, String definition, long now) {
    inUse--;
    if (departure.priority() == Priority.BATCH) {
      inUseByBatch--;
    }
    if (outcome.isEmpty()) {
      breaker.neverLeft(departure);
    } else {
      learn(departure, outcome.get(), definition, now);
    }
  }

  /** From now on nobody leaves, and nobody waits. */
  void close(long now) {
    closed = true;
    refuseInVain(interactive, now);
    refuseInVain(batch, now);
  }

  /** For how long from now on nothing leaves; zero if something may, or if a probe is under way. */
  Duration heldFor(long now) {
    long opening = opensAt();
    return Duration.ofNanos(opening == NOT_BY_TIME ? 0 : Math.max(0, opening - now));
  }

  /** The number of the last departure. */
  long lastDeparted() {
    return lastDeparted;
  }

  /** Why all sending is paused in a way that a person should know of, if it is. */
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
        heldFor(now));
  }

  /** The news since this was last called. */
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
    if (!(outcome instanceof Unsettled unsettled)) {
      wentWell(departure, definition, slow, now);
      return;
    }
    Reason reason = unsettled.reason();
    switch (reason) {
      case RATE_LIMITED, UNAVAILABLE -> {
        cut(departure, reason, now);
        if (pause.asked(departure, unsettled, now, lastDeparted)) {
          rate.heldUntil(pause.until());
          tell(Level.INFO, "pace=paused reason=" + reason, pause.until() - now);
        }
        breaker.toldNothing(departure, now);
      }
      case BLOCKED, UNAUTHENTICATED, FORBIDDEN, UNREACHABLE -> {
        if (reason == Reason.BLOCKED) {
          cut(departure, reason, now);
        }
        if (breaker.failed(departure, unsettled, definition, now, lastDeparted)) {
          tell(
              breaker.isOutage() ? Level.ERROR : Level.WARN,
              "pace=shut reason=" + reason + " words=\"" + words(reason) + "\"",
              breaker.opensAt() - now);
        }
      }
      case NO_CLEAR_ANSWER -> {
        if (slow) {
          cut(departure, reason, now);
        }
        breaker.toldNothing(departure, now);
      }
      // What is ours, not the API's.
      default -> breaker.neverLeft(departure);
    }
  }

  private void wentWell(Departure departure, String definition, boolean slow, long now) {
    pause.wentWell(departure);
    breaker
        .wentWell(departure, definition)
        .ifPresent(
            opening -> {
              tell(Level.INFO, "pace=open after=" + opening.after(), 0);
              opening
                  .setAside()
                  .ifPresent(
                      alone ->
                          notices.add(
                              new Notice(
                                  Level.ERROR,
                                  "pace=set-aside reason=FORBIDDEN definition="
                                      + alone
                                      + " words=\"The SMS API refuses messages of this definition"
                                      + " and accepts others\"")));
            });
    if (slow) {
      cut(departure, Reason.NO_CLEAR_ANSWER, now);
    } else {
      concurrency.wentWell(departure);
      rate.wentWell(departure, now);
    }
  }

  private void cut(Departure departure, Reason reason, long now) {
    if (reason == Reason.RATE_LIMITED || reason == Reason.BLOCKED) {
      rate.cut(departure, now, lastDeparted);
    }
    if (concurrency.cut(departure, lastDeparted) && reason == Reason.NO_CLEAR_ANSWER) {
      tell(Level.INFO, "pace=slower reason=slow-answer", 0);
    }
  }

  private void tell(Level level, String what, long nanos) {
    notices.add(
        new Notice(
            level,
            what
                + " wait_ms="
                + Duration.ofNanos(nanos).toMillis()
                + " concurrency="
                + concurrency.limit()
                + " rate="
                + (rate.limit().isEmpty()
                    ? "unlimited"
                    : String.format(Locale.ROOT, "%.1f", rate.limit().getAsDouble()))));
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
      // A probe: that so little leaves says nothing about how much is asked for.
      rate.heldUntil(now);
    }
    breaker.departed(departure);
    rate.departed(now);
    return departure;
  }

  /** The lane that leaves next; null if nobody waits who could. */
  private Priority next() {
    boolean batchCould = !batch.isEmpty() && inUseByBatch < shareOfBatch();
    if (!interactive.isEmpty() && !(batchCould && overtaken >= MOST_OVERTAKEN)) {
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

  /** How many surely leave before one that comes now. */
  private int ahead(Priority priority) {
    if (priority != Priority.BATCH) {
      return interactive.size();
    }
    return batch.size() + Math.min(interactive.size(), MOST_OVERTAKEN * (batch.size() + 1));
  }

  /** When nothing but the concurrency and the rate holds a message back. */
  private long opensAt() {
    return Math.max(pause.until(), breaker.opensAt());
  }

  private long leavesAt(long now, int ahead) {
    long opening = opensAt();
    return opening == NOT_BY_TIME ? opening : rate.opensAt(Math.max(opening, now), ahead);
  }

  private void refuseInVain(Queue<Waiter> priority, long now) {
    priority.removeIf(
        waiter -> {
          refusalInVain(waiter, 0, now).ifPresent(waiter::isRefused);
          return !waiter.waits();
        });
  }

  private Optional<ThrottledException> refusalInVain(Waiter waiter, int ahead, long now) {
    // While the API refuses us a caller is told at once; the others can wait for the next probe.
    boolean hopeless =
        waiter.priority == Priority.INTERACTIVE && breaker.isOutage() && opensAt() > now;
    long leaving = leavesAt(now, ahead);
    boolean tooLate = leaving != NOT_BY_TIME && leaving > waiter.deadline;
    return closed || hopeless || tooLate ? Optional.of(refusal(now, leaving)) : Optional.empty();
  }

  /**
   * @param leaving when it could have left
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
            // If the probe fails, it takes this long at least until the next one.
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
