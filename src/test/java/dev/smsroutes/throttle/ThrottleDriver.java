package dev.smsroutes.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.ThrottleGate.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.helpers.MessageFormatter;

/** Plays the senders at a gate, one after the other, at a time that stands still between steps. */
final class ThrottleDriver {
  static final Outcome ACCEPTED = new Accepted("id", Optional.of("key"), false);
  static final Outcome REFUSED =
      new Refused("id", Optional.of("key"), ErrorCode.INVALID_TO.number(), "no number", List.of());
  static final ThrottleOptions OPTIONS =
      new ThrottleOptions(
          100, 0, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(30));

  static final String DEFINITION = "definition";

  private static final AtomicInteger KEYS = new AtomicInteger();

  final ThrottleGate gate;
  final List<String> notices = new ArrayList<>();
  private long now;

  ThrottleDriver(ThrottleOptions options) {
    gate = new ThrottleGate(options);
  }

  static ThrottleDriver withConcurrency(int most) {
    return new ThrottleDriver(
        new ThrottleOptions(
            most, 0, OPTIONS.slowAfter(), OPTIONS.probeInterval(), OPTIONS.longestPause()));
  }

  static ThrottleDriver withRate(double most) {
    return new ThrottleDriver(
        new ThrottleOptions(
            100_000, most, OPTIONS.slowAfter(), OPTIONS.probeInterval(), OPTIONS.longestPause()));
  }

  static Outcome unsettled(Reason reason) {
    return unsettled(reason, null);
  }

  /** Of another message than all before. */
  static Outcome unsettled(Reason reason, Duration retryAfter) {
    return unsettled("key-" + KEYS.incrementAndGet(), reason, retryAfter);
  }

  static Outcome unsettled(String messageKey, Reason reason, Duration retryAfter) {
    return new Unsettled(
        "id",
        Optional.of(messageKey),
        reason,
        reason == Reason.NO_CLEAR_ANSWER,
        0,
        "words",
        Optional.ofNullable(retryAfter));
  }

  long now() {
    return now;
  }

  void forward(Duration by) {
    now += by.toNanos();
    gate.serve(now);
  }

  /** Goes to the next change by time; says whether there was one. */
  boolean forwardToNextChange() {
    long change = gate.nextChange(now);
    if (change == ThrottleGate.NOT_BY_TIME) {
      return false;
    }
    forward(Duration.ofNanos(change - now));
    return true;
  }

  /** Leaves at once, as it must. */
  Departure leave(Priority priority) {
    Departure departure = gate.pass(priority, now);
    assertThat(departure).as("%s leaves", priority).isNotNull();
    return departure;
  }

  Departure leave() {
    return leave(Priority.INTERACTIVE);
  }

  List<Departure> leave(int many) {
    List<Departure> left = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      left.add(leave());
    }
    return left;
  }

  Waiter enter(Priority priority, Duration patience) {
    Waiter waiter = new Waiter(priority, now + patience.toNanos(), () -> {});
    gate.enter(waiter, now);
    gate.serve(now);
    return waiter;
  }

  /** Enters, and has to wait. */
  Waiter waitIn(Priority priority, Duration patience) {
    Waiter waiter = enter(priority, patience);
    assertThat(waiter.waits()).as("%s waits", priority).isTrue();
    return waiter;
  }

  /** Enters, and is refused at once. */
  ThrottledException refused(Priority priority, Duration patience) {
    return refusal(enter(priority, patience));
  }

  static ThrottledException refusal(Waiter waiter) {
    assertThat(waiter.waits()).as("still waits").isFalse();
    try {
      waiter.departure();
    } catch (ThrottledException e) {
      return e;
    }
    throw new AssertionError("It was let through");
  }

  static boolean left(Waiter waiter) {
    try {
      return !waiter.waits() && waiter.departure() != null;
    } catch (ThrottledException e) {
      return false;
    }
  }

  void back(Departure departure, Outcome outcome) {
    back(departure, outcome, DEFINITION);
  }

  void back(Departure departure, Outcome outcome, String definition) {
    gate.back(departure, Optional.of(outcome), definition, now);
    gate.serve(now);
    gate.takeNotices()
        .forEach(
            notice ->
                notices.add(
                    notice.level()
                        + " "
                        + MessageFormatter.basicArrayFormat(
                            notice.template(), notice.values().toArray())));
  }

  void abandon(Departure departure) {
    gate.back(departure, Optional.empty(), DEFINITION, now);
    gate.serve(now);
  }

  /** Leaves and is back at once. */
  void send(Outcome outcome) {
    back(leave(), outcome);
  }

  void send(Outcome outcome, String definition) {
    back(leave(), outcome, definition);
  }

  void send(int many, Outcome outcome) {
    for (int i = 0; i < many; i++) {
      send(outcome);
    }
  }

  boolean isOpen() {
    Departure departure = gate.pass(Priority.INTERACTIVE, now);
    if (departure != null) {
      abandon(departure);
    }
    return departure != null;
  }

  Throttle.Snapshot snapshot() {
    return gate.snapshot(now);
  }

  int limit() {
    return snapshot().concurrencyLimit();
  }

  /** Messages per second; 0 if there is no limit. */
  double rate() {
    return snapshot().rateLimit().orElse(0);
  }
}
