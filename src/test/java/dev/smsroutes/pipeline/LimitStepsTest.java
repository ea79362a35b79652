package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.access.CallerLimits;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.NumberRules;
import dev.smsroutes.access.Rights;
import dev.smsroutes.access.Role;
import dev.smsroutes.access.Severity;
import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.Envelope.Handling;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How much may be sent, before anything is on record. */
class LimitStepsTest {
  private static final String ADA = "4915112345678";
  private static final Duration HOUR = Duration.ofHours(1);

  private final Set<String> onRecord = new HashSet<>();

  private final Ledger ledger =
      new Ledger() {
        @Override
        public Admission admit(Submission submission, Duration patience) {
          throw new IllegalStateException("Nothing is admitted here");
        }

        @Override
        public boolean isKnown(String messageKey) {
          return onRecord.contains(messageKey);
        }
      };

  private static Key caller(OptionalDouble rate, OptionalLong daily) {
    return new Key(
        "shop",
        List.of(),
        Set.of(Role.SEND),
        new Rights(List.of(), Set.of(), rate, daily, true, true),
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty());
  }

  private LimitSteps steps(Key caller, NumberRules numbers) {
    return new LimitSteps(
        new CallerLimits(id -> Optional.of(caller), ledger::admitted, Clock.systemUTC()),
        numbers,
        ledger);
  }

  private LimitSteps steps(NumberRules numbers) {
    return steps(caller(OptionalDouble.empty(), OptionalLong.empty()), numbers);
  }

  private static InFlight message(String key, String to, String text) {
    return message(key, to, text, false, false, HOUR);
  }

  private static InFlight message(
      String key, String to, String text, boolean batch, boolean queued, Duration patience) {
    Handling handling =
        new Handling(
            "test",
            Optional.of("shop"),
            Optional.empty(),
            Optional.empty(),
            false,
            batch,
            1,
            patience,
            false,
            queued,
            new DefaultExchange(new DefaultCamelContext()).getClock(),
            0);
    InFlight message =
        new InFlight(
            new Envelope(
                new SendRequest(key, "reset", null, null), Origin.of("file", ""), handling));
    message.message =
        new Message(
            "r", key, "reset", "c", to, Map.of(), Optional.of(text), false, OptionalInt.of(1));
    return message;
  }

  private static Outcome take(LimitSteps steps, InFlight message) {
    steps.take(new Sends(List.of(message), Optional.empty()), () -> false);
    return message.outcome;
  }

  private static NumberRules rate(int rate, Severity action) {
    return NumberRules.ofRate(rate, HOUR).with(action, HOUR, Severity.OFF);
  }

  private static NumberRules sameText(Severity action) {
    return NumberRules.ofRate(1, HOUR).with(Severity.OFF, HOUR, action);
  }

  @ParameterizedTest
  @EnumSource(Severity.class)
  void the_same_text_to_the_same_number_is_sent_unless_it_is_to_be_refused(Severity action) {
    LimitSteps steps = steps(sameText(action));
    assertThat(take(steps, message("1", ADA, "Hello"))).isNull();

    Outcome second = take(steps, message("2", ADA, "Hello"));

    assertThat(second == null).isEqualTo(action != Severity.REFUSE);
    assertThat(take(steps, message("3", ADA, "Another"))).isNull();
    assertThat(take(steps, message("4", "4915187654321", "Hello"))).isNull();
  }

  @ParameterizedTest
  @EnumSource(Severity.class)
  void a_number_gets_more_than_its_rate_unless_that_is_to_be_refused(Severity action) {
    LimitSteps steps = steps(rate(2, action));
    take(steps, message("1", ADA, "a"));
    take(steps, message("2", ADA, "b"));

    Outcome third = take(steps, message("3", ADA, "c"));

    assertThat(third == null).isEqualTo(action != Severity.REFUSE);
    if (third != null) {
      assertThat(third.errorCode()).isEqualTo(ErrorCode.FORBIDDEN.number());
      assertThat(third.message()).doesNotContain(ADA);
    }
  }

  @Test
  void a_repetition_and_what_is_on_record_are_never_refused() {
    LimitSteps steps = steps(rate(1, Severity.REFUSE));
    assertThat(take(steps, message("1", ADA, "a"))).isNull();
    assertThat(take(steps, message("1", ADA, "a"))).isNull();
    assertThat(take(steps, message("2", ADA, "b"))).isNotNull();

    onRecord.add("2");
    assertThat(take(steps, message("2", ADA, "b"))).isNull();
  }

  @Test
  void the_daily_allowance_counts_new_keys_only() {
    LimitSteps steps = steps(caller(OptionalDouble.empty(), OptionalLong.of(1)), NumberRules.NONE);
    InFlight repetition = message("1", ADA, "a");
    take(steps, repetition);
    steps.giveBack(new Sends(List.of(repetition), Optional.empty()));
    InFlight added = message("2", ADA, "a");
    take(steps, added);
    added.isNew = true;
    steps.giveBack(new Sends(List.of(added), Optional.empty()));

    assertThat(added.outcome).isNull();
    assertThat(take(steps, message("3", ADA, "a")).errorCode())
        .isEqualTo(ErrorCode.FORBIDDEN.number());
    onRecord.add("3");
    assertThat(take(steps, message("3", ADA, "a"))).isNull();
  }

  @Test
  void what_is_too_fast_goes_back_to_its_sender_and_a_row_waits() {
    Key twentyASecond = caller(OptionalDouble.of(20), OptionalLong.empty());
    LimitSteps steps = steps(twentyASecond, NumberRules.NONE);
    InFlight refused = null;
    for (int i = 0; i < 1_000 && (refused == null || refused.outcome == null); i++) {
      refused = message("k" + i, ADA, "a");
      take(steps, refused);
    }
    assertThat(((Outcome.Unsettled) refused.outcome).reason()).isEqualTo(Reason.CALLER_RATE);
    assertThat(refused.outcome.retryAfter()).isPresent();
    assertThat(refused.outcome.state()).isEqualTo(Outcome.State.WAITING);

    assertThat(take(steps, message("row", ADA, "a", true, false, HOUR))).isNull();
    assertThat(take(steps, message("queued", ADA, "a", false, true, HOUR))).isNull();
  }

  @Test
  void a_row_waits_no_longer_than_its_patience_and_not_over_a_stop() {
    Key onceAnHour = caller(OptionalDouble.of(1 / 3_600.0), OptionalLong.empty());
    LimitSteps steps = steps(onceAnHour, NumberRules.NONE);
    take(steps, message("first", ADA, "a", true, false, HOUR));

    Outcome impatient = take(steps, message("row", ADA, "a", true, false, Duration.ofSeconds(1)));
    InFlight stopped = message("row", ADA, "a", true, false, Duration.ofDays(1));
    steps.take(new Sends(List.of(stopped), Optional.empty()), () -> true);

    assertThat(((Outcome.Unsettled) impatient).reason()).isEqualTo(Reason.CALLER_RATE);
    assertThat(((Outcome.Unsettled) stopped.outcome).reason()).isEqualTo(Reason.STOPPING);
  }
}
