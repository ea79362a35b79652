package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.cli.SmsRoutesCommand;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.model.Correlation;
import dev.smsroutes.testing.CapturedLog;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With what a caller finds its request again, without spans: trace id, and the id it gave. */
@Timeout(120)
class CorrelationIT {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String TRACEPARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";
  private static final Correlation NONE = Correlation.NONE;

  @TempDir private static Path home;

  private static CapturedLog log;
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    log = new CapturedLog(Level.INFO);
    bundle =
        RunningBundle.start(RunningBundle.withBroker(home, "sms.jms.redelivery-delay", "10ms"));
  }

  @AfterAll
  static void stop() {
    bundle.close();
    log.close();
  }

  private static Reply post(String key, String... headers) {
    return bundle.post(RunningBundle.MESSAGES + key, Requests.keyed(), headers);
  }

  private static Correlation recorded(String key) {
    try (JdbcRecords records = bundle.records()) {
      return records.find(key).orElseThrow().correlation();
    }
  }

  private static List<String> outcomes(String key) {
    return log.lines().stream()
        .filter(line -> line.contains("messageKey=" + key) && line.contains("outcome="))
        .toList();
  }

  @Test
  void what_came_over_http_is_in_ledger_log_and_answer() {
    String key = Requests.key();

    Reply reply = post(key, "traceparent", TRACEPARENT, "X-Request-ID", "shop/42");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("X-Request-ID")).contains("shop/42");
    assertThat(recorded(key))
        .isEqualTo(new Correlation(Optional.of(TRACE), Optional.of("shop/42")));
    assertThat(outcomes(key))
        .singleElement()
        .asString()
        .endsWith(" callerRequestId=shop/42 traceId=" + TRACE);
    assertThat(show(key))
        .containsPattern("(?m)^caller's request id +shop/42$")
        .containsPattern("(?m)^trace id +" + TRACE + "$");
    assertThat(Requests.json(show("--json", key)).toString())
        .contains("\"traceId\":\"" + TRACE + "\",\"callerRequestId\":\"shop/42\"");
  }

  private static String show(String... arguments) {
    List<String> all = new ArrayList<>(List.of("show"));
    all.addAll(bundle.options());
    all.addAll(List.of(arguments));
    StringWriter said = new StringWriter();
    SmsRoutesCommand.line().setOut(new PrintWriter(said, true)).execute(all.toArray(String[]::new));
    return said.toString();
  }

  @Test
  void a_request_without_them_has_none_anywhere() {
    String key = Requests.key();

    Reply reply = post(key);

    assertThat(reply.headers()).doesNotContainKeys("x-request-id", "traceresponse");
    assertThat(recorded(key)).isEqualTo(NONE);
    assertThat(outcomes(key))
        .singleElement()
        .asString()
        .doesNotContain("traceId", "callerRequestId");
  }

  @Test
  void what_is_malformed_or_came_twice_counts_as_none_and_is_no_reason_to_refuse() {
    String twice = Requests.key();
    String malformed = Requests.key();
    String target = RunningBundle.MESSAGES;

    Reply first =
        bundle.rawPost(
            target + twice,
            Requests.keyed(),
            "traceparent: " + TRACEPARENT,
            "traceparent: " + TRACEPARENT,
            "X-Request-ID: one",
            "X-Request-ID: two");
    Reply second =
        bundle.rawPost(
            target + malformed,
            Requests.keyed(),
            "traceparent: 00-zaphod-ford-01",
            "X-Request-ID: ford zaphod");

    assertThat(List.of(first, second))
        .allSatisfy(
            reply -> {
              assertThat(reply.status()).isEqualTo(202);
              assertThat(reply.header("X-Request-ID")).isEmpty();
            });
    assertThat(recorded(twice)).isEqualTo(NONE);
    assertThat(recorded(malformed)).isEqualTo(NONE);
    assertThat(log.lines()).noneMatch(line -> line.contains("zaphod"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/messaging/v1/sms/messages/a%ff", "/nowhere", "/messaging/v1/sms/messages/k"})
  void a_refused_request_gets_its_id_back_too(String path) {
    Reply reply = bundle.rawPost(path, "{", "X-Request-ID: shop-43");

    assertThat(reply.status()).isBetween(400, 404);
    assertThat(reply.header("X-Request-ID")).contains("shop-43");
  }

  @Test
  void each_recipient_of_a_request_has_them() {
    String first = Requests.key();
    String second = Requests.key();

    bundle.post(
        RunningBundle.MESSAGES,
        Requests.bare(Requests.recipient(first), Requests.recipient(second)),
        "traceparent",
        TRACEPARENT,
        "X-Request-ID",
        "shop-44");

    Correlation both = new Correlation(Optional.of(TRACE), Optional.of("shop-44"));
    assertThat(recorded(first)).isEqualTo(both);
    assertThat(recorded(second)).isEqualTo(both);
  }

  @Test
  void the_first_request_of_a_key_stays_on_record() {
    String key = Requests.key();
    bundle.sandbox().faults("{\"status\": 503}");
    post(key, "X-Request-ID", "first");
    bundle.sandbox().reset();

    Reply reply = post(key, "X-Request-ID", "second");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("X-Request-ID")).contains("second");
    assertThat(recorded(key).callerRequestId()).contains("first");
    assertThat(outcomes(key).get(0)).endsWith(" callerRequestId=first");
    assertThat(outcomes(key)).last().asString().endsWith(" callerRequestId=second");
  }

  @Test
  void another_request_under_the_key_of_a_refused_one_brings_its_own() {
    String key = Requests.key();
    bundle
        .sandbox()
        .faults("{\"status\": 400, \"body\": {\"errorcode\": 109121, \"message\": \"no\"}}");
    post(key, "X-Request-ID", "refused", "traceparent", TRACEPARENT);
    bundle.sandbox().reset();
    ObjectNode corrected = Requests.keyed();
    ((ObjectNode) corrected.get("recipient")).put("to", "+4915112345679");

    Reply reply = bundle.post(RunningBundle.MESSAGES + key, corrected, "X-Request-ID", "corrected");

    assertThat(reply.status()).isEqualTo(202);
    assertThat(recorded(key))
        .isEqualTo(new Correlation(Optional.empty(), Optional.of("corrected")));
  }

  @Test
  void they_go_through_the_queue_and_a_redelivery() {
    String key = Requests.key();
    bundle.sandbox().faults("{\"status\": 503, \"calls\": 2}");

    Reply reply =
        post(
            key,
            "Prefer",
            "respond-async",
            "traceparent",
            TRACEPARENT,
            "tracestate",
            "marvin=paranoid",
            "X-Request-ID",
            "shop-45");

    assertThat(reply.header("Preference-Applied")).isPresent();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> outcomes(key).stream().anyMatch(line -> line.contains("outcome=ACCEPTED")));
    assertThat(outcomes(key))
        .hasSizeGreaterThan(1)
        .allSatisfy(line -> assertThat(line).endsWith(" callerRequestId=shop-45 traceId=" + TRACE));
    assertThat(recorded(key))
        .isEqualTo(new Correlation(Optional.of(TRACE), Optional.of("shop-45")));
  }

  /** Sends a request with these properties, and waits for the reply. */
  private static Message overJms(String body, Map<String, Object> properties) throws JMSException {
    try (ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
      connection.start();
      TextMessage request = session.createTextMessage(body);
      for (Map.Entry<String, Object> property : properties.entrySet()) {
        request.setObjectProperty(property.getKey(), property.getValue());
      }
      String replies = "sms.reply." + Requests.key();
      request.setJMSReplyTo(session.createQueue(replies));
      session.createProducer(session.createQueue("sms.send")).send(request);
      try (MessageConsumer consumer = session.createConsumer(session.createQueue(replies))) {
        return consumer.receive(60_000);
      }
    }
  }

  @Test
  void what_came_over_jms_is_in_ledger_log_and_reply() throws JMSException {
    String key = Requests.key();

    Message reply =
        overJms(
            Requests.keyed().put("messageKey", key).toString(),
            Map.of("traceparent", TRACEPARENT, "callerRequestId", "erp-1"));

    assertThat(reply.getStringProperty("traceparent")).isEqualTo(TRACEPARENT);
    assertThat(reply.getStringProperty("callerRequestId")).isEqualTo("erp-1");
    assertThat(recorded(key)).isEqualTo(new Correlation(Optional.of(TRACE), Optional.of("erp-1")));
    assertThat(outcomes(key))
        .singleElement()
        .asString()
        .endsWith(" callerRequestId=erp-1 traceId=" + TRACE);
  }

  @Test
  void a_refused_jms_message_gets_them_back_and_malformed_ones_count_as_none() throws JMSException {
    Message refused = overJms("{", Map.of("traceparent", TRACEPARENT, "callerRequestId", "erp-2"));
    Message malformed =
        overJms("{", Map.of("traceparent", 47, "callerRequestId", "paranoid marvin"));

    assertThat(refused.getStringProperty("traceparent")).isEqualTo(TRACEPARENT);
    assertThat(refused.getStringProperty("callerRequestId")).isEqualTo("erp-2");
    assertThat(malformed.getStringProperty("traceparent")).isNull();
    assertThat(malformed.getStringProperty("callerRequestId")).isNull();
  }

  @Test
  void nothing_of_them_reaches_the_api() throws JMSException {
    String http = Requests.key();
    String jms = Requests.key();
    post(
        http,
        "traceparent",
        TRACEPARENT,
        "tracestate",
        "marvin=paranoid",
        "baggage",
        "who=marvin",
        "X-Request-ID",
        "marvin");
    overJms(
        Requests.keyed().put("messageKey", jms).toString(),
        Map.of("traceparent", TRACEPARENT, "baggage", "who=marvin", "callerRequestId", "marvin"));

    for (String key : List.of(http, jms)) {
      JsonNode sent = bundle.sandbox().message(key);
      List<String> names = new ArrayList<>();
      sent.path("headers").fieldNames().forEachRemaining(names::add);
      assertThat(names)
          .isNotEmpty()
          .doesNotContain(
              "traceparent", "tracestate", "baggage", "x-request-id", "callerrequestid");
      assertThat(sent.toString()).doesNotContain(TRACE, "marvin");
    }
  }
}
