package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.testing.CapturedLog;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What the log tells, and what it never may: numbers, values, texts, tokens and secrets. */
class LogIT {
  /** Pieces of what is private in the requests of this test, and of what the API says. */
  private static final List<String> PRIVATE =
      List.of(
          "15112345678",
          "151 12345678",
          "5550123",
          "555-0123",
          "Zaphod",
          "p4ssw0rd",
          "heart-of-gold",
          "token-canary",
          "secret-canary",
          "Bearer",
          "beeblebrox@example.com");

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The same lines, as a log of JSON has them. */
  private static final Queue<String> OBJECTS = new ConcurrentLinkedQueue<>();

  private static final AppenderBase<ILoggingEvent> TO_JSON =
      new AppenderBase<>() {
        private final JsonLogLayout layout = new JsonLogLayout();

        @Override
        protected void append(ILoggingEvent event) {
          OBJECTS.add(layout.doLayout(event));
        }
      };

  @TempDir private static Path home;

  private static CapturedLog log;
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    // As it runs at a site: INFO, of all libraries too.
    log = new CapturedLog(Level.INFO);
    root().addAppender(TO_JSON);
    TO_JSON.start();
    bundle =
        RunningBundle.start(
            RunningBundle.withBroker(
                home,
                "sms.sandbox.enabled",
                "true",
                "sms.api.response-timeout",
                "300ms",
                "sms.api.client-secret",
                "secret-canary"));
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  }

  @AfterAll
  static void stop() {
    bundle.close();
    root().detachAppender(TO_JSON);
    log.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
    log.clear();
    OBJECTS.clear();
  }

  private static ObjectNode request() {
    ObjectNode body = Requests.keyed();
    body.putObject("content").put("message", "heart-of-gold %%FirstName%% %%password%%");
    ((ObjectNode) body.get("recipient"))
        .put("contactKey", "beeblebrox@example.com")
        .put("to", "+49 151 12345678")
        .putObject("attributes")
        .put("FirstName", "Zaphod")
        .put("password", "p4ssw0rd");
    return body;
  }

  private static void assertNothingPrivateWasLogged() {
    assertThat(log.lines()).isNotEmpty();
    for (String line : log.lines()) {
      assertThat(line).doesNotContain(PRIVATE);
    }
  }

  @Test
  void has_one_line_with_the_outcome_of_each_request() {
    bundle.keyed("logged", request());

    assertThat(log.lines())
        .filteredOn(line -> line.startsWith("dev.smsroutes.outcome "))
        .singleElement()
        .asString()
        .contains(
            "route=sms-http-intake ",
            "messageKey=logged ",
            "definitionKey=account-reset ",
            "outcome=ACCEPTED ",
            "code=0 ");
    assertNothingPrivateWasLogged();
  }

  private static List<JsonNode> objects(String logger) throws JsonProcessingException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : OBJECTS) {
      assertThat(line.lines()).hasSize(1);
      JsonNode object = JSON.readTree(line);
      if (object.path("logger").asText().equals(logger)) {
        lines.add(object);
      }
    }
    return lines;
  }

  @Test
  void a_log_of_json_has_outcomes_refusals_and_pauses_as_fields() throws Exception {
    bundle.keyed("ok", request());
    bundle.post(RunningBundle.MESSAGES + "queued", request(), "Prefer", "respond-async");
    bundle.keyed("bad", request().put("definitionKey", "nope"));
    bundle.bare("[]");
    await().until(() -> OBJECTS.stream().anyMatch(line -> line.contains("\"jms\":\"accepted\"")));
    bundle.sandbox().faults("{\"code\": 50200}");
    bundle.keyed("blocked", request());

    assertThat(objects("dev.smsroutes.outcome"))
        .extracting(
            line -> line.path("messageKey").asText(),
            line -> line.path("outcome").asText(),
            line -> line.path("route").asText(),
            line -> line.path("code").isInt() && line.path("ms").isInt(),
            line -> line.path("fields").toString())
        .contains(
            tuple("ok", "ACCEPTED", "sms-http-intake", true, "[]"),
            tuple("queued", "ACCEPTED", "sms-jms-intake", true, "[]"),
            tuple("bad", "REFUSED", "sms-http-intake", true, "[\"definitionKey\"]"));
    assertThat(objects("dev.smsroutes.intake.http.HttpIntake"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("outcome").asText()).isEqualTo("REFUSED"))
        .satisfies(line -> assertThat(line.path("code").asInt()).isPositive());
    assertThat(objects("dev.smsroutes.intake.jms.JmsAnswering"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("messageKey").asText()).isEqualTo("queued"))
        .satisfies(line -> assertThat(line.path("requestId").asText()).hasSize(36));
    assertThat(objects("dev.smsroutes.throttle.Throttle"))
        .filteredOn(line -> line.path("pace").asText().equals("shut"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("reason").asText()).isEqualTo("BLOCKED"))
        .satisfies(line -> assertThat(line.path("words").asText()).contains(" "))
        .satisfies(line -> assertThat(line.path("wait_ms").isIntegralNumber()).isTrue())
        .satisfies(line -> assertThat(line.path("concurrency").isInt()).isTrue());
    assertNothingPrivateWasLogged();
  }

  /** Each of these goes another way through the gateway. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"latencyMs\": 1}",
        "{\"status\": 500}",
        "{\"status\": 500, \"accept\": true, \"calls\": 1}",
        "{\"dropReply\": \"before\"}",
        "{\"hang\": \"before\"}",
        "{\"status\": 202, \"nonJson\": true}",
        "{\"status\": 403}",
        "{\"code\": 50200}",
        "{\"code\": 50300, \"retryAfter\": 40}",
        "{\"expireTokens\": true, \"calls\": 1}",
        "{\"hugeBody\": 10000000, \"status\": 400}",
        // The API itself says too much.
        "{\"status\": 400, \"body\": {\"errorcode\": 109121,"
            + " \"message\": \"4915112345678 of Zaphod is no number\"}}",
        "{\"status\": 400, \"body\": \"heart-of-gold Zaphod p4ssw0rd 4915112345678\"}",
        "{\"status\": 500, \"body\": \"Bearer token-canary 4915112345678\","
            + " \"headers\": {\"X-Debug\": \"Zaphod\"}}",
        "{\"status\": 503, \"retryAfter\": \"Zaphod\"}",
      })
  void logs_nothing_private_for_any_answer_of_the_api(String fault) {
    bundle.sandbox().faults(fault);

    bundle.keyed(Requests.key(), request());
    ObjectNode many = Requests.bare((ObjectNode) request().get("recipient"));
    many.set("content", request().get("content"));
    bundle.bare(many);

    assertNothingPrivateWasLogged();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"definitionKey\": \"account-reset\", \"recipient\": \"Zaphod +4915112345678\"}",
        "{\"definitionKey\": \"account-reset\", \"recipient\": {\"to\": \"Zaphod p4ssw0rd\"}}",
        "{\"recipient\": {\"contactKey\": \"beeblebrox@example.com\", \"to\": \"617-555-0123 x\"}}",
        "{\"recipient\": {\"to\": \"+4915112345678\", \"attributes\": {\"a\": [\"Zaphod\"]}}}",
        "{\"definitionKey\": \"account-reset\", \"recipient\": {\"to\": \"1\", \"attributes\":"
            + " {\"FirstName\": \"%%Zaphod%%\", \"password\": \"p4ssw0rd%%\"}}}",
        "{\"content\": {\"message\": [\"heart-of-gold\"]}}",
        "{\"to\": \"+49 151 12345678\", Zaphod p4ssw0rd",
        "Zaphod heart-of-gold 4915112345678",
        "[\"Zaphod\"]",
        "\"heart-of-gold\"",
        "",
      })
  void logs_nothing_private_of_a_wrong_request(String body) {
    assertThat(bundle.keyed(Requests.key(), body).status()).isEqualTo(400);
    assertThat(bundle.bare(body.replace("recipient\":", "recipients\":")).status()).isEqualTo(400);

    assertNothingPrivateWasLogged();
  }

  @Test
  void logs_nothing_private_of_a_request_that_http_refuses() {
    bundle.exchange("POST", "/nope/Zaphod", request(), "Authorization", "Bearer token-canary");
    bundle.exchange("PUT", "/messaging/v1/sms/messages/k?to=4915112345678", request());
    bundle.exchange("POST", RunningBundle.MESSAGES + "k", request(), "Content-Type", "text/plain");
    bundle.rawPost(RunningBundle.MESSAGES + "%zz?to=4915112345678", request());
    bundle.keyed("last", request());

    assertNothingPrivateWasLogged();
  }

  @Test
  void logs_no_token_and_no_secret_when_the_login_fails() {
    try (RunningBundle own =
        RunningBundle.start(
            "sms.api.url",
            bundle.bundle().sandbox().orElseThrow().url(),
            "sms.api.client-id",
            "id",
            "sms.api.client-secret",
            "secret-canary")) {
      bundle
          .sandbox()
          .faults(
              "{\"on\": \"token\", \"calls\": 2, \"status\": 200,"
                  + " \"body\": {\"access_token\": \"token-canary\", \"expires_in\": 1000}}",
              "{\"on\": \"token\", \"status\": 401, \"body\": {\"error\": \"secret-canary\"}}");

      assertThat(own.keyed("no-login", request()).status()).isEqualTo(401);
      assertThat(own.keyed("no-login", request()).status()).isEqualTo(401);
    }
    assertNothingPrivateWasLogged();
  }

  @Test
  void logs_nothing_private_when_the_api_is_down() {
    try (RunningBundle own =
        RunningBundle.start(
            "sms.api.url", "http://127.0.0.1:1",
            "sms.api.client-id", "id",
            "sms.api.client-secret", "secret-canary")) {
      assertThat(own.keyed("down", request()).status()).isEqualTo(500);
    }
    assertNothingPrivateWasLogged();
  }

  /** A key is a stranger's text: it must not be able to write a line of its own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\n2026-01-01 INFO outcome=ACCEPTED",
        "a\u0085b",
        "a\u2028b",
        "a\u2029b",
        "a\u001b[2Jb",
        "a\u009b2Jb",
        "a\u202eb",
        "a\u0000b",
        "a b=c outcome=ACCEPTED",
      })
  void keeps_a_strange_key_on_its_line(String key) throws JsonProcessingException {
    bundle.keyed(key, Requests.keyed().put("definitionKey", key).put(key, 1));

    assertThat(log.lines())
        .filteredOn(line -> line.startsWith("dev.smsroutes.outcome "))
        .singleElement()
        .asString()
        .contains("outcome=REFUSED ")
        .doesNotContain("outcome=ACCEPTED")
        .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
    assertThat(objects("dev.smsroutes.outcome"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("outcome").asText()).isEqualTo("REFUSED"))
        .satisfies(
            line -> assertThat(line.path("messageKey").asText()).isNotEmpty().doesNotContain("="));
  }
}
