package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.model.TraceContext;
import dev.smsroutes.testing.CapturedLog;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SpanCollector;
import dev.smsroutes.testing.SpanCollector.Seen;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Spans of requests and of their attempts, as a collector gets them. */
@Timeout(120)
class TracesIT {
  private static final String CALLERS_SPAN = "00f067aa0ba902b7";
  private static final AtomicInteger TRACES = new AtomicInteger(1);

  @TempDir private static Path home;

  private static SpanCollector collector;
  private static CapturedLog log;
  private static RunningBundle bundle;

  @BeforeAll
  static void start() throws IOException {
    collector = new SpanCollector();
    log = new CapturedLog(Level.INFO);
    Path secret = Files.writeString(home.resolve("collector"), "Bearer of-the-collector\n");
    bundle =
        RunningBundle.startWithFiles(
            home,
            RunningBundle.withBroker(
                home,
                "sms.jms.redelivery-delay",
                "10ms",
                "sms.batch.recipients-per-call",
                "10",
                "sms.traces.otlp.endpoint",
                collector.url(),
                "sms.traces.otlp.authorization-file",
                secret.toString()));
  }

  @AfterAll
  static void stop() {
    bundle.close();
    log.close();
    collector.close();
  }

  @AfterEach
  void api_is_well() {
    bundle.sandbox().reset();
  }

  private static String traceId() {
    return "4bf92f3577b34da6a3ce929d%08x".formatted(TRACES.getAndIncrement());
  }

  private static String traceparent(String traceId) {
    return new TraceContext(traceId, CALLERS_SPAN, true).traceparent();
  }

  private static Reply post(String key, String... headers) {
    return bundle.post(RunningBundle.MESSAGES + key, Requests.keyed(), headers);
  }

  private static TraceContext response(Reply reply) {
    return TraceContext.of(reply.header("traceresponse").orElseThrow()).orElseThrow();
  }

  private static Optional<String> recorded(String key) {
    try (JdbcRecords records = bundle.records()) {
      return records.find(key).flatMap(entry -> entry.correlation().traceId());
    }
  }

  private static List<String> outcomes(String key) {
    return log.lines().stream()
        .filter(line -> line.contains("messageKey=" + key) && line.contains("outcome="))
        .toList();
  }

