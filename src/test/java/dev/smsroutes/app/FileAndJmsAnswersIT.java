package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.testing.RunningBundle;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Each answer of the SMS API, and each kind of fault of a request, as a file and a JMS message are
 * told: the delivery contract's tables for these two channels, through the whole bundle.
 */
@Timeout(120)
class FileAndJmsAnswersIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String GOOD =
      """
      {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c",\
      "to":"+1 425 555 0123","attributes":{"FirstName":"Ada","password":"p"}}}""";

  @TempDir private static Path folder;

  private static RunningBundle bundle;
  private static int number;

  @BeforeAll
  static void start() {
    bundle =
        RunningBundle.startWithFiles(
            folder,
            RunningBundle.withBroker(
                folder,
                RunningBundle.withFewDeliveries(
                    "sms.api.response-timeout",
                    "300ms",
                    // For so long a row waits while everything waits.
                    "sms.file.row-timeout",
                    "3s")));
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
  }

  /**
   * What the API does | the row's outcome and code | where the message ends and the code it is told
   * | whether the API accepted it, however it answered. 429 and 50200 are the last ones: they teach
   * a rate that lasts.
   */
  @ParameterizedTest(name = "{0} → file {1} {2}, JMS {3} {4}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"latencyMs": 1}                                  | ACCEPTED         | 0      | gone    | 0      | true
          {"dropReply": "after", "calls": 1}                | ACCEPTED_EARLIER | 0      | gone    | 0      | true
          {"status": 500, "accept": true, "calls": 1}       | ACCEPTED_EARLIER | 0      | gone    | 0      | true
          {"status": 503, "calls": 1}                       | ACCEPTED         | 0      | gone    | 0      | true
          {"expireTokens": true, "calls": 1}                | ACCEPTED         | 0      | gone    | 0      | true
          {"code": 109121}                                  | REFUSED          | 109121 | invalid | 109121 | false
          {"status": 202, "code": 109111}                   | REFUSED          | 109111 | invalid | 109111 | false
          {"code": 109110}                                  | DUPLICATE        | 109110 | invalid | 109110 | false
          {"status": 400, "nonJson": true}                  | REFUSED          | 10000  | invalid | 10000  | false
          {"status": 403}                                   | WAITING          | 20001  | dead    | 20001  | false
          {"status": 503}                                   | WAITING          | 50300  | dead    | 50300  | false
          {"status": 500}                                   | UNCERTAIN        | 30000  | dead    | 30000  | false
          {"status": 502, "nonJson": true}                  | UNCERTAIN        | 30000  | dead    | 30000  | false
          {"hang": "before"}                                | UNCERTAIN        | 30000  | dead    | 30000  | false
          {"status": 429}                                   | WAITING          | 50100  | dead    | 50100  | false
          {"code": 50200}                                   | WAITING          | 50200  | dead    | 50200  | false
          """)
  void reports_what_the_api_answered(
      String trouble, String outcome, int rowCode, String queue, int messageCode, boolean accepted)
      throws Exception {
    bundle.sandbox().faults(trouble);
    String row = key();
    JsonNode result = file(GOOD.replace("KEY", row), row);
    assertThat(result.path("outcome").asText()).isEqualTo(outcome);
    assertThat(result.path("code").asInt()).isEqualTo(rowCode);
    assertThat(result.path("messageKey").asText()).isEqualTo(row);
    assertThat(bundle.sandbox().find(row).isPresent()).isEqualTo(accepted);
    assertThat(Files.exists(folder.resolve("results/" + row + ".ndjson.rejects.ndjson")))
        .isEqualTo(!accepted);

    // Faults for so many calls are used up by now.
    bundle.sandbox().faults(trouble);
    String message = key();
    assertThat(jms(GOOD.replace("KEY", message), message)).isEqualTo(queue + " " + messageCode);
    assertThat(bundle.sandbox().find(message).isPresent()).isEqualTo(accepted);
  }

  @Test
  void an_unclear_row_is_tried_five_times_without_delaying_others() throws Exception {
    bundle.sandbox().faults("{\"key\": \"unclear\", \"status\": 500}");
    String name = key();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(GOOD.replace("KEY", name + (i % 20 == 0 ? "-unclear-" : "-clear-") + i));
    }

    List<String> outcomes =
        files(String.join("\n", rows), name).stream()
            .map(result -> result.path("outcome").asText())
            .toList();
    assertThat(outcomes).hasSize(60);
    assertThat(Collections.frequency(outcomes, "ACCEPTED")).isEqualTo(57);
    assertThat(Collections.frequency(outcomes, "UNCERTAIN")).isEqualTo(3);
    assertThat(bundle.sandbox().sends()).isEqualTo(57 + 3 * 5);
  }

  /** A request | the first code; the API gets nothing, whatever the channel. */
  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"messageKey":"KEY","definitionKey":"account-reset"}                                                   | 109102
          {"messageKey":"KEY","recipient":{"contactKey":"c","to":"+14255550123"}}                                | 109107
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c"}}                    | 109106
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"to":"+14255550123"}}                 | 109105
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c","to":"12"}}          | 109121
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c","to":"+14255550123"}} | 10002
          {"messageKey":"KEY","definitionKey":"none","recipient":{"contactKey":"c","to":"+14255550123"}}         | 109111
          {"messageKey":"KEY","definitionKey":"retired-offer","recipient":{"contactKey":"c","to":"+14255550123"}} | 109111
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c","to":"+14255550123","attributes":{"FirstName":"%%=x=%%","password":"p"}}} | 10005
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c","to":"+14255550123","attributes":{"a":[1]}}} | 10001
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c","to":"+14255550123","attributes":{"FirstName":12E45678901234,"password":"p"}}} | 10001
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c","to":"+14255550123","attributes":{"FirstName":null,"password":"p"}}} | 10002
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c","to":"+14255550123"},"attributes":{"FirstName":"Ada","password":"p"}} | 109122
          {"messageKey":"KEY","definitionKey":"account-reset","recipient":{},"more":1}                           | 109122
          """)
  void refuses_what_can_never_be_sent(String request, int code) throws Exception {
    String row = key();
    JsonNode result = file(request.replace("KEY", row), row);
    assertThat(result.path("outcome").asText()).isEqualTo("REFUSED");
    assertThat(result.path("code").asInt()).isEqualTo(code);

    String message = key();
    assertThat(jms(request.replace("KEY", message), message)).isEqualTo("invalid " + code);
    assertThat(bundle.sandbox().sends()).isZero();
  }

  /** What clients with generated classes write, and numbers where others write text. */
  @Test
  void takes_nulls_and_writes_numbers_out() throws Exception {
    String request =
        GOOD.replace("\"p\"", "1.25E7,\"Note\":null")
            .replace("}}}", "}},\"recipients\":null,\"attributes\":null,\"content\":null}");

    String row = key();
    assertThat(file(request.replace("KEY", row), row).path("outcome").asText())
        .isEqualTo("ACCEPTED");
    String message = key();
    assertThat(jms(request.replace("KEY", message), message)).isEqualTo("gone 0");

    for (String sent : List.of(row, message)) {
      assertThat(bundle.sandbox().message(sent).path("text").asText())
          .isEqualTo("Ada, your 2FA token is 12500000");
    }
  }

  /** The others are sent, and the rejects hold the number as it was written. */
  @Test
  void refuses_one_recipient_of_a_row_for_its_number() throws Exception {
    String name = key();
    String request =
        """
        {"definitionKey":"account-reset","attributes":{"password":"p"},"recipients":[\
        {"contactKey":"c1","to":"+1 425 555 0123","attributes":{"FirstName":12E45678901234}},\
        {"contactKey":"c2","to":"+1 425 555 0124","attributes":{"FirstName":"Ada"}}]}""";

    List<JsonNode> results = files(request, name);

    assertThat(results)
        .extracting(result -> result.path("outcome").asText())
        .containsExactlyInAnyOrder("REFUSED", "ACCEPTED");
    assertThat(Files.readString(folder.resolve("results/" + name + ".ndjson.rejects.ndjson")))
        .contains("{\"FirstName\":12E45678901234}", "\"attributes\":{\"password\":\"p\"}")
        .doesNotContain("c2");
  }

  /** The API may quote what it was sent; the sender is told, the log is not. */
  @ParameterizedTest
  @ValueSource(ints = {400, 500})
  void keeps_the_api_s_own_words_out_of_the_log(int status) throws Exception {
    bundle
        .sandbox()
        .faults(
            "{\"status\": "
                + status
                + ", \"body\": {\"errorcode\": 109121, \"message\": \"bad: 4915112345678\"}}");
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    log.start();
    root.addAppender(log);
    try {
      String row = key();
      file(GOOD.replace("KEY", row), row);
      String message = key();
      jms(GOOD.replace("KEY", message), message);
    } finally {
      root.detachAppender(log);
    }

    assertThat(List.copyOf(log.list))
        .extracting(ILoggingEvent::getFormattedMessage)
        .anyMatch(line -> line.startsWith("jms=moved"))
        .noneMatch(line -> line.contains("4915112345678"));
  }

  /** CVE-2026-40453 and its like: a property of a message is not a word of command to Camel. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CamelHttpUri",
        "camelhttpuri",
        "CAMELHTTPURI",
        "CamelHttpPath",
        "camelHttpPath",
        "CamelHttpQuery",
        "CamelRestHttpUri",
        "CamelHttpMethod",
        "CamelJmsDestinationName",
        "CamelFileName",
        "CamelRedeliveryDelay",
        "CamelBeanMethodName",
        "Authorization",
        "Cookie"
      })
  void changes_nothing_for_a_property_of_a_message(String property) throws Exception {
    String message = key();
    assertThat(jms(GOOD.replace("KEY", message), message, property)).isEqualTo("gone 0");

    JsonNode sent = bundle.sandbox().message(message);
    assertThat(sent.path("path").asText()).isEqualTo(RunningBundle.MESSAGES + message);
    assertThat(sent.path("headers").properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder(
            "host", "content-length", "content-type", "connection", "user-agent");
  }

  static Stream<Object> numbers() {
    return Stream.of((byte) 47, (short) 471, 4711, 47_110_000_000L);
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void sends_a_repeated_request_with_a_numeric_key_once(Object number) throws Exception {
    String keyless = GOOD.replace("\"messageKey\":\"KEY\",", "");
    for (int i = 0; i < 2; i++) {
      assertThat(jms(keyless, key(), Map.of("messageKey", number))).isEqualTo("gone 0");
    }
    assertThat(bundle.sandbox().message(number.toString()).path("times").asInt()).isEqualTo(1);
  }

  static Stream<Arguments> faultyTexts() {
    return Stream.of(
        arguments(Map.of("messageKey", true), "Ada", 109108),
        arguments(Map.of("messageKey", 4711.0), "Ada", 109108),
        arguments(Map.of("messageKey", ""), "Ada", 109108),
        arguments(Map.of("MessageKey", "k"), "Ada", 109108),
        arguments(Map.of("messageKey", "k\uFFFD"), "Ada", 109108),
        arguments(Map.of(), "Ad\uFFFD", 10005));
  }

  @ParameterizedTest
  @MethodSource("faultyTexts")
  void refuses_keys_and_texts_that_are_missing_or_lost(
      Map<String, ?> properties, String name, int code) throws Exception {
    String request = GOOD.replace("\"messageKey\":\"KEY\",", "").replace("Ada", name);
    assertThat(jms(request, key(), properties)).isEqualTo("invalid " + code);
  }

  /** Over JMS the key travels in the body, in a file in the row: it arrives as it was. */
  @ParameterizedTest
  @ValueSource(
      strings = {"a/b", "a?b#c", "%2F", "{{env:HOME}}", "${env:HOME}", "\uD83D\uDE00", " ", "a+b"})
  void carries_a_hostile_key_to_the_api_as_it_is(String hostile) throws Exception {
    String row = key();
    file(GOOD.replace("KEY", hostile + row), row);
    String message = key();
    assertThat(jms(GOOD.replace("KEY", hostile + message), message)).isEqualTo("gone 0");

    assertThat(bundle.sandbox().find(hostile + row)).isPresent();
    assertThat(bundle.sandbox().find(hostile + message)).isPresent();
  }

  @Test
  void carries_a_key_of_a_hundred_euro_signs() throws Exception {
    String name = key();
    file(GOOD.replace("KEY", "€".repeat(100)), name);

    assertThat(bundle.sandbox().message("€".repeat(100)).path("path").asText())
        .isEqualTo(RunningBundle.MESSAGES + "%E2%82%AC".repeat(100));
  }

  @Test
  void the_summary_adds_parts_of_new_and_earlier_messages() throws IOException {
    String name = key();
    String requests =
        GOOD.replace("KEY", name + "-1")
            + "\n"
            + GOOD.replace("KEY", name + "-2")
                .replace(
                    "\"recipient\"",
                    "\"content\":{\"message\":\"" + "x".repeat(307) + "\"},\"recipient\"")
            + "\n"
            + GOOD.replace("KEY", name + "-3").replace("+1 425 555 0123", "12");
    files(requests, name);
    JsonNode first = summary(name);

    assertThat(first.path("accepted").asInt()).isEqualTo(2);
    assertThat(first.path("parts").asInt()).isEqualTo(1 + 3);
    assertThat(first.path("partsUnknown").asInt()).isZero();
    assertThat(first.path("refusedByCode").toString()).isEqualTo("{\"109121\":1}");

    files(requests, name + "-again");
    JsonNode again = summary(name + "-again");
    assertThat(again.path("acceptedEarlier").asInt()).isEqualTo(2);
    assertThat(again.path("parts").asInt()).isEqualTo(4);
    assertThat(again.path("partsEarlier").asInt()).isEqualTo(4);
    assertThat(again.path("sha256")).isEqualTo(first.path("sha256"));
  }

  private static JsonNode summary(String name) throws IOException {
    return JSON.readTree(folder.resolve("results/" + name + ".ndjson.summary.json").toFile());
  }

  @Test
  void shows_the_progress_of_a_file_in_progress() throws IOException {
    bundle.sandbox().faults("{\"status\": 503}");
    String name = key();
    Path progress = folder.resolve("results/" + name + ".ndjson.progress.json");
    Path part = Files.writeString(folder.resolve("inbox/" + name + ".part"), GOOD);
    Files.move(part, folder.resolve("inbox/" + name + ".ndjson"), StandardCopyOption.ATOMIC_MOVE);

    await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(progress));
    JsonNode told = JSON.readTree(progress.toFile());
    assertThat(told.path("state").asText()).isEqualTo("sending");
    assertThat(told.path("rows").asInt()).isZero();
    assertThat(told.path("firstOpenRow").asInt()).isEqualTo(1);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.exists(folder.resolve("done/" + name + ".ndjson")));
    assertThat(progress).doesNotExist();
    assertThat(summary(name).path("waiting").asInt()).isEqualTo(1);
  }

  private static String key() {
    return "both-" + ++number;
  }

  private static JsonNode file(String request, String name) throws IOException {
    List<JsonNode> results = files(request, name);
    assertThat(results).hasSize(1);
    return results.get(0);
  }

  private static List<JsonNode> files(String requests, String name) throws IOException {
    Path part = folder.resolve("inbox/" + name + ".part");
    Files.writeString(part, requests + "\n");
    Files.move(part, folder.resolve("inbox/" + name + ".ndjson"), StandardCopyOption.ATOMIC_MOVE);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.exists(folder.resolve("done/" + name + ".ndjson")));
    List<JsonNode> results = new ArrayList<>();
    for (String line :
        Files.readAllLines(folder.resolve("results/" + name + ".ndjson.results.ndjson"))) {
      results.add(JSON.readTree(line));
    }
    return results;
  }

  /** Where the message ended, and the code that its sender was told. */
  private static String jms(String request, String correlation, String... properties)
      throws JMSException, IOException {
    return jms(
        request,
        correlation,
        Arrays.stream(properties)
            .collect(Collectors.toMap(name -> name, name -> "http://127.0.0.1:1/elsewhere")));
  }

  private static String jms(String request, String correlation, Map<String, ?> properties)
      throws JMSException, IOException {
    try (ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
      connection.start();
      Queue replies = session.createQueue("sms.reply.test");
      TextMessage message = session.createTextMessage(request);
      message.setJMSReplyTo(replies);
      message.setJMSCorrelationID(correlation);
      for (Map.Entry<String, ?> property : properties.entrySet()) {
        message.setObjectProperty(property.getKey(), property.getValue());
      }
      session.createProducer(session.createQueue("sms.send")).send(message);

      TextMessage reply = (TextMessage) take(session, "sms.reply.test", correlation, 30_000);
      assertThat(reply).as("the reply").isNotNull();
      List<String> ended = new ArrayList<>();
      for (String queue : List.of("invalid", "dead")) {
        Message moved = take(session, "sms.send." + queue, correlation, 50);
        if (moved != null) {
          assertThat(moved.getBody(String.class)).isEqualTo(request);
          assertThat(moved.getStringProperty("smsReason")).isNotBlank();
          ended.add(queue);
        }
      }
      assertThat(ended).hasSizeLessThan(2);
      return (ended.isEmpty() ? "gone" : ended.get(0))
          + " "
          + JSON.readTree(reply.getText()).path("errorcode").asInt(-1);
    }
  }

  private static Message take(Session session, String queue, String correlation, long millis)
      throws JMSException {
    try (MessageConsumer consumer =
        session.createConsumer(
            session.createQueue(queue), "JMSCorrelationID = '" + correlation + "'")) {
      return consumer.receive(millis);
    }
  }
}
