package dev.smsroutes.throttle;

import static dev.smsroutes.throttle.ThrottleDriver.ACCEPTED;
import static dev.smsroutes.throttle.ThrottleDriver.OPTIONS;
import static dev.smsroutes.throttle.ThrottleDriver.REFUSED;
import static dev.smsroutes.throttle.ThrottleDriver.left;
import static dev.smsroutes.throttle.ThrottleDriver.refusal;
import static dev.smsroutes.throttle.ThrottleDriver.unsettled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.ThrottleGate.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ThrottleGateTest {
  private static final Duration LONG = Duration.ofDays(1);
  private static final Duration NONE = Duration.ZERO;

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  private static Duration s(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static Duration min(long minutes) {
    return Duration.ofMinutes(minutes);
  }

  /** For how long the API has held up everything, for operators. */
  @Nested
  class Held {
    @ParameterizedTest
    @EnumSource(
        value = Reason.class,
        names = {
          "RATE_LIMITED",
          "UNAVAILABLE",
          "BLOCKED",
          "UNAUTHENTICATED",
          "FORBIDDEN",
          "UNREACHABLE"
        })
    void counts_from_the_first_answer_however_often_it_is_tried_again(Reason reason) {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(4);
      gate.back(gate.leave(), unsettled(reason));
      for (int probe = 0; probe < 3; probe++) {
        gate.forward(gate.snapshot().pausedFor().plusMillis(1));
        Departure departure = gate.leave();
        gate.forward(ms(1));
        gate.back(departure, unsettled(reason));
      }

      assertThat(gate.snapshot().heldBecause()).contains(reason);
      assertThat(gate.snapshot().heldSince()).isGreaterThan(ms(5));

      Duration before = gate.snapshot().heldSince();
      gate.forward(ms(10));
      assertThat(gate.snapshot().heldSince()).isEqualTo(before.plusMillis(10));
    }

    @Test
    void ends_with_the_first_message_that_gets_through() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(4);
      gate.back(gate.leave(), unsettled(Reason.FORBIDDEN));
      gate.forward(min(1));
      gate.back(gate.leave(), ACCEPTED);

      assertThat(gate.snapshot().heldBecause()).isEmpty();
      assertThat(gate.snapshot().heldSince()).isZero();

      gate.forward(min(1));
      gate.back(gate.leave(), unsettled(Reason.FORBIDDEN));
      assertThat(gate.snapshot().heldSince()).isZero();
    }

    @Test
    void a_pause_that_was_over_long_ago_is_another_one() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(4);
      gate.back(gate.leave(), unsettled(Reason.RATE_LIMITED));
      gate.forward(min(10));
      assertThat(gate.snapshot().heldBecause()).isEmpty();

      gate.back(gate.leave(), unsettled(Reason.RATE_LIMITED));
      assertThat(gate.snapshot().heldSince()).isZero();
    }
  }

  @Nested
  class Concurrency {
    @Test
    void starts_at_the_maximum() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(3);
      gate.leave(3);

      Waiter fourth = gate.waitIn(Priority.INTERACTIVE, LONG);

      assertThat(fourth.waits()).isTrue();
      assertThat(gate.snapshot().inUse()).isEqualTo(3);
      assertThat(gate.gate.nextChange(gate.now())).isEqualTo(ThrottleGate.NOT_BY_TIME);
    }

    @Test
    void gives_a_returned_permit_to_the_next() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(1);
      Departure first = gate.leave();
      Waiter second = gate.waitIn(Priority.INTERACTIVE, LONG);
      Waiter third = gate.waitIn(Priority.INTERACTIVE, LONG);

      gate.back(first, ACCEPTED);

      assertThat(left(second)).isTrue();
      assertThat(third.waits()).isTrue();
    }

    @ParameterizedTest(name = "{0} after {1} ms leaves {2} of 64")
    @CsvSource({
      "RATE_LIMITED, 100, 32",
      "UNAVAILABLE, 100, 32",
      "BLOCKED, 100, 32",
      "NO_CLEAR_ANSWER, 5001, 32",
      "NO_CLEAR_ANSWER, 5000, 64",
      "UNREACHABLE, 5001, 64",
      "UNAUTHENTICATED, 100, 64",
      "FORBIDDEN, 100, 64",
      "INTERNAL, 5001, 64",
    })
    void is_halved_by_signs_of_overload(Reason reason, long millis, int left) {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(64);
      Departure departure = gate.leave();
      gate.forward(ms(millis));

      gate.back(departure, unsettled(reason));

      assertThat(gate.limit()).isEqualTo(left);
    }

    @Test
    void is_halved_by_a_slow_success() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(64);
      Departure slow = gate.leave();
      gate.forward(ms(5001));

      gate.back(slow, ACCEPTED);

      assertThat(gate.limit()).isEqualTo(32);
      assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void notices_slow_answers_while_they_change_the_limit() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(2);
      for (int i = 0; i < 3; i++) {
        Departure slow = gate.leave();
        gate.forward(ms(5001));
        gate.back(slow, ACCEPTED);
      }
      assertThat(gate.notices)
          .containsExactly(
              "INFO pace=slower reason=slow-answer wait_ms=0 concurrency=1 rate=unlimited");
    }

    @Test
    void is_cut_once_for_all_that_were_on_their_way() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(64);
      List<Departure> all = gate.leave(60);

      all.forEach(departure -> gate.back(departure, unsettled(Reason.UNAVAILABLE)));
      assertThat(gate.limit()).isEqualTo(32);

      gate.forward(s(1));
      gate.send(unsettled(Reason.UNAVAILABLE));
      assertThat(gate.limit()).isEqualTo(16);
    }

    @Test
    void is_never_less_than_one() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(5);
      for (int i = 0; i < 10; i++) {
        gate.send(unsettled(Reason.UNAVAILABLE));
        gate.forward(min(1));
      }
      assertThat(gate.limit()).isEqualTo(1);
    }

    @Test
    void grows_by_one_with_each_full_window() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(6);
      gate.send(unsettled(Reason.UNAVAILABLE));
      gate.forward(s(1));

      gate.send(2, ACCEPTED);
      assertThat(gate.limit()).isEqualTo(3);
      gate.send(1, REFUSED); // no sign of overload either
      assertThat(gate.limit()).isEqualTo(4);
      gate.send(3, ACCEPTED);
      assertThat(gate.limit()).isEqualTo(4);
      gate.send(1, ACCEPTED);
      assertThat(gate.limit()).isEqualTo(5);
      gate.send(1000, ACCEPTED);
      assertThat(gate.limit()).isEqualTo(6);
    }

    @Test
    void begins_a_new_window_with_each_cut() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(64);
      gate.send(unsettled(Reason.UNAVAILABLE));
      gate.forward(s(1));
      gate.send(31, ACCEPTED);
      gate.send(unsettled(Reason.UNAVAILABLE));
      gate.forward(s(2));

      gate.send(15, ACCEPTED);
      assertThat(gate.limit()).isEqualTo(16);
      gate.send(1, ACCEPTED);
      assertThat(gate.limit()).isEqualTo(17);
    }

    @Test
    void does_not_grow_by_successes_that_left_before_the_cut() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(64);
      List<Departure> all = gate.leave(60);

      gate.back(all.get(0), unsettled(Reason.UNAVAILABLE));
      all.subList(1, 60).forEach(departure -> gate.back(departure, ACCEPTED));

      assertThat(gate.limit()).isEqualTo(32);
    }

    @Test
    void learns_nothing_from_an_abandoned_permit() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(64);
      Departure departure = gate.leave();
      gate.forward(min(1));

      gate.abandon(departure);

      assertThat(gate.limit()).isEqualTo(64);
      assertThat(gate.snapshot().inUse()).isZero();
    }
  }

  @Nested
  class Priorities {
    @Test
    void are_served_in_the_order_of_arrival_each() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(1);
      Departure out = gate.leave();
      List<Waiter> waiters = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        waiters.add(gate.waitIn(Priority.BATCH, LONG));
      }
      for (Waiter next : waiters) {
        gate.back(out, ACCEPTED);
        assertThat(left(next)).isTrue();
        out = departure(next);
      }
    }

    @Test
    void interactive_messages_go_before_an_earlier_batch() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(1);
      Departure out = gate.leave();
      Waiter row = gate.waitIn(Priority.BATCH, LONG);
      Waiter caller = gate.waitIn(Priority.INTERACTIVE, LONG);

      gate.back(out, ACCEPTED);

      assertThat(left(caller)).isTrue();
      assertThat(row.waits()).isTrue();
    }

    @Test
    void a_batch_gets_every_tenth_permit() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(1);
      Departure out = gate.leave();
      List<Waiter> rows = new ArrayList<>();
      List<Waiter> callers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        rows.add(gate.waitIn(Priority.BATCH, LONG));
        callers.add(gate.waitIn(Priority.INTERACTIVE, LONG));
      }

      StringBuilder order = new StringBuilder();
      for (int i = 0; i < 30; i++) {
        gate.back(out, ACCEPTED);
        Priority priority = left(rows.get(0)) ? Priority.BATCH : Priority.INTERACTIVE;
        out = departure((priority == Priority.BATCH ? rows : callers).remove(0));
        order.append(priority == Priority.BATCH ? 'b' : 'i');
      }

      assertThat(order).hasToString("iiiiiiiiib".repeat(3));
    }

    @ParameterizedTest(name = "{1} of {0}")
    @CsvSource({"100, 75", "4, 3", "3, 2", "2, 1", "1, 1"})
    void a_batch_holds_its_share_at_most(int limit, int share) {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(limit);
      for (int i = 0; i < share; i++) {
        gate.leave(Priority.BATCH);
      }

      gate.waitIn(Priority.BATCH, LONG);

      for (int i = share; i < limit; i++) {
        assertThat(left(gate.enter(Priority.INTERACTIVE, NONE))).isTrue();
      }
    }

    @Test
    void a_batch_goes_on_when_its_permit_is_returned() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(4);
      Departure first = gate.leave(Priority.BATCH);
      gate.leave(Priority.BATCH);
      gate.leave(Priority.BATCH);
      Waiter row = gate.waitIn(Priority.BATCH, LONG);

      gate.back(first, ACCEPTED);

      assertThat(left(row)).isTrue();
    }

    private Departure departure(Waiter waiter) {
      try {
        return waiter.departure();
      } catch (ThrottledException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Nested
  class Rate {
    @Test
    void is_unlimited_at_first() {
      ThrottleDriver gate = ThrottleDriver.withRate(0);
      gate.leave(50_000);
      assertThat(gate.rate()).isZero();
    }

    @Test
    void is_spread_evenly_below_its_ceiling() {
      ThrottleDriver gate = ThrottleDriver.withRate(10);
      List<Long> at = new ArrayList<>();
      gate.leave();
      for (int i = 0; i < 5; i++) {
        Waiter next = gate.waitIn(Priority.INTERACTIVE, LONG);
        gate.forwardToNextChange();
        assertThat(left(next)).isTrue();
        at.add(gate.now() / 1_000_000);
      }
      assertThat(at).containsExactly(100L, 200L, 300L, 400L, 500L);
    }

    @Test
    void limits_a_burst_to_20_ms_of_the_rate() {
      ThrottleDriver gate = ThrottleDriver.withRate(1000);
      gate.forward(min(10));

      gate.leave(20);

      assertThat(gate.isOpen()).isFalse();
    }

    @Test
    void is_cut_to_a_part_of_the_last_second() {
      ThrottleDriver gate = steady(100);

      gate.send(unsettled(Reason.RATE_LIMITED));

      assertThat(gate.rate()).isCloseTo(70, within(2.0));
    }

    @Test
    void is_cut_for_too_many_requests_only() {
      ThrottleDriver gate = steady(100);

      gate.send(unsettled(Reason.UNAVAILABLE));

      assertThat(gate.rate()).isZero();
    }

    @Test
    void is_cut_once_for_messages_in_progress_together() {
      ThrottleDriver gate = ThrottleDriver.withRate(0);
      List<Departure> all = gate.leave(100);

      all.forEach(departure -> gate.back(departure, unsettled(Reason.RATE_LIMITED)));
      assertThat(gate.rate()).isCloseTo(70, within(0.1));

      gate.forward(s(1));
      gate.send(unsettled(Reason.RATE_LIMITED));
      assertThat(gate.rate()).isCloseTo(49, within(0.1));
    }

    @Test
    void does_not_fall_below_one_in_a_second() {
      ThrottleDriver gate = ThrottleDriver.withRate(0);
      for (int i = 0; i < 10; i++) {
        gate.forward(min(1));
        gate.send(unsettled(Reason.RATE_LIMITED));
      }
      assertThat(gate.rate()).isEqualTo(1);
    }

    @Test
    void grows_each_second_with_a_success() {
      ThrottleDriver gate = steady(100);
      gate.send(unsettled(Reason.RATE_LIMITED));
      double cut = gate.rate();
      gate.forward(s(1)); // the pause

      sendFor(gate, s(5), 50);

      assertThat(gate.rate()).isCloseTo(cut + 5 * 2, within(2.1));
    }

    @Test
    void does_not_grow_without_a_success() {
      ThrottleDriver gate = steady(100);
      gate.send(unsettled(Reason.RATE_LIMITED));
      double cut = gate.rate();

      for (int i = 0; i < 10; i++) {
        gate.forward(s(1));
        gate.send(unsettled(Reason.NO_CLEAR_ANSWER));
      }

      assertThat(gate.rate()).isEqualTo(cut);
    }

    @Test
    void does_not_grow_by_successes_that_left_before_the_cut() {
      ThrottleDriver gate = steady(100);
      List<Departure> out = gate.leave(2);
      gate.back(out.get(0), unsettled(Reason.RATE_LIMITED));
      double cut = gate.rate();
      gate.forward(s(3));

      gate.back(out.get(1), ACCEPTED);

      assertThat(gate.rate()).isEqualTo(cut);
    }

    @Test
    void forgets_the_limit_after_a_minute_of_low_demand() {
      ThrottleDriver gate = steady(100);
      gate.send(unsettled(Reason.RATE_LIMITED));
      gate.forward(s(1));

      sendFor(gate, s(55), 10);
      assertThat(gate.rate()).isPositive();
      sendFor(gate, s(10), 10);
      assertThat(gate.rate()).isZero();
    }

    @Test
    void keeps_the_limit_while_most_of_it_is_asked_for() {
      ThrottleDriver gate = steady(100);
      gate.send(unsettled(Reason.RATE_LIMITED));
      gate.forward(s(1));
      for (int i = 0; i < 180; i++) {
        int allowed = (int) gate.rate();
        sendFor(gate, s(1), Math.max(1, allowed * 9 / 10));
        assertThat(gate.rate()).isPositive();
      }
    }

    @Test
    void a_long_pause_is_not_low_demand() {
      ThrottleDriver gate = steady(100);
      gate.send(unsettled(Reason.RATE_LIMITED, min(10)));
      gate.forward(min(10).plusSeconds(50));

      gate.send(ACCEPTED);

      assertThat(gate.rate()).isCloseTo(70, within(4.0));
    }

    @Test
    void the_time_of_probes_is_not_low_demand() {
      ThrottleDriver gate = steady(100);
      gate.send(unsettled(Reason.RATE_LIMITED));
      gate.forward(s(1));
      for (int i = 0; i < 10; i++) {
        gate.send(unsettled(Reason.FORBIDDEN));
        gate.forward(s(30));
      }

      gate.send(ACCEPTED);

      assertThat(gate.rate()).isCloseTo(70, within(4.0));
    }

    @Test
    void keeps_a_new_limit_during_low_demand() {
      ThrottleDriver gate = steady(100);
      gate.forward(min(10));
      gate.send(5_000, ACCEPTED);
      gate.send(unsettled(Reason.RATE_LIMITED));
      gate.forward(s(20));

      gate.send(ACCEPTED);

      assertThat(gate.rate()).isPositive();
    }

    @Test
    void what_was_learnt_never_lifts_the_ceiling() {
      ThrottleDriver gate = ThrottleDriver.withRate(10);
      gate.send(unsettled(Reason.RATE_LIMITED));
      for (int i = 0; i < 100; i++) {
        gate.forward(s(1));
        gate.send(ACCEPTED);
        assertThat(gate.rate()).isPositive().isLessThanOrEqualTo(10);
      }
      assertThat(gate.rate()).isEqualTo(10);
    }

    @Test
    void refuses_at_once_if_the_queue_is_too_long() {
      ThrottleDriver gate = ThrottleDriver.withRate(10);
      gate.leave();
      for (int i = 0; i < 10; i++) {
        gate.waitIn(Priority.INTERACTIVE, s(60));
      }

      ThrottledException refusal = gate.refused(Priority.INTERACTIVE, ms(1099));
      assertThat(refusal.reason()).isEqualTo(Reason.NOT_YET);
      assertThat(refusal.retryAfter()).contains(ms(1100));

      gate.waitIn(Priority.INTERACTIVE, ms(1100));
    }

    @Test
    void the_line_begins_when_a_pause_ends() {
      ThrottleDriver gate = ThrottleDriver.withRate(10);
      gate.send(unsettled(Reason.UNAVAILABLE, s(10)));
      for (int i = 0; i < 20; i++) {
        gate.waitIn(Priority.INTERACTIVE, s(60));
      }
      assertThat(gate.refused(Priority.INTERACTIVE, s(11)).retryAfter()).contains(s(12));
    }

    private ThrottleDriver steady(int perSecond) {
      ThrottleDriver gate = ThrottleDriver.withRate(0);
      sendFor(gate, s(5), perSecond);
      return gate;
    }

    private void sendFor(ThrottleDriver gate, Duration time, int perSecond) {
      for (int i = 0; i < time.toSeconds() * perSecond; i++) {
        gate.forward(Duration.ofSeconds(1).dividedBy(perSecond));
        gate.send(ACCEPTED);
      }
    }
  }

  @Nested
  class Pauses {
    @ParameterizedTest
    @EnumSource(
        value = Reason.class,
        names = {"RATE_LIMITED", "UNAVAILABLE"})
    void nothing_leaves_before_the_named_time(Reason reason) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(5_000, ACCEPTED); // so that the reduced rate lets both leave at once
      gate.send(unsettled(reason, s(10)));
      Waiter caller = gate.waitIn(Priority.INTERACTIVE, s(20));
      Waiter row = gate.waitIn(Priority.BATCH, s(20));

      gate.forward(ms(9_999));
      assertThat(caller.waits() && row.waits()).isTrue();
      gate.forward(ms(1));
      assertThat(left(caller) && left(row)).isTrue();
    }

    @Test
    void the_time_is_capped() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.RATE_LIMITED, Duration.ofDays(100_000)));
      assertThat(gate.snapshot().pausedFor()).isEqualTo(OPTIONS.longestPause());
    }

    @ParameterizedTest(name = "{0} s")
    @CsvSource(
        value = {"0", "-5", "none"},
        nullValues = "none")
    void doubles_without_a_time_until_a_success(Long seconds) {
      Duration retryAfter = seconds == null ? null : s(seconds);
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Long> pauses = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        gate.send(unsettled(Reason.UNAVAILABLE, retryAfter));
        pauses.add(gate.snapshot().pausedFor().toSeconds());
        gate.forward(gate.snapshot().pausedFor());
      }
      assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);

      gate.send(ACCEPTED);
      gate.send(unsettled(Reason.UNAVAILABLE, retryAfter));
      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(1));
    }

    @Test
    void doubles_once_for_messages_in_progress_together() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(50);

      all.forEach(departure -> gate.back(departure, unsettled(Reason.UNAVAILABLE)));

      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(1));
    }

    @ParameterizedTest
    @EnumSource(
        value = Reason.class,
        names = {"RATE_LIMITED", "UNAVAILABLE"})
    void one_message_does_not_lengthen_it_repeatedly(Reason reason) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      for (int i = 0; i < 20; i++) {
        gate.send(unsettled("poison", reason, null));
        assertThat(gate.snapshot().pausedFor()).isEqualTo(s(1));
        gate.forward(s(1));
      }

      gate.send(unsettled(reason));
      assertThat(gate.snapshot().pausedFor()).as("another one met it too").isEqualTo(s(2));
    }

    @Test
    void an_earlier_success_does_not_end_the_doubling() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(2);
      gate.back(all.get(0), unsettled(Reason.UNAVAILABLE));
      gate.back(all.get(1), ACCEPTED);
      gate.forward(s(1));

      gate.send(unsettled(Reason.UNAVAILABLE));

      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(2));
    }

    @Test
    void late_answers_lengthen_the_pause_but_never_shorten_it() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(3);

      gate.back(all.get(0), unsettled(Reason.RATE_LIMITED, s(5)));
      gate.back(all.get(1), unsettled(Reason.RATE_LIMITED, s(20)));
      gate.back(all.get(2), unsettled(Reason.RATE_LIMITED, s(1)));

      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(20));
    }

    @Test
    void refuses_at_once_if_the_deadline_is_too_near() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.UNAVAILABLE, s(10)));
      gate.forward(s(4));

      ThrottledException refusal = gate.refused(Priority.INTERACTIVE, ms(5_999));

      assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
      assertThat(refusal.retryAfter()).contains(s(6));
      assertThat(refusal.stopping()).isFalse();
    }

    @Test
    void refuses_waiters_as_soon_as_they_are_too_late() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(2);
      List<Departure> out = gate.leave(2);
      Waiter hasty = gate.waitIn(Priority.INTERACTIVE, s(5));
      Waiter patient = gate.waitIn(Priority.INTERACTIVE, s(15));

      gate.back(out.get(0), unsettled(Reason.RATE_LIMITED, s(10)));

      assertThat(refusal(hasty).reason()).isEqualTo(Reason.RATE_LIMITED);
      assertThat(patient.waits()).isTrue();
    }

    @Test
    void lets_only_the_reduced_number_leave_afterwards() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(8);
      gate.send(unsettled(Reason.UNAVAILABLE, s(10)));
      List<Waiter> waiters = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        waiters.add(gate.waitIn(Priority.INTERACTIVE, LONG));
      }

      gate.forward(s(10));

      assertThat(waiters.stream().filter(ThrottleDriver::left)).hasSize(4);
    }

    @Test
    void is_logged_once() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(10);
      all.forEach(departure -> gate.back(departure, unsettled(Reason.UNAVAILABLE)));

      assertThat(gate.notices)
          .containsExactly(
              "INFO pace=paused reason=UNAVAILABLE wait_ms=1000 concurrency=50 rate=unlimited");
    }
  }

  @Nested
  class Unreachable {
    @Test
    void one_probes_soon_and_the_others_follow_its_success() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.UNREACHABLE));
      Waiter probe = gate.waitIn(Priority.INTERACTIVE, s(20));
      Waiter second = gate.waitIn(Priority.INTERACTIVE, s(20));
      Waiter third = gate.waitIn(Priority.BATCH, s(20));

      gate.forward(ms(199));
      assertThat(probe.waits()).isTrue();
      gate.forward(ms(1));
      assertThat(left(probe)).isTrue();
      assertThat(second.waits() && third.waits()).isTrue();

      gate.back(departureOf(probe), ACCEPTED);
      assertThat(left(second) && left(third)).isTrue();
    }

    @Test
    void doubles_while_probes_fail_until_a_success() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Long> waits = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        gate.send(unsettled(Reason.UNREACHABLE));
        waits.add(gate.snapshot().pausedFor().toMillis());
        gate.forward(gate.snapshot().pausedFor());
      }
      assertThat(waits).containsExactly(200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L);

      gate.send(ACCEPTED);
      gate.send(unsettled(Reason.UNREACHABLE));
      assertThat(gate.snapshot().pausedFor()).isEqualTo(ms(200));
    }

    @Test
    void only_a_probe_ends_it() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(3);
      gate.back(all.get(0), unsettled(Reason.UNREACHABLE));
      gate.back(all.get(1), ACCEPTED);
      assertThat(gate.isOpen()).isFalse();

      gate.forward(ms(200));
      Departure probe = gate.leave();
      gate.back(all.get(2), ACCEPTED);
      assertThat(gate.isOpen()).isFalse();

      gate.back(probe, ACCEPTED);
      assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void earlier_failures_do_not_bring_it_back() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(2);
      gate.back(all.get(0), unsettled(Reason.UNREACHABLE));
      gate.forward(ms(200));
      gate.send(ACCEPTED);

      gate.back(all.get(1), unsettled(Reason.UNREACHABLE));

      assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void an_unclear_probe_is_repeated_after_the_same_time() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.UNREACHABLE));
      gate.forward(ms(200));

      gate.send(unsettled(Reason.NO_CLEAR_ANSWER));

      assertThat(gate.snapshot().pausedFor()).isEqualTo(ms(200));
    }

    @Test
    void probes_again_at_once_if_a_probe_never_left() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.UNREACHABLE));
      gate.forward(ms(200));
      Departure probe = gate.leave();
      Waiter next = gate.waitIn(Priority.INTERACTIVE, s(20));

      gate.abandon(probe);

      assertThat(left(next)).isTrue();
    }

    @Test
    void is_logged_once_without_affecting_health() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      for (int i = 0; i < 3; i++) {
        gate.send(unsettled(Reason.UNREACHABLE));
        gate.forward(s(10));
      }
      assertThat(gate.gate.outage()).isEmpty();
      gate.send(ACCEPTED);

      assertThat(gate.notices)
          .hasSize(2)
          .first()
          .asString()
          .startsWith("WARN pace=shut reason=UNREACHABLE");
      assertThat(gate.notices.get(1)).startsWith("INFO pace=open after=UNREACHABLE");
    }
  }

  @Nested
  class Blocked {
    @Test
    void lasts_five_minutes_then_doubles_up_to_the_longest_pause() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Long> waits = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        gate.send(unsettled(Reason.BLOCKED));
        waits.add(gate.snapshot().pausedFor().toMinutes());
        gate.forward(gate.snapshot().pausedFor());
      }
      assertThat(waits).containsExactly(5L, 10L, 20L, 30L, 30L, 30L);
    }

    @Test
    void lasts_for_the_time_that_the_api_named() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.BLOCKED, min(2)));
      assertThat(gate.snapshot().pausedFor()).isEqualTo(min(2));
    }

    @ParameterizedTest
    @EnumSource(
        value = Reason.class,
        names = {"UNREACHABLE", "NO_CLEAR_ANSWER", "RATE_LIMITED"})
    void an_inconclusive_probe_is_repeated_after_the_interval(Reason reason) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.BLOCKED));
      gate.forward(min(5));

      gate.send(unsettled(reason));

      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(30));
    }

    @Test
    void begins_with_five_minutes_again_after_a_success() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.BLOCKED));
      gate.forward(min(5));
      gate.send(ACCEPTED);
      gate.forward(s(1));
      gate.send(unsettled(Reason.BLOCKED));
      assertThat(gate.snapshot().pausedFor()).isEqualTo(min(5));
    }

    @Test
    void a_late_answer_that_names_a_longer_time_lengthens_it() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(3);
      gate.back(all.get(0), unsettled(Reason.BLOCKED));
      gate.back(all.get(1), unsettled(Reason.BLOCKED, min(20)));
      gate.back(all.get(2), unsettled(Reason.BLOCKED, s(1)));

      assertThat(gate.snapshot().pausedFor()).isEqualTo(min(20));
    }

    @Test
    void stays_open_for_the_longest_pause_at_most() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.BLOCKED, Duration.ofDays(1)));
      assertThat(gate.snapshot().pausedFor()).isEqualTo(OPTIONS.longestPause());
    }

    @Test
    void is_logged_once_and_again_at_its_end() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(5);
      all.forEach(departure -> gate.back(departure, unsettled(Reason.BLOCKED)));
      gate.forward(min(5));
      gate.send(unsettled(Reason.BLOCKED));
      gate.forward(min(10));
      gate.send(ACCEPTED);

      assertThat(gate.notices).hasSize(2);
      assertThat(gate.notices.get(0)).startsWith("ERROR pace=shut reason=BLOCKED");
      assertThat(gate.notices.get(1)).startsWith("INFO pace=open after=BLOCKED");
    }
  }

  @Nested
  class AccountRefused {
    @ParameterizedTest
    @EnumSource(
        value = Reason.class,
        names = {"UNAUTHENTICATED", "FORBIDDEN"})
    void probes_after_a_second_then_doubles_up_to_the_interval(Reason reason) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      assertThat(waitsOf(gate, reason, 8)).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
      gate.send(ACCEPTED);
      gate.forward(s(1));

      assertThat(waitsOf(gate, reason, 3)).as("after a success").containsExactly(1L, 2L, 4L);
    }

    private List<Long> waitsOf(ThrottleDriver gate, Reason reason, int probes) {
      List<Long> waits = new ArrayList<>();
      for (int i = 0; i < probes; i++) {
        gate.send(unsettled(reason));
        waits.add(gate.snapshot().pausedFor().toSeconds());
        gate.forward(gate.snapshot().pausedFor().minusNanos(1));
        assertThat(gate.isOpen()).isFalse();
        gate.forward(Duration.ofNanos(1));
      }
      return waits;
    }

    @Test
    void has_one_timer_whatever_the_reason_becomes() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Long> waits = new ArrayList<>();
      for (Reason reason :
          List.of(
              Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.UNAUTHENTICATED, Reason.FORBIDDEN)) {
        gate.send(unsettled(reason));
        waits.add(gate.snapshot().pausedFor().toSeconds());
        assertThat(gate.refused(Priority.INTERACTIVE, LONG).reason()).isEqualTo(reason);
        gate.forward(gate.snapshot().pausedFor());
      }
      assertThat(waits).containsExactly(1L, 2L, 4L, 8L);
    }

    @Test
    void probes_after_the_interval_if_below_a_second() {
      ThrottleDriver gate =
          new ThrottleDriver(
              new ThrottleOptions(10, 0, OPTIONS.slowAfter(), ms(100), OPTIONS.longestPause()));
      for (int i = 0; i < 3; i++) {
        gate.send(unsettled(Reason.UNAUTHENTICATED));
        assertThat(gate.snapshot().pausedFor()).isEqualTo(ms(100));
        gate.forward(ms(100));
      }
    }

    @ParameterizedTest
    @EnumSource(
        value = Reason.class,
        names = {"UNAUTHENTICATED", "FORBIDDEN"})
    void ten_messages_that_are_refused_together_count_as_one(Reason reason) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(11);
      all.subList(0, 10).forEach(departure -> gate.back(departure, unsettled(reason)));
      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(1));

      gate.forward(s(1));
      Departure probe = gate.leave();
      gate.back(all.get(10), unsettled(reason));
      gate.back(probe, unsettled(reason));

      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(2));
    }

    @ParameterizedTest
    @EnumSource(
        value = Reason.class,
        names = {"UNAUTHENTICATED", "FORBIDDEN"})
    void one_refused_message_delays_the_next_by_three_seconds(Reason reason) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Long> waits = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        gate.send(unsettled("poison", reason, null));
        waits.add(gate.snapshot().pausedFor().toSeconds());
        gate.forward(gate.snapshot().pausedFor());
      }
      assertThat(waits).containsExactly(1L, 2L, 3L, 3L, 3L, 3L);

      gate.send(ACCEPTED);
      assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void the_same_message_lengthens_a_token_endpoint_pause() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Long> waits = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        gate.send(unsettled("only", Reason.UNAUTHENTICATED, null), "");
        waits.add(gate.snapshot().pausedFor().toSeconds());
        gate.forward(gate.snapshot().pausedFor());
      }
      assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
    }

    @Test
    void a_caller_is_refused_at_once_with_the_next_probe() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.UNAUTHENTICATED));
      gate.forward(ms(400));

      assertThat(gate.refused(Priority.INTERACTIVE, LONG).retryAfter()).contains(ms(600));

      gate.forward(ms(600));
      Departure probe = gate.leave();
      ThrottledException refusal = gate.refused(Priority.INTERACTIVE, LONG);
      assertThat(refusal.reason()).isEqualTo(Reason.UNAUTHENTICATED);
      assertThat(refusal.retryAfter()).as("while a probe is on its way").contains(s(1));
      gate.back(probe, ACCEPTED);
      assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void jms_messages_wait_for_the_probe_among_callers() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.UNAUTHENTICATED));
      assertThat(gate.refused(Priority.QUEUED, ms(999)).reason()).isEqualTo(Reason.UNAUTHENTICATED);
      Waiter row = gate.waitIn(Priority.BATCH, LONG);
      Waiter first = gate.waitIn(Priority.QUEUED, LONG);
      Waiter second = gate.waitIn(Priority.QUEUED, LONG);

      gate.forward(s(1));
      assertThat(left(first)).isTrue();
      assertThat(second.waits() && row.waits()).isTrue();
      gate.back(departureOf(first), ACCEPTED);
      assertThat(left(second) && left(row)).isTrue();
    }

    @Test
    void an_only_forbidden_definition_does_not_open_it_again() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.FORBIDDEN), "promo");
      gate.forward(s(1));
      gate.send(unsettled(Reason.FORBIDDEN), "promo");
      gate.forward(s(2));
      gate.send(ACCEPTED, "reset");

      for (int i = 0; i < 10; i++) {
        gate.send(unsettled(Reason.FORBIDDEN), "promo");
        assertThat(gate.isOpen()).isTrue();
      }
      assertThat(gate.gate.outage()).isEmpty();
      assertThat(gate.notices)
          .hasSize(3)
          .last()
          .asString()
          .startsWith("ERROR pace=set-aside reason=FORBIDDEN definition=promo");

      gate.send(ACCEPTED, "promo");
      gate.send(unsettled(Reason.FORBIDDEN), "promo");
      assertThat(gate.isOpen()).as("what was accepted once counts again").isFalse();
    }

    @Test
    void a_definition_set_aside_does_not_answer_a_probe() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.FORBIDDEN), "promo");
      gate.forward(s(1));
      gate.send(ACCEPTED, "reset");
      gate.send(unsettled(Reason.UNAUTHENTICATED), "reset");
      gate.forward(s(1));

      gate.send(unsettled(Reason.FORBIDDEN), "promo");

      assertThat(gate.refused(Priority.INTERACTIVE, LONG).reason())
          .isEqualTo(Reason.UNAUTHENTICATED);
      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(1));
    }

    /** Which definitions were forbidden before one was accepted | the accepted one. */
    @ParameterizedTest
    @CsvSource({"promo reset, order", "promo reset, reset", "promo, promo", "'', order"})
    void nothing_is_set_aside_that_may_be_the_account(String forbidden, String accepted) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      for (String definition : forbidden.split(" ")) {
        gate.send(unsettled(Reason.FORBIDDEN), definition);
        gate.forward(s(30));
      }
      gate.send(ACCEPTED, accepted);

      for (String definition : forbidden.split(" ")) {
        gate.send(unsettled(Reason.FORBIDDEN), definition);
        assertThat(gate.isOpen()).as(definition).isFalse();
        gate.forward(s(30));
      }
    }

    @Test
    void a_caller_waits_for_a_permit_to_probe() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(3);
      List<Departure> out = gate.leave(3);
      gate.back(out.get(0), unsettled(Reason.UNAVAILABLE)); // leaves one permit
      gate.back(out.get(1), unsettled(Reason.FORBIDDEN));
      gate.forward(s(30));
      Waiter caller = gate.waitIn(Priority.INTERACTIVE, LONG);

      gate.back(out.get(2), ACCEPTED);

      assertThat(left(caller)).isTrue();
    }

    @Test
    void batch_rows_wait_for_the_probe_if_they_can() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.FORBIDDEN));
      assertThat(gate.refused(Priority.BATCH, ms(999)).reason()).isEqualTo(Reason.FORBIDDEN);
      Waiter first = gate.waitIn(Priority.BATCH, s(60));
      Waiter second = gate.waitIn(Priority.BATCH, s(60));

      gate.forward(s(30));
      assertThat(left(first)).isTrue();
      assertThat(second.waits()).isTrue();
      gate.back(departureOf(first), ACCEPTED);
      assertThat(left(second)).isTrue();
    }

    @Test
    void refuses_rows_too_late_for_another_probe() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.FORBIDDEN));
      Waiter first = gate.waitIn(Priority.BATCH, s(2));
      Waiter second = gate.waitIn(Priority.BATCH, s(2));
      gate.forward(s(1));

      gate.back(departureOf(first), unsettled(Reason.FORBIDDEN));

      assertThat(refusal(second).reason()).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void callers_that_wait_already_are_refused_too() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(1);
      Departure out = gate.leave();
      Waiter caller = gate.waitIn(Priority.INTERACTIVE, LONG);
      Waiter row = gate.waitIn(Priority.BATCH, LONG);

      gate.back(out, unsettled(Reason.UNAUTHENTICATED));

      assertThat(refusal(caller).reason()).isEqualTo(Reason.UNAUTHENTICATED);
      assertThat(row.waits()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
        value = Reason.class,
        names = {"RATE_LIMITED", "UNAVAILABLE", "UNREACHABLE", "NO_CLEAR_ANSWER"})
    void stays_the_same_until_a_message_gets_through(Reason lighter) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.FORBIDDEN));
      String told = gate.gate.outage().orElseThrow();
      gate.forward(s(30));

      gate.send(unsettled(lighter));

      assertThat(gate.gate.outage()).contains(told);
      assertThat(gate.refused(Priority.INTERACTIVE, LONG).retryAfter())
          .as("as long as before, or what the API asked for")
          .contains(s(1));
      gate.forward(s(30));
      gate.send(ACCEPTED);
      assertThat(gate.gate.outage()).isEmpty();
    }

    @Test
    void a_success_that_left_before_does_not_end_it() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(2);
      gate.back(all.get(0), unsettled(Reason.FORBIDDEN));

      gate.back(all.get(1), ACCEPTED);

      assertThat(gate.gate.outage()).isPresent();
      assertThat(gate.isOpen()).isFalse();
    }

    @Test
    void earlier_answers_do_not_bring_it_back() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(3);
      gate.back(all.get(0), unsettled(Reason.FORBIDDEN));
      gate.forward(s(30));
      gate.send(ACCEPTED);

      gate.back(all.get(1), unsettled(Reason.FORBIDDEN));
      gate.back(all.get(2), unsettled(Reason.UNREACHABLE));

      assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void takes_the_place_of_a_lost_connection() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(3);
      gate.back(all.get(0), unsettled(Reason.UNREACHABLE));
      gate.back(all.get(1), unsettled(Reason.FORBIDDEN));
      gate.back(all.get(2), unsettled(Reason.UNREACHABLE));

      assertThat(gate.refused(Priority.INTERACTIVE, LONG).reason()).isEqualTo(Reason.FORBIDDEN);
      assertThat(gate.snapshot().pausedFor()).isEqualTo(s(1));
    }

    @Test
    void ends_with_a_slow_success() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.FORBIDDEN));
      gate.forward(s(30));
      Departure probe = gate.leave();
      gate.forward(s(6));
      gate.back(probe, ACCEPTED);

      assertThat(gate.notices).hasSize(3);
      assertThat(gate.notices.get(1)).startsWith("INFO pace=open after=FORBIDDEN");
      assertThat(gate.notices.get(2)).startsWith("INFO pace=slower");
    }

    @Test
    void is_logged_again_for_another_reason() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      gate.send(unsettled(Reason.UNAUTHENTICATED));
      gate.forward(s(30));
      gate.send(unsettled(Reason.UNAUTHENTICATED));
      gate.forward(s(30));
      gate.send(unsettled(Reason.FORBIDDEN));

      assertThat(gate.notices).hasSize(2);
      assertThat(gate.notices.get(0)).startsWith("ERROR pace=shut reason=UNAUTHENTICATED");
      assertThat(gate.notices.get(1)).startsWith("ERROR pace=shut reason=FORBIDDEN");
    }

    @Test
    void keeps_the_time_that_the_api_named_for_a_pause() {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      List<Departure> all = gate.leave(2);
      gate.back(all.get(0), unsettled(Reason.FORBIDDEN));
      gate.back(all.get(1), unsettled(Reason.UNAVAILABLE, min(2)));

      gate.forward(s(119));
      assertThat(gate.isOpen()).isFalse();
      gate.forward(s(1));
      assertThat(gate.isOpen()).isTrue();
    }
  }

  @Nested
  class GivingUp {
    @Test
    void ends_at_the_deadline() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(1);
      gate.leave();
      Waiter waiter = gate.waitIn(Priority.INTERACTIVE, s(5));
      gate.forward(s(5));

      gate.gate.giveUp(waiter, gate.now());

      assertThat(refusal(waiter).reason()).isEqualTo(Reason.NOT_YET);
      assertThat(refusal(waiter).retryAfter()).isEmpty();
      assertThat(gate.snapshot().interactiveWaiting()).isZero();
    }

    @Test
    void refuses_all_after_close_and_still_takes_permits() {
      ThrottleDriver gate = ThrottleDriver.withConcurrency(1);
      Departure out = gate.leave();
      Waiter caller = gate.waitIn(Priority.INTERACTIVE, LONG);
      Waiter row = gate.waitIn(Priority.BATCH, LONG);

      gate.gate.close(gate.now());

      assertThat(refusal(caller).stopping()).isTrue();
      assertThat(refusal(row).stopping()).isTrue();
      gate.back(out, ACCEPTED);
      assertThat(gate.snapshot().inUse()).isZero();
      assertThat(gate.refused(Priority.INTERACTIVE, LONG).stopping()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void nothing_of_it_names_a_request(Reason reason) {
      ThrottleDriver gate = new ThrottleDriver(OPTIONS);
      Outcome outcome = unsettled(reason);
      gate.send(outcome);
      assertThat(gate.notices).noneMatch(notice -> notice.contains("key"));
    }
  }

  private static Departure departureOf(Waiter waiter) {
    try {
      return waiter.departure();
    } catch (ThrottledException e) {
      throw new AssertionError(e);
    }
  }
}