  private static void awaitAccepted(String key) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> outcomes(key).stream().anyMatch(line -> line.contains("outcome=ACCEPTED")));
  }

  @Test
  void a_request_over_http_and_each_of_its_attempts_are_spans_of_the_callers_trace() {
    String key = Requests.key();
    String trace = traceId();
    bundle.sandbox().faults("{\"status\": 500, \"calls\": 1}");

    Reply reply = post(key, "traceparent", traceparent(trace));

    assertThat(reply.status()).isEqualTo(202);
    List<Seen> spans = collector.await(trace, 3);
    Seen request = spans.get(0);
    assertThat(request.name()).isEqualTo("send request");
    assertThat(request.kind()).isEqualTo("SERVER");
    assertThat(request.parent()).isEqualTo(CALLERS_SPAN);
    assertThat(request.status()).isEqualTo("UNSET");
    assertThat(request.attributes())
        .isEqualTo(
            Map.of(
                "sms_routes.channel", "http",
                "sms_routes.definition", "account-reset",
                "sms_routes.outcome", "ACCEPTED",
                "sms_routes.code", "0"));
    assertThat(spans.subList(1, 3))
        .allSatisfy(
            attempt -> {
              assertThat(attempt.name()).isEqualTo("attempt");
              assertThat(attempt.kind()).isEqualTo("CLIENT");
              assertThat(attempt.parent()).isEqualTo(request.id());
              assertThat(attempt.began()).isBetween(request.began(), attempt.ended());
              assertThat(attempt.ended()).isLessThanOrEqualTo(request.ended());
            });
    assertThat(spans.get(1).status()).isEqualTo("ERROR");
    assertThat(spans.get(1).attributes())
        .isEqualTo(
            Map.of(
                "sms_routes.channel", "http",
                "sms_routes.definition", "account-reset",
                "sms_routes.attempt", "1",
                "sms_routes.call.messages", "1",
                "sms_routes.outcome", "UNCERTAIN",
                "sms_routes.code", "30000",
                "http.response.status_code", "500"));
    assertThat(spans.get(2).status()).isEqualTo("UNSET");
    assertThat(spans.get(2).attributes())
        .containsEntry("sms_routes.attempt", "2")
        .containsEntry("http.response.status_code", "202")
        .containsEntry("sms_routes.outcome", "ACCEPTED");
    assertThat(response(reply)).isEqualTo(new TraceContext(trace, request.id(), true));
    assertThat(recorded(key)).contains(trace);
    assertThat(outcomes(key)).singleElement().asString().endsWith(" traceId=" + trace);
  }

  @Test
  void a_request_without_a_trace_begins_one() {
    String key = Requests.key();

    TraceContext answered = response(post(key));

    assertThat(collector.await(answered.traceId(), 2).get(0))
        .satisfies(
            request -> {
              assertThat(request.parent()).isEmpty();
              assertThat(request.id()).isEqualTo(answered.spanId());
            });
    assertThat(recorded(key)).contains(answered.traceId());
  }

  @Test
  void an_unrecorded_trace_goes_on_unrecorded() {
    String key = Requests.key();
    String trace = traceId();

    Reply reply = post(key, "traceparent", "00-" + trace + "-" + CALLERS_SPAN + "-00");
    collector.await(response(post(Requests.key())).traceId(), 2);

    assertThat(response(reply).traceId()).isEqualTo(trace);
    assertThat(response(reply).sampled()).isFalse();
    assertThat(collector.seen(trace)).isEmpty();
    assertThat(recorded(key)).contains(trace);
  }

  @Test
  void the_way_through_the_queue_with_its_redeliveries_is_one_trace() {
    String key = Requests.key();
    String trace = traceId();
    bundle.sandbox().faults("{\"status\": 503, \"calls\": 2}");

    Reply reply = post(key, "traceparent", traceparent(trace), "Prefer", "respond-async");

    assertThat(reply.header("Preference-Applied")).isPresent();
    awaitAccepted(key);
    List<Seen> spans = collector.await(trace, 1 + outcomes(key).size());
    Seen queued = spans.get(0);
    assertThat(queued.kind()).isEqualTo("SERVER");
    assertThat(queued.status()).isEqualTo("UNSET");
    assertThat(queued.id()).isEqualTo(response(reply).spanId());
    List<Seen> deliveries = spans.stream().filter(span -> span.kind().equals("CONSUMER")).toList();
    assertThat(deliveries)
        .hasSizeGreaterThan(1)
        .allSatisfy(delivery -> assertThat(delivery.parent()).isEqualTo(queued.id()));
    List<String> ids = deliveries.stream().map(Seen::id).toList();
    assertThat(spans)
        .filteredOn(span -> span.kind().equals("CLIENT"))
        .isNotEmpty()
        .allSatisfy(attempt -> assertThat(ids).contains(attempt.parent()));
    assertThat(recorded(key)).contains(trace);
  }

  private static Message overJms(String key, Map<String, String> properties) throws JMSException {
    try (ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
      connection.start();
      TextMessage request =
          session.createTextMessage(Requests.keyed().put("messageKey", key).toString());
      for (Map.Entry<String, String> property : properties.entrySet()) {
        request.setStringProperty(property.getKey(), property.getValue());
      }
      String replies = "sms.reply." + key;
      request.setJMSReplyTo(session.createQueue(replies));
      session.createProducer(session.createQueue("sms.send")).send(request);
      return session.createConsumer(session.createQueue(replies)).receive(60_000);
    }
  }

  @Test
  void a_jms_message_is_a_span_of_its_senders_trace() throws JMSException {
    String key = Requests.key();
    String trace = traceId();

    Message reply = overJms(key, Map.of("traceparent", traceparent(trace)));

    List<Seen> spans = collector.await(trace, 2);
    assertThat(spans.get(0).kind()).isEqualTo("CONSUMER");
    assertThat(spans.get(0).parent()).isEqualTo(CALLERS_SPAN);
    assertThat(spans.get(1).parent()).isEqualTo(spans.get(0).id());
    assertThat(reply.getStringProperty("traceparent"))
        .isEqualTo(new TraceContext(trace, spans.get(0).id(), true).traceparent());
    assertThat(recorded(key)).contains(trace);
  }

  @Test
  void all_deliveries_of_a_jms_message_without_a_trace_are_in_one() throws JMSException {
    String key = Requests.key();
    bundle.sandbox().faults("{\"status\": 503, \"calls\": 2}");

    Message reply = overJms(key, Map.of());

    String trace = TraceContext.of(reply.getStringProperty("traceparent")).orElseThrow().traceId();
    assertThat(outcomes(key))
        .hasSizeGreaterThan(1)
        .allSatisfy(line -> assertThat(line).endsWith(" traceId=" + trace));
    assertThat(recorded(key)).contains(trace);
  }

  @Test
  void each_row_of_a_file_is_a_span_also_where_rows_share_a_call() throws IOException {
    String first = Requests.key();
    String second = Requests.key();
    String row = "{\"messageKey\":\"%s\",\"definitionKey\":\"account-reset\",\"recipient\":%s}%n";
    Path file = home.resolve("rows.ndjson");
    Files.writeString(
        file,
        row.formatted(first, Requests.recipient()) + row.formatted(second, Requests.recipient()));
    Files.move(file, home.resolve("inbox/rows.ndjson"));

    awaitAccepted(first);
    awaitAccepted(second);
    for (String key : List.of(first, second)) {
      List<Seen> spans = collector.await(recorded(key).orElseThrow(), 2);
      assertThat(spans.get(0).kind()).isEqualTo("INTERNAL");
      assertThat(spans.get(0).attributes()).containsEntry("sms_routes.channel", "file");
      assertThat(spans.get(1).parent()).isEqualTo(spans.get(0).id());
      assertThat(spans.get(1).attributes()).containsEntry("sms_routes.call.messages", "2");
    }
    assertThat(recorded(first)).isNotEqualTo(recorded(second));
  }

  @Test
  void a_refusal_is_no_error_of_ours_and_an_unknown_definition_has_no_name() {
    ObjectNode body = Requests.keyed().put("definitionKey", "+49 151 98765432");
    String trace = traceId();

    Reply reply =
        bundle.post(
            RunningBundle.MESSAGES + Requests.key(), body, "traceparent", traceparent(trace));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(collector.await(trace, 1))
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.status()).isEqualTo("UNSET");
              assertThat(request.attributes())
                  .containsEntry("sms_routes.outcome", "REFUSED")
                  .doesNotContainKey("sms_routes.definition");
            });
  }

  @Test
  void nothing_private_is_in_a_span_and_nothing_of_a_stranger_reaches_the_api() {
    String key = "marvin-" + Requests.key();
    String trace = traceId();
    ObjectNode body = Requests.keyed();
    body.putObject("content").put("message", "brain-the-size-of-a-planet %%FirstName%%");
    ((ObjectNode) body.get("recipient"))
        .put("contactKey", "marvin@example.com")
        .put("to", "+49 151 98765432")
        .putObject("attributes")
        .put("FirstName", "Paranoid")
        .put("password", "Paranoid");
    bundle
        .sandbox()
        .faults("{\"status\": 500, \"calls\": 1, \"body\": \"4915198765432 of Paranoid\"}");

    bundle.post(
        RunningBundle.MESSAGES + key,
        body,
        "traceparent",
        traceparent(trace),
        "tracestate",
        "marvin=paranoid",
        "baggage",
        "who=marvin",
        "X-Request-ID",
        "marvin-1");

    assertThat(collector.await(trace, 3)).hasSize(3);
    assertThat(String.join("\n", collector.bodies()).toLowerCase())
        .doesNotContain(
            "98765432", "marvin", "paranoid", "brain-the-size-of-a-planet", "15112345678");
    assertThat(bundle.sandbox().message(key).path("headers").toString())
        .isNotEqualTo("{}")
        .doesNotContain("trace", "baggage", "marvin", "request-id");
  }

  @Test
  void the_collector_gets_the_secret_of_its_file() {
    collector.await(response(post(Requests.key())).traceId(), 2);

    assertThat(collector.authorizations()).isNotEmpty().containsOnly("Bearer of-the-collector");
  }
}
