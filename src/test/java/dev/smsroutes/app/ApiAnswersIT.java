package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each answer of the SMS API as the delivery contract's table has it: what our caller is answered,
 * and how many calls the API saw. The sandbox makes the trouble.
 */
@Timeout(60)
class ApiAnswersIT {
  private static final String[] SHORT = {"sms.api.response-timeout", "300ms"};

  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start(SHORT);
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
  }

  /** Trouble | status | code | Retry-After | sends that the API saw | whether it accepted one. */
  @ParameterizedTest(name = "{0} → {1} {2}, {4} sends")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"latencyMs": 1}                                                        | 202 | 0      |      | 1 | true
          # 202 or 4xx with a code of validation or 1091xx: refused, never repeated.
          {"code": 10000}                                                         | 400 | 10000  |      | 1 | false
          {"code": 10004}                                                         | 400 | 10004  |      | 1 | false
          {"code": 30003}                                                         | 400 | 30003  |      | 1 | false
          {"code": 30004}                                                         | 400 | 30004  |      | 1 | false
          {"code": 109101}                                                        | 400 | 109101 |      | 1 | false
          {"code": 109105}                                                        | 400 | 109105 |      | 1 | false
          {"code": 109108}                                                        | 400 | 109108 |      | 1 | false
          {"code": 109111}                                                        | 400 | 109111 |      | 1 | false
          {"code": 109116}                                                        | 400 | 109116 |      | 1 | false
          {"code": 109121}                                                        | 400 | 109121 |      | 1 | false
          {"code": 109122}                                                        | 400 | 109122 |      | 1 | false
          {"status": 202, "code": 109109}                                         | 400 | 109109 |      | 1 | false
          {"status": 404, "code": 109111}                                         | 400 | 109111 |      | 1 | false
          {"status": 202, "body": {"errorcode": 109001, "responses": [{"errorcode": 109121}]}} | 400 | 109121 | | 1 | false
          # 109110 on a first try: the key belongs to another request.
          {"code": 109110}                                                        | 400 | 109110 |      | 1 | false
          {"status": 202, "code": 109110}                                         | 400 | 109110 |      | 1 | false
          {"status": 202, "body": {"errorcode": 109001, "responses": [{"errorcode": "109110"}]}} | 400 | 109110 | | 1 | false
          # 109110 after an uncertain attempt: that one was taken.
          {"status": 500, "accept": true, "calls": 1}                             | 202 | 0      |      | 2 | true
          {"dropReply": "after", "calls": 1}                                      | 202 | 0      |      | 2 | true
          {"hang": "after", "calls": 1}                                           | 202 | 0      |      | 2 | true
          {"status": 202, "nonJson": true, "accept": true, "calls": 1}            | 202 | 0      |      | 2 | true
          {"status": 202, "body": {}, "accept": true, "calls": 1}                 | 202 | 0      |      | 2 | true
          # 400, other.
          {"status": 400, "body": {"errorcode": 123456, "message": "new"}}        | 400 | 123456 |      | 1 | false
          {"status": 400, "nonJson": true}                                        | 400 | 10000  |      | 1 | false
          # Every spelling of the code.
          {"status": 400, "body": {"errorcode": "109109", "message": "text"}}     | 400 | 109109 |      | 1 | false
          {"status": 400, "body": {"errorCode": 109109, "message": "spelt"}}      | 400 | 109109 |      | 1 | false
          {"status": 202, "body": {"errorcode": "0", "responses": [{}]}, "accept": true} | 202 | 0 |     | 1 | true
          # 403: configuration, not data.
          {"status": 403}                                                         | 403 | 20001  | 1    | 1 | false
          {"status": 403, "nonJson": true}                                        | 403 | 20002  | 1    | 1 | false
          {"code": 40002}                                                         | 403 | 40002  | 1    | 1 | false
          {"status": 400, "code": 20001}                                          | 403 | 20001  | 1    | 1 | false
          # 429 and 503: after Retry-After, if that is inside the deadline.
          {"status": 429, "calls": 1}                                             | 202 | 0      |      | 2 | true
          {"status": 503, "calls": 1}                                             | 202 | 0      |      | 2 | true
          {"code": 50300, "retryAfter": 1, "calls": 1}                            | 202 | 0      |      | 2 | true
          {"status": 429}                                                         | 500 | 50100  | 5    | 2 | false
          {"status": 503}                                                         | 500 | 50300  | 5    | 2 | false
          {"status": 503, "nonJson": true}                                        | 500 | 50300  | 5    | 2 | false
          {"code": 50100, "retryAfter": 40}                                       | 500 | 50100  | 40   | 1 | false
          {"code": 50300, "retryAfter": 40}                                       | 500 | 50300  | 40   | 1 | false
          {"code": 50300, "retryAfter": 86400}                                    | 500 | 50300  | 3600 | 1 | false
          {"code": 50300, "retryAfter": "Wed, 21 Oct 2099 07:28:00 GMT"}          | 500 | 50300  | 3600 | 1 | false
          {"status": 503, "retryAfter": "soon"}                                   | 500 | 50300  | 5    | 2 | false
          {"status": 429, "body": {"errorcode": 50100, "retryAfter": 40}}         | 500 | 50100  | 40   | 1 | false
          # 50200: blocked, without Retry-After; never at once.
          {"code": 50200}                                                         | 500 | 50200  | 1    | 1 | false
          # Nobody knows whether it was taken: one more time with the same key.
          {"status": 500, "calls": 1}                                             | 202 | 0      |      | 2 | true
          {"dropReply": "before", "calls": 1}                                     | 202 | 0      |      | 2 | true
          {"hang": "before", "calls": 1}                                          | 202 | 0      |      | 2 | true
          {"status": 500}                                                         | 500 | 30000  | 5    | 2 | false
          {"status": 500, "nonJson": true}                                        | 500 | 30000  | 5    | 2 | false
          {"status": 502, "nonJson": true}                                        | 500 | 30000  | 5    | 2 | false
          {"status": 504}                                                         | 500 | 30000  | 5    | 2 | false
          {"status": 200}                                                         | 500 | 30000  | 5    | 2 | false
          {"status": 204}                                                         | 500 | 30000  | 5    | 2 | false
          {"status": 202, "nonJson": true}                                        | 500 | 30000  | 5    | 2 | false
          {"status": 202, "body": ""}                                             | 500 | 30000  | 5    | 2 | false
          {"status": 202, "body": "[]"}                                           | 500 | 30000  | 5    | 2 | false
          {"status": 404, "nonJson": true}                                        | 500 | 30000  | 5    | 2 | false
          {"dropReply": "before"}                                                 | 500 | 30000  | 5    | 2 | false
          {"hang": "before"}                                                      | 500 | 30000  | 5    | 2 | false
          # Read to its end, this would take minutes and all memory.
          {"hugeBody": 5000000000, "status": 400}                                 | 400 | 10000  |      | 1 | false
          {"hugeBody": 5000000000, "status": 202}                                 | 500 | 30000  | 5    | 2 | false
          {"hugeBody": 10000000, "status": 500, "calls": 1}                       | 202 | 0      |      | 2 | true
          """)
  void is_answered(
      String fault, int status, int code, String retryAfter, int sends, boolean accepted) {
    String key = Requests.key();
    bundle.sandbox().faults(fault);

    Reply reply = bundle.keyed(key, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(status);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.header("Retry-After").orElse(null)).isEqualTo(retryAfter);
    assertThat(reply.header("Content-Type")).contains("application/json");
    assertThat(reply.body()).doesNotContain("<", "sandbox", "127.0.0.1", "Exception");
    if (status == 202) {
      assertThat(reply.json().fieldNames())
          .toIterable()
          .containsExactlyInAnyOrder("requestId", "errorcode", "responses");
      assertThat(reply.item(0).path("messageKey").asText()).isEqualTo(key);
    } else {
      assertThat(reply.json().fieldNames())
          .toIterable()
          .containsExactlyInAnyOrder("requestId", "messageKey", "errorcode", "message", "errors");
      assertThat(reply.json().path("messageKey").asText()).isEqualTo(key);
      assertThat(reply.message()).isNotBlank();
    }
    assertThat(bundle.sandbox().sends()).isEqualTo(sends);
    assertThat(bundle.sandbox().find(key).isPresent()).isEqualTo(accepted);
    if (accepted) {
      assertThat(bundle.sandbox().message(key).path("times").asInt()).isEqualTo(1);
    }
  }

  /** 109110 after an uncertain attempt, in each way in which the API may say it. */
  @ParameterizedTest
  @CsvSource({
    "400, number",
    "400, string",
    "400, errorCode",
    "202, number",
    "202, string",
    "202, errorCode"
  })
  void knows_its_own_duplicate_in_every_form(String duplicates, String errorcode) {
    String key = Requests.key();
    bundle
        .sandbox()
        .settings("{\"duplicates\": \"" + duplicates + "\", \"errorcode\": \"" + errorcode + "\"}");
    bundle.sandbox().faults("{\"dropReply\": \"after\", \"calls\": 1}");

    Reply reply = bundle.keyed(key, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.code()).isZero();
    assertThat(bundle.sandbox().message(key).path("times").asInt()).isEqualTo(1);
    assertThat(bundle.sandbox().message(key).path("duplicates").asInt()).isEqualTo(1);
  }

  @Test
  void knows_its_own_duplicate_on_the_route_of_a_resubscription() {
    String key = Requests.key();
    bundle.sandbox().settings("{\"duplicates\": \"202\"}");
    bundle.sandbox().faults("{\"dropReply\": \"after\", \"calls\": 1}");

    Reply reply =
        bundle.keyed(
            key, Requests.keyed().set("subscriptions", Requests.json("{\"resubscribe\": true}")));

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().message(key).path("times").asInt()).isEqualTo(1);
  }

  @Test
  void says_the_api_s_own_words_when_it_refuses() {
    bundle
        .sandbox()
        .faults("{\"status\": 400, \"body\": {\"errorcode\": 77, \"message\": \"Why\"}}");

    assertThat(bundle.keyed(Requests.key(), Requests.keyed()).message()).isEqualTo("Why");
  }

  @Test
  void asks_the_api_about_unclear_messages_where_configured() {
    try (RunningBundle asking = RunningBundle.start("sms.api.status-check", "true")) {
      asking.sandbox().faults("{\"dropReply\": \"after\", \"calls\": 1}", "{\"status\": 500}");
      assertThat(asking.keyed("taken", Requests.keyed()).status()).isEqualTo(202);

      asking.sandbox().faults("{\"status\": 500}");
      assertThat(asking.keyed("unknown", Requests.keyed()).status()).isEqualTo(500);
    }
  }

  @Test
  void repeats_nothing_after_the_deadline() {
    try (RunningBundle hasty =
        RunningBundle.start("sms.http.deadline", "10ms", "sms.api.retry-delay", "50ms")) {
      hasty.sandbox().faults("{\"status\": 500}");

      assertThat(hasty.keyed("k", Requests.keyed()).status()).isEqualTo(500);
      assertThat(hasty.sandbox().sends()).isEqualTo(1);
    }
  }

  @Test
  void renews_a_token_that_ran_out_and_replays_once() {
    try (RunningBundle own = RunningBundle.start(SHORT)) {
      assertThat(own.keyed("before", Requests.keyed()).status()).isEqualTo(202);
      own.sandbox().faults("{\"expireTokens\": true, \"calls\": 1}");

      assertThat(own.keyed("k", Requests.keyed()).status()).isEqualTo(202);

      assertThat(own.sandbox().tokens()).isEqualTo(2);
      assertThat(own.sandbox().sends()).isEqualTo(3);
      assertThat(own.sandbox().message("k").path("times").asInt()).isEqualTo(1);
    }
  }

  @Test
  void renews_a_token_once_and_never_more() {
    try (RunningBundle own =
        RunningBundle.start("sms.api.probe-interval", "30s", "sms.api.longest-pause", "1h")) {
      own.sandbox().faults("{\"status\": 401}");

      Reply reply = own.keyed("k", Requests.keyed());

      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.code()).isEqualTo(20000);
      assertThat(reply.header("Retry-After")).as("the first probe").contains("1");
      assertThat(reply.json().path("messageKey").asText()).isEqualTo("k");
      assertThat(own.sandbox().tokens()).isEqualTo(2);
      assertThat(own.sandbox().sends()).isEqualTo(2);

      // Neither the next ones: wrong credentials must not become a storm of token requests.
      for (int i = 0; i < 5; i++) {
        Reply held = own.keyed("k" + i, Requests.keyed());
        assertThat(held.status()).isEqualTo(401);
        assertThat(held.header("Retry-After")).isPresent();
      }
      // Where this takes a second, one of them is the probe: one token, one call.
      assertThat(own.sandbox().tokens()).isBetween(2, 3);
      assertThat(own.sandbox().sends()).isEqualTo(own.sandbox().tokens());
    }
  }

  @Test
  void fetches_one_token_for_all_waiting_callers() {
    try (RunningBundle own = RunningBundle.start()) {
      own.sandbox().faults("{\"on\": \"token\", \"latencyMs\": 200}");
      own.sandbox().settings("{\"latencyMs\": 200}");

      assertThat(accepted(own, "first-", 50)).isEqualTo(50);
      assertThat(own.sandbox().tokens()).isEqualTo(1);

      own.sandbox()
          .faults(
              "{\"on\": \"token\", \"latencyMs\": 200}", "{\"expireTokens\": true, \"calls\": 1}");

      assertThat(accepted(own, "second-", 50)).isEqualTo(50);
      assertThat(own.sandbox().tokens()).isEqualTo(2);
    }
  }

  private static long accepted(RunningBundle bundle, String prefix, int requests) {
    List<CompletableFuture<Reply>> replies =
        Stream.iterate(0, i -> i + 1)
            .limit(requests)
            .map(i -> bundle.postLater(RunningBundle.MESSAGES + prefix + i, Requests.keyed()))
            .toList();
    return replies.stream()
        .map(CompletableFuture::join)
        .filter(reply -> reply.status() == 202)
        .count();
  }

  /** What the token endpoint says | status | code | Retry-After | requests. No message leaves. */
  @ParameterizedTest(name = "{0} → {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"on": "token", "status": 401}                    | 401 | 20000 | 1  | 1
          {"on": "token", "status": 400}                    | 401 | 20000 | 1  | 1
          {"on": "token", "status": 403}                    | 403 | 20002 | 1  | 1
          # A passing fault: what is repeated once asks once more.
          {"on": "token", "status": 429, "retryAfter": 40}  | 500 | 50100 | 40 | 1
          {"on": "token", "status": 503}                    | 500 | 50300 | 5  | 2
          {"on": "token", "status": 200, "nonJson": true}   | 500 | 50300 | 5  | 2
          {"on": "token", "status": 200, "body": {}}        | 500 | 50300 | 5  | 2
          {"on": "token", "hang": "before"}                 | 500 | 50300 | 5  | 2
          {"on": "token", "dropReply": "before"}            | 500 | 50300 | 5  | 2
          """)
  void sends_nothing_without_a_token(
      String fault, int status, int code, String retryAfter, int requests) {
    try (RunningBundle own = RunningBundle.start(SHORT)) {
      own.sandbox().faults(fault);

      Reply reply = own.keyed("k", Requests.keyed());

      assertThat(reply.status()).as(reply.body()).isEqualTo(status);
      assertThat(reply.code()).isEqualTo(code);
      assertThat(reply.header("Retry-After").orElse(null)).isEqualTo(retryAfter);
      assertThat(reply.message()).startsWith("No token for the SMS API");
      assertThat(own.sandbox().tokens()).isEqualTo(requests);
      assertThat(own.sandbox().sends()).isZero();
    }
  }

  @Test
  void answers_500_and_retry_after_when_the_api_is_down() {
    try (RunningBundle own = RunningBundle.start()) {
      assertThat(own.keyed("before", Requests.keyed()).status()).isEqualTo(202);
      own.bundle().sandbox().orElseThrow().close();

      Reply reply = own.keyed("k", Requests.keyed());

      assertThat(reply.status()).as(reply.body()).isEqualTo(500);
      assertThat(reply.code()).isIn(50300, 30000);
      assertThat(reply.header("Retry-After")).contains("5");
      Reply again = own.keyed("k", Requests.keyed());
      assertThat(again.code()).isEqualTo(50300);
      assertThat(again.message()).contains("nothing was sent");
    }
  }

  @Test
  void answers_500_and_retry_after_without_an_api() {
    Map<String, String> dead =
        Map.of(
            "sms.api.url", "http://127.0.0.1:1",
            "sms.api.client-id", "id",
            "sms.api.client-secret", "secret");
    try (RunningBundle own =
        RunningBundle.start(
            dead.entrySet().stream()
                .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                .toArray(String[]::new))) {
      assertThat(own.bundle().sandbox()).isEmpty();

      Reply reply = own.keyed("k", Requests.keyed());

      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.code()).isEqualTo(50300);
      assertThat(reply.header("Retry-After")).contains("5");
      assertThat(reply.body()).doesNotContain("127.0.0.1", "refused", "secret");
    }
  }
}
