package dev.smsroutes.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyClassifierTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

  private final ReplyClassifier replies = new ReplyClassifier(NOON);

  /**
   * The delivery contract's table: status, body, whether uncertain before; outcome, code, answer.
   */
  @ParameterizedTest(name = "{0} {1} uncertain={2} → {3} {4}, we answer {5}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          202 | {"requestId":"r","errorcode":0,"responses":[{"messageKey":"k"}]}             | false | ACCEPTED         | 0      | 202
          202 | {"requestId":"r","errorcode":"0","responses":[{"messageKey":"k"}]}           | false | ACCEPTED         | 0      | 202
          202 | {"requestId":"r","errorCode":0}                                              | false | ACCEPTED         | 0      | 202
          202 | {"errorcode":0,"responses":[{"messageKey":"k","errorcode":109121}]}          | false | REFUSED          | 109121 | 400
          202 | {"errorcode":109001,"responses":[{"errorcode":109121,"message":"bad"}]}      | false | REFUSED          | 109121 | 400
          202 | {"errorcode":109001,"responses":[{"errorcode":"109110"}]}                    | false | DUPLICATE        | 109110 | 400
          202 | {"errorcode":109001,"responses":[{"errorcode":109110}]}                      | true  | ACCEPTED_EARLIER | 0      | 202
          202 | {"errorcode":109001}                                                         | false | REFUSED          | 109001 | 400
          202 | {"errorcode":999999,"message":"new"}                                         | false | REFUSED          | 999999 | 400
          202 | {"errorcode":999999,"message":"new"}                                         | true  | PARKED           | 999999 | 500
          202 | <html>ok</html>                                                              | false | UNCERTAIN        | 30000  | 500
          202 | {}                                                                           | false | UNCERTAIN        | 30000  | 500
          202 | {"requestId":"r","responses":[{"messageKey":"k"}]}                           | false | UNCERTAIN        | 30000  | 500
          202 | ''                                                                           | false | UNCERTAIN        | 30000  | 500
          400 | {"message":"bad","errorcode":109111,"documentation":""}                      | false | REFUSED          | 109111 | 400
          400 | {"message":"bad","errorcode":109111}                                         | true  | REFUSED          | 109111 | 400
          400 | {"message":"dup","errorcode":109110}                                         | false | DUPLICATE        | 109110 | 400
          400 | {"message":"dup","errorcode":"109110"}                                       | true  | ACCEPTED_EARLIER | 0      | 202
          400 | {"message":"none","errorcode":109103}                                        | false | REFUSED          | 109103 | 400
          400 | {"message":"none","errorcode":109103}                                        | true  | PARKED           | 109103 | 500
          400 | {"message":"bad","errorcode":10004}                                          | false | REFUSED          | 10004  | 400
          400 | {"message":"?","errorcode":424242}                                           | false | REFUSED          | 424242 | 400
          400 | {"message":"?","errorcode":424242}                                           | true  | PARKED           | 424242 | 500
          400 | <html>no</html>                                                              | false | REFUSED          | 10000  | 400
          400 | <html>no</html>                                                              | true  | PARKED           | 10000  | 500
          400 | {"message":"stack","errorcode":40002}                                        | false | WAITING          | 40002  | 403
          404 | {"message":"none","errorcode":30003}                                         | false | REFUSED          | 30003  | 400
          404 | <html>no such page</html>                                                    | false | UNCERTAIN        | 30000  | 500
          401 | {"message":"Not Authorized","errorcode":0}                                   | false | WAITING          | 20000  | 401
          401 | ''                                                                           | true  | UNCERTAIN        | 20000  | 401
          403 | {"message":"no","errorcode":20001}                                           | false | WAITING          | 20001  | 403
          429 | {"errorcode":50100,"retryAfter":"7"}                                         | false | WAITING          | 50100  | 500
          429 | ''                                                                           | false | WAITING          | 50100  | 500
          429 | {"errorcode":50200}                                                          | false | WAITING          | 50200  | 500
          503 | {"errorcode":50300}                                                          | false | WAITING          | 50300  | 500
          503 | <html>busy</html>                                                            | true  | UNCERTAIN        | 50300  | 500
          500 | {"errorcode":30000}                                                          | false | UNCERTAIN        | 30000  | 500
          502 | <html>bad gateway</html>                                                     | false | UNCERTAIN        | 30000  | 500
          504 | ''                                                                           | false | UNCERTAIN        | 30000  | 500
          302 | ''                                                                           | false | UNCERTAIN        | 30000  | 500
          200 | {"errorcode":0}                                                              | false | UNCERTAIN        | 30000  | 500
          """)
  void classifies_each_answer_as_the_delivery_contract_says(
      int status, String body, boolean uncertain, State state, int code, int answer) {
    Outcome outcome = replies.classify(reply(status, body, null), "ours", "k", uncertain);

    assertThat(outcome.state()).isEqualTo(state);
    assertThat(outcome.errorCode()).isEqualTo(code);
    assertThat(outcome.httpStatus()).isEqualTo(answer);
    assertThat(outcome.messageKey()).contains("k");
  }

  /** Each code of the contract, in a 400 to a first try: what it makes of a message, and why. */
  @Test
  void classifies_each_code_of_the_contract() {
    assertThat(Stream.of(ErrorCode.values()).map(this::classified))
        .containsExactlyElementsOf(
            """
            0 REFUSED
            10000 REFUSED
            10001 REFUSED
            10002 REFUSED
            10003 REFUSED
            10004 REFUSED
            10005 REFUSED
            20000 WAITING FORBIDDEN
            20001 WAITING FORBIDDEN
            20002 WAITING FORBIDDEN
            40002 WAITING FORBIDDEN
            40004 WAITING FORBIDDEN
            30000 REFUSED
            30001 REFUSED
            30003 REFUSED
            30004 REFUSED
            50100 WAITING RATE_LIMITED
            50200 WAITING BLOCKED
            50300 WAITING UNAVAILABLE
            109001 REFUSED
            109101 REFUSED
            109102 REFUSED
            109103 REFUSED
            109104 REFUSED
            109105 REFUSED
            109106 REFUSED
            109107 REFUSED
            109108 REFUSED
            109109 REFUSED
            109110 DUPLICATE
            109111 REFUSED
            109116 REFUSED
            109121 REFUSED
            109122 REFUSED
            900001 REFUSED
            900002 REFUSED
            900009 REFUSED
            """
                .lines()
                .toList());
  }

  private String classified(ErrorCode code) {
    Outcome outcome =
        replies.classify(
            reply(400, "{\"errorcode\":" + code.number() + "}", null), "r", "k", false);
    String reason = outcome instanceof Unsettled unsettled ? " " + unsettled.reason() : "";
    return code.number() + " " + outcome.state() + reason;
  }

  @Test
  void prefers_the_request_id_of_the_api() {
    assertThat(
            replies
                .classify(
                    reply(202, "{\"requestId\":\"theirs\",\"errorcode\":0}", null),
                    "ours",
                    "k",
                    false)
                .requestId())
        .isEqualTo("theirs");
    assertThat(replies.classify(reply(500, "", null), "ours", "k", false).requestId())
        .isEqualTo("ours");
  }

  @Test
  void survives_a_deeply_nested_body_and_a_long_one() {
    assertThat(replies.classify(reply(202, "[".repeat(60_000), null), "r", "k", false).state())
        .isEqualTo(State.UNCERTAIN);
    assertThat(
            replies
                .classify(
                    reply(
                        400,
                        "{\"errorcode\":10000,\"message\":\"" + "x".repeat(60_000) + "\"}",
                        null),
                    "r",
                    "k",
                    false)
                .message())
        .hasSizeLessThan(600);
  }

  /** Seconds, dates, and what nobody should send. The clock says noon. */
  @ParameterizedTest(name = "{0} → {1} s")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          7                             | 7
          0                             | 0
          -5                            | 0
          1.5                           | 1
          999999999999999999999         | 3600
          Sun, 01 Mar 2026 12:00:30 GMT | 30
          Sun, 01 Mar 2026 11:00:00 GMT | 0
          Sun, 01 Mar 2099 12:00:00 GMT | 3600
          """)
  void tames_what_retry_after_says(String value, long seconds) {
    Outcome outcome = replies.classify(reply(429, "", value), "r", "k", false);

    assertThat(outcome.retryAfter().map(Duration::toSeconds)).contains(seconds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "", "7 seconds", "NaN", "1e9"})
  void ignores_a_retry_after_that_cannot_be_read(String value) {
    assertThat(replies.classify(reply(429, "", value), "r", "k", false).retryAfter()).isEmpty();
  }

  @Test
  void repeats_no_attempt_at_once_when_the_account_is_blocked() {
    Outcome blocked = replies.classify(reply(429, "{\"errorcode\":50200}", null), "r", "k", false);
    Outcome limited = replies.classify(reply(429, "{\"errorcode\":50100}", null), "r", "k", false);

    assertThat(blocked.isRetryable()).isFalse();
    assertThat(limited.isRetryable()).isTrue();
  }

  /** The number is ours; should the API use it one day, it is one that we do not know. */
  @Test
  void treats_a_bundle_code_from_the_api_as_unknown() {
    ApiReply reply = reply(400, "{\"errorcode\":900002}", null);

    assertThat(replies.classify(reply, "r", "k", false).state()).isEqualTo(State.REFUSED);
    assertThat(replies.classify(reply, "r", "k", true).state()).isEqualTo(State.PARKED);
  }

  private static ApiReply reply(int status, String body, String retryAfter) {
    return new ApiReply(
        status, body.getBytes(StandardCharsets.UTF_8), Optional.ofNullable(retryAfter));
  }
}
