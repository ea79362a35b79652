package dev.smsroutes.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The delivery contract's table of what a caller gets, written down a second time. */
class ReasonTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /**
   * Reason; error code, HTTP status and Retry-After of the answer; whether an attempt shortly after
   * can change it; whether every message would meet it.
   */
  private static final String CONTRACT =
      """
      UNAUTHENTICATED | 20000  | 401 | Retry-After | -         | account
      FORBIDDEN       | 20002  | 403 | Retry-After | -         | account
      CALLER_UNAUTHENTICATED | 20000 | 401 | Retry-After | -   | -
      CALLER_FORBIDDEN | 20002 | 403 | Retry-After | -         | -
      RATE_LIMITED    | 50100  | 500 | Retry-After | retryable | account
      BLOCKED         | 50200  | 500 | Retry-After | -         | account
      UNAVAILABLE     | 50300  | 500 | Retry-After | retryable | account
      UNREACHABLE     | 50300  | 500 | Retry-After | retryable | account
      NO_CLEAR_ANSWER | 30000  | 500 | Retry-After | retryable | -
      UNDER_WAY       | 50300  | 500 | Retry-After | -         | -
      QUEUED          | 0      | 202 | -           | -         | -
      NOT_QUEUED      | 50300  | 503 | Retry-After | -         | -
      NOT_YET         | 50300  | 500 | Retry-After | -         | -
      CALLER_RATE     | 50100  | 429 | Retry-After | -         | -
      OUTSIDE_WINDOW  | 50300  | 500 | Retry-After | -         | -
      UNRECORDED      | 50300  | 500 | Retry-After | -         | -
      STOPPING        | 50300  | 503 | Retry-After | -         | -
      CANCELLED       | 900001 | 500 | Retry-After | -         | -
      INTERNAL        | 30000  | 500 | Retry-After | -         | -
      """;

  @Test
  void answers_each_reason_as_the_delivery_contract_says() {
    assertThat(Stream.of(Reason.values()).map(ReasonTest::row))
        .containsExactlyElementsOf(
            CONTRACT.lines().map(line -> line.replaceAll(" +", " ")).toList());
  }

  private static String row(Reason reason) {
    Outcome outcome = unsettled(reason, Optional.empty());
    return String.join(
        " | ",
        reason.name(),
        Integer.toString(reason.errorCode().number()),
        Integer.toString(outcome.httpStatus()),
        outcome.callerRetryAfter().isPresent() ? "Retry-After" : "-",
        outcome.isRetryable() ? "retryable" : "-",
        outcome.isAccountWide() ? "account" : "-");
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void has_an_answer_for_every_reason(Reason reason) {
    Outcome outcome = unsettled(reason, Optional.empty());

    int status = outcome.httpStatus();

    switch (reason) {
      case UNAUTHENTICATED, CALLER_UNAUTHENTICATED -> assertThat(status).isEqualTo(401);
      case FORBIDDEN, CALLER_FORBIDDEN -> assertThat(status).isEqualTo(403);
      // The caller's own doing, as the API itself answers it.
      case CALLER_RATE -> assertThat(status).isEqualTo(429);
      // Nothing but what is safe in a queue may be told as taken.
      case QUEUED -> assertThat(status).isEqualTo(202);
      default -> assertThat(status).isIn(500, 503);
    }
    // A caller who is sent away for our fault is told when to come again.
    assertThat(outcome.callerRetryAfter().isPresent()).isEqualTo(status >= 400);
  }

  @ParameterizedTest
  @EnumSource(value = Reason.class, mode = EnumSource.Mode.EXCLUDE, names = "QUEUED")
  void gives_callers_the_time_that_the_api_named(Reason reason) {
    assertThat(unsettled(reason, Optional.of(MINUTE)).callerRetryAfter()).contains(MINUTE);
    assertThat(unsettled(reason, Optional.empty()).callerRetryAfter())
        .contains(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @MethodSource("settled")
  void asks_for_no_repetition_of_what_is_settled(Outcome settled) {
    assertThat(settled.callerRetryAfter()).isEmpty();
    assertThat(settled.isRetryable()).isFalse();
    assertThat(settled.isAccountWide()).isFalse();
  }

  private static List<Outcome> settled() {
    Optional<String> key = Optional.of("k");
    return List.of(
        new Accepted("r", key, false),
        new Accepted("r", key, true),
        new Refused("r", key, 109121, "m", List.of()),
        Refused.usedForAnother("r", "k"),
        new Parked("r", key, 30000, "m"));
  }

  private static Unsettled unsettled(Reason reason, Optional<Duration> retryAfter) {
    return new Unsettled("r", Optional.of("k"), reason, false, 1, "m", retryAfter);
  }
}
