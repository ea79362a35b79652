package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What became of a message: as the API would show it, from our own record. */
class HttpStatusIT {
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start("sms.api.response-timeout", "300ms");
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.sandbox().reset();
  }

  /** What the API does; the event, the API's status code, our error code and our state. */
  @ParameterizedTest(name = "{0} → {1} {4}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"latencyMs": 1}                            | SmsSent      | 2000 |        | ACCEPTED
          {"status": 500, "accept": true, "calls": 1} | SmsSent      | 2000 |        | ACCEPTED_EARLIER
          {"code": 109121}                            | SmsNotSent   |      | 109121 | REFUSED
          {"code": 109110}                            | SmsNotSent   |      | 109110 | DUPLICATE
          {"status": 503}                             | SmsQueued    |      |        | WAITING
          {"status": 500}                             | SmsQueued    |      |        | UNCERTAIN
          {"hang": "after"}                           | SmsQueued    |      |        | UNCERTAIN
          """)
  void shows_each_state_as_the_api_would(
      String trouble, String event, String statusCode, Integer code, String outcome) {
    bundle.sandbox().faults(trouble);
    String key = Requests.key();
    bundle.keyed(key, Requests.keyed());
    int calls = bundle.sandbox().calls();

    Reply reply = bundle.status(key);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Type")).contains("application/json");
    JsonNode status = reply.json();
    assertThat(status.path("requestId").asText()).matches("[0-9a-f-]{36}");
    assertThat(status.path("eventCategoryType").asText())
        .isEqualTo("TransactionalSendEvents." + event);
    assertThat(Instant.parse(status.path("timestamp").asText())).isBefore(Instant.now());
    assertThat(status.path("messageKey").asText()).isEqualTo(key);
    assertThat(status.path("statusCode").asText(null)).isEqualTo(statusCode);
    assertThat(status.has("statusMessage")).isEqualTo(statusCode != null);
    assertThat(status.has("errorcode")).isEqualTo(code != null);
    assertThat(status.path("errorcode").asInt()).isEqualTo(code == null ? 0 : code);
    assertThat(status.has("message")).isEqualTo(code != null);
    assertThat(status.path("outcome").asText()).isEqualTo(outcome);
    assertThat(bundle.sandbox().calls()).as("the API is not asked").isEqualTo(calls);
  }

  /** Who is told "not sent" sends again, under a new key. */
  @Test
  void never_denies_a_message_that_may_have_been_sent() {
    bundle
        .sandbox()
        .faults(
            "{\"status\": 500, \"accept\": true, \"calls\": 1}",
            "{\"status\": 400, \"body\": {\"errorcode\": 109999, \"message\": \"new\"}}");
    String key = Requests.key();
    assertThat(bundle.keyed(key, Requests.keyed()).status()).isEqualTo(500);

    JsonNode status = bundle.status(key).json();

    assertThat(status.path("outcome").asText()).isEqualTo("PARKED");
    assertThat(status.path("eventCategoryType").asText())
        .isEqualTo("TransactionalSendEvents.SmsTransient");
    assertThat(status.path("errorcode").asInt()).isEqualTo(109999);
    assertThat(status.path("message").asText()).contains("may have been taken");
  }

  /** A client of the API may read whatever else it has of a message that was sent. */
  @Test
  void has_no_field_with_another_meaning_than_the_api_s() {
    String key = Requests.key();
    bundle.keyed(key, Requests.keyed());

    JsonNode theirs = bundle.sandbox().status(key);
    JsonNode ours = bundle.status(key).json();

    assertThat(ours.properties().stream().map(Map.Entry::getKey))
        .contains("outcome")
        .filteredOn(name -> !name.equals("outcome"))
        .isSubsetOf(theirs.properties().stream().map(Map.Entry::getKey).toList());
    for (String same :
        new String[] {"eventCategoryType", "messageKey", "statusCode", "statusMessage"}) {
      assertThat(ours.path(same)).isEqualTo(theirs.path(same));
    }
  }

  @Test
  void shows_a_message_that_is_on_its_way() {
    bundle.sandbox().faults("{\"latencyMs\": 200}");
    String key = Requests.key();
    CompletableFuture<Reply> sending =
        bundle.postLater(RunningBundle.MESSAGES + key, Requests.keyed());

    await().until(() -> bundle.status(key).json().path("outcome").asText().equals("ATTEMPTED"));

    assertThat(bundle.status(key).json().path("eventCategoryType").asText()).endsWith("SmsQueued");
    assertThat(sending.join().status()).isEqualTo(202);
  }

  @Test
  void answers_404_in_the_error_format_for_unknown_keys() {
    Reply reply = bundle.status("nobody-used-this");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.code()).isEqualTo(30003);
    assertThat(reply.json().path("requestId").asText()).matches("[0-9a-f-]{36}");
    assertThat(reply.json().path("messageKey").asText()).isEqualTo("nobody-used-this");
    assertThat(reply.message()).isNotBlank();
    assertThat(reply.json().path("errors").isArray()).isTrue();
  }

  /** What was refused by our own checks was never admitted: its key is as unused as before. */
  @Test
  void knows_nothing_of_a_request_that_was_never_valid() {
    String key = Requests.key();
    assertThat(bundle.keyed(key, "{}").status()).isEqualTo(400);

    assertThat(bundle.status(key).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({"{\"latencyMs\": 1}", "{\"status\": 500}"})
  void shows_no_number_and_no_attribute(String trouble) {
    bundle.sandbox().faults(trouble);
    String key = Requests.key();
    bundle.keyed(key, Requests.keyed());

    assertThat(bundle.status(key).body())
        .doesNotContain("4915112345678", "ada@example.com", "Ada", "31415");
  }

  @Test
  void shows_none_either_when_the_api_quotes_them() {
    bundle
        .sandbox()
        .faults(
            "{\"status\": 400, \"body\": {\"errorcode\": 109121,"
                + " \"message\": \"4915112345678 of Ada is bad\"}}");
    String key = Requests.key();
    bundle.keyed(key, Requests.keyed());

    assertThat(bundle.status(key).body()).contains("is bad").doesNotContain("4915112345678", "Ada");
  }
}
