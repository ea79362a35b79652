package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.RunningBundle;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile requests, each over every channel with the same answer: HTTP with one recipient, HTTP
 * with many, a row of a file, a JMS message. What is specific to a channel stands in the tests of
 * that channel ({@code HttpErrorsIT}, {@code HttpAdvisoriesIT}, {@code NastyFilesIT}, {@code
 * JmsForeignClientsIT}).
 */
@Timeout(180)
class HostileInputIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String DEFINITION = "\"definitionKey\":\"account-reset\"";
  private static final String TO = "\"to\":\"+14255550123\"";
  private static final String WHO = "\"contactKey\":\"c\"," + TO;
  private static final String VALUES = "\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"p\"}";
  private static final int ACCEPTED = 0;

  @TempDir private static Path folder;

  private static RunningBundle bundle;
  private static final Map<String, Integer> ROWS = new HashMap<>();
  private static final Map<String, Integer> MESSAGES = new HashMap<>();

  /**
   * A request in two parts, which each channel puts together in its shape.
   *
   * @param top the fields of the whole request, without recipient and key
   * @param recipient the fields of the recipient
   * @param code of the first fault; {@value #ACCEPTED} if the request is to be sent
   */
  private record Case(String name, String top, String recipient, int code) {
    String keyed() {
      return "{" + top + ",\"recipient\":{" + recipient + "}}";
    }

    String bare(String key) {
      return "{" + top + ",\"recipients\":[{\"messageKey\":\"" + key + "\"," + recipient + "}]}";
    }

    String standalone(String key) {
      return "{\"messageKey\":\"" + key + "\"," + keyed().substring(1);
    }

    /** A key that has the name in it, so that a log tells which case it was. */
    String key(String channel) {
      return channel + "-" + name.replaceAll("[^a-z0-9]+", "-");
    }
  }

  private static Case top(String name, String more, int code) {
    return new Case(name, DEFINITION + "," + more, WHO + "," + VALUES, code);
  }

  private static Case definition(String name, String json, int code) {
    return new Case("definition " + name, "\"definitionKey\":" + json, WHO + "," + VALUES, code);
  }

  private static Case text(String name, String json, int code) {
    return top("text " + name, "\"content\":{\"message\":" + json + "}", code);
  }

  private static Case to(String name, String json, int code) {
    return new Case(
        "to " + name, DEFINITION, "\"contactKey\":\"c\",\"to\":" + json + "," + VALUES, code);
  }

  private static Case contact(String name, String json, int code) {
    return new Case(
        "contact " + name, DEFINITION, "\"contactKey\":" + json + "," + TO + "," + VALUES, code);
  }

  private static Case value(String name, String json, int code) {
    return attributes("value " + name, "{\"FirstName\":\"Ada\",\"password\":" + json + "}", code);
  }

  private static Case attributes(String name, String json, int code) {
    return new Case(name, DEFINITION, WHO + ",\"attributes\":" + json, code);
  }

  private static Case recipient(String name, String more, int code) {
    return new Case(name, DEFINITION, WHO + "," + VALUES + "," + more, code);
  }

  static Stream<Case> cases() {
    return Stream.of(structure(), definitions(), texts(), numbers(), contacts(), attributes())
        .flatMap(List::stream);
  }

  private static List<Case> structure() {
    return List.of(
        top("an unknown field", "\"more\":1", 109122),
        top("a field in other case", "\"Content\":{}", 109122),
        top("a field with a null character", "\"a\\u0000b\":1", 109122),
        top("a field with a long name", "\"" + "x".repeat(5_000) + "\":1", 109122),
        top("a field with an escape sequence", "\"\\u001b[31mred\":1", 109122),
        top("a prototype", "\"__proto__\":{\"admin\":true}", 109122),
        top("a class to be made", "\"@class\":\"javax.script.ScriptEngineManager\"", 109122),
        top("a type to be made", "\"@type\":\"com.sun.rowset.JdbcRowSetImpl\"", 109122),
        top("a field twice", DEFINITION, 10004),
        top("a field twice by an escape", "\"definition\\u004bey\":\"other\"", 10004),
        top("500 unknown fields", fields(500), 109122),
        top("a content that is text", "\"content\":\"Hello\"", 10001),
        top("a content that is a list", "\"content\":[]", 10001),
        top("an unknown field in the content", "\"content\":{\"messages\":\"x\"}", 109122),
        top("a subscription that is text", "\"subscriptions\":\"yes\"", 10001),
        top("a resubscribe that is text", "\"subscriptions\":{\"resubscribe\":\"true\"}", 10001),
        top("a resubscribe that is a number", "\"subscriptions\":{\"resubscribe\":1}", 10001),
        recipient("an unknown field of the recipient", "\"phone\":\"1\"", 109122),
        recipient("a number twice", "\"to\":\"+14255550124\"", 10004),
        recipient("attributes twice", VALUES, 10004),
        new Case("deep nesting", DEFINITION, WHO + ",\"attributes\":" + nested(2_000), 10004));
  }

  private static List<Case> definitions() {
    return List.of(
        definition("missing", "null", 109107),
        definition("empty", "\"\"", 109107),
        definition("white space", "\" \\t\\n\"", 109107),
        definition("number", "1", 10001),
        definition("list", "[\"account-reset\"]", 10001),
        definition("object", "{\"$ne\":null}", 10001),
        definition("in other case", "\"Account-Reset\"", 109111),
        definition("path", "\"../definitions/account-reset\"", 109111),
        definition("windows path", "\"..\\\\account-reset\"", 109111),
        definition("file name", "\"account-reset.json\"", 109111),
        definition("url", "\"http://127.0.0.1:1/x\"", 109111),
        definition("null character", "\"account-reset\\u0000\"", 109111),
        definition("space after", "\"account-reset \"", 109111),
        definition("pattern", "\"account-*\"", 109111),
        definition("query", "\"' OR '1'='1\"", 109111),
        definition("placeholder", "\"{{sms.api.client-secret}}\"", 109111),
        definition("expression", "\"${sysenv.PATH}\"", 109111),
        definition("lookup", "\"${jndi:ldap://127.0.0.1:1/a}\"", 109111),
        definition("long", "\"" + "d".repeat(10_000) + "\"", 109111),
        definition("not active", "\"retired-offer\"", 109111));
  }

  private static List<Case> texts() {
    return List.of(
        text("empty", "\"\"", 10005),
        text("white space", "\" \\n\"", 10005),
        text("number", "7", 10001),
        text("list", "[\"a\"]", 10001),
        text("half a character", "\"a\\ud800\"", 10005),
        text("unknown attribute", "\"Hello %%Nobody%%\"", 10002),
        text("open placeholder", "\"Hello %%FirstName\"", ACCEPTED),
        text("too many parts", "\"" + "x".repeat(1_600) + "\"", 10005),
        text("too many parts of emoji", "\"" + "\\ud83d\\ude00".repeat(400) + "\"", 10005),
        text("expression", "\"${body} ${sysenv.PATH}\"", ACCEPTED),
        text("placeholder of a property", "\"{{sms.api.client-secret}}\"", ACCEPTED),
        text("sql", "\"'); DROP TABLE message; --\"", ACCEPTED),
        text("html", "\"<script>alert(1)</script>\"", ACCEPTED),
        text("line breaks", "\"a\\r\\nContent-Length: 0\\r\\n\\r\\n\"", ACCEPTED));
  }

  private static List<Case> numbers() {
    return List.of(
        to("missing", "null", 109106),
        to("empty", "\"\"", 109106),
        to("white space", "\"\\u00a0\"", 109121),
        to("letters", "\"+1425555CALL\"", 109121),
        to("list", "[\"+14255550123\"]", 10001),
        to("object", "{\"number\":\"+14255550123\"}", 10001),
        to("boolean", "true", 10001),
        to("too short", "\"+1425\"", 109121),
        to("too long", "\"+" + "1".repeat(16) + "\"", 109121),
        to("very long", "\"" + "1".repeat(50_000) + "\"", 109121),
        to("negative", "-14255550123", 10001),
        to("power", "1.4255550123e10", 10001),
        to("huge power", "1e999999999", 10001),
        to("two numbers", "\"+14255550123,+14255550124\"", 109121),
        to("extension", "\"+14255550123;ext=5\"", 109121),
        to("uri", "\"tel:+14255550123\"", 109121),
        to("injection", "\"+14255550123\\r\\nX: y\"", 109121),
        to("null character", "\"+1425555\\u00000123\"", 109121),
        to("country that is none", "\"+999123456789\"", 109121),
        to("other digits", "\"+\\u0661\\u0664255550123\"", 109121),
        to("plus in the middle", "\"1425+5550123\"", 109121));
  }

  private static List<Case> contacts() {
    return List.of(
        contact("missing", "null", 109105),
        contact("empty", "\"\"", 109105),
        contact("white space", "\" \"", 109105),
        contact("list", "[]", 10001),
        contact("object", "{}", 10001),
        contact("half a character", "\"\\udc00\"", 10005),
        contact("formula", "\"=HYPERLINK(1)\"", ACCEPTED),
        contact("query", "\"' OR '1'='1\"", ACCEPTED),
        contact("line break", "\"a\\nb\"", ACCEPTED),
        contact("expression", "\"${body}\"", ACCEPTED),
        contact("null character", "\"a\\u0000b\"", ACCEPTED),
        contact("emoji", "\"\\ud83d\\ude00\"", ACCEPTED));
  }

  private static List<Case> attributes() {
    return List.of(
        attributes("attributes that are text", "\"FirstName=Ada\"", 10001),
        attributes("attributes that are a list", "[{\"FirstName\":\"Ada\"}]", 10001),
        attributes("attributes that are missing", "{}", 10002),
        attributes(
            "attributes of no name", "{\"\":1,\"FirstName\":\"a\",\"password\":\"p\"}", 10005),
        attributes(
            "attributes twice in other case",
            "{\"FirstName\":\"Ada\",\"firstname\":\"Eve\",\"password\":\"p\"}",
            10005),
        value("null", "null", 10002),
        value("list", "[1]", 10001),
        value("object", "{\"a\":1}", 10001),
        value("boolean", "true", ACCEPTED),
        value("number", "1.50", ACCEPTED),
        value("huge number", "1e400", 10001),
        value("number of 2000 digits", "1".repeat(2_000), 10001),
        value("half a character", "\"\\ud83d\"", 10005),
        value("script", "\"%%=RaiseError('x')=%%\"", 10005),
        value("placeholder", "\"%%FirstName%%\"", 10005),
        value("block", "\"%%[ SET @a = 1 ]%%\"", 10005),
        value("half of a placeholder", "\"50%%\"", 10005),
        value("expression", "\"${sysenv.PATH}\"", ACCEPTED),
        value("lookup", "\"${jndi:ldap://127.0.0.1:1/a}\"", ACCEPTED),
        value("property", "\"{{sms.api.client-secret}}\"", ACCEPTED),
        value("dollar group", "\"$1 \\\\1 \\\\\"", ACCEPTED),
        value("too long for the parts", "\"" + "v".repeat(5_000) + "\"", 10005),
        value("right to left", "\"\\u202egnp.exe\"", ACCEPTED),
        value("null character", "\"a\\u0000b\"", ACCEPTED));
  }

  private static String fields(int number) {
    return Stream.iterate(1, i -> i + 1)
        .limit(number)
        .map(i -> "\"f" + i + "\":" + i)
        .collect(Collectors.joining(","));
  }

  private static String nested(int depth) {
    return "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
  }

  @BeforeAll
  static void start() throws Exception {
    bundle = RunningBundle.startWithFiles(folder, RunningBundle.withBroker(folder));
    List<String> lines = new ArrayList<>();
    List<String> messages = new ArrayList<>();
    cases()
        .forEach(
            one -> {
              lines.add(one.standalone(one.key("row")));
              messages.add(one.standalone(one.key("jms")));
            });
    bundle.queue(messages);
    drop("hostile.ndjson", String.join("\n", lines) + "\n");
    readRows(lines.size());
    readMessages();
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private static void drop(String name, String content) throws IOException {
    Path part = Files.writeString(folder.resolve(name + ".part"), content);
    Files.move(part, folder.resolve("inbox").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void readRows(int rows) throws IOException {
    Path done = folder.resolve("done/hostile.ndjson");
    await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(done));
    List<Case> cases = cases().toList();
    for (String line :
        Files.readAllLines(folder.resolve("results/hostile.ndjson.results.ndjson"))) {
      JsonNode result = JSON.readTree(line);
      int code = result.path("code").asInt(ACCEPTED);
      assertThat(result.path("outcome").asText()).isEqualTo(code == 0 ? "ACCEPTED" : "REFUSED");
      assertThat(ROWS.put(cases.get(result.path("row").asInt() - 1).name(), code)).isNull();
    }
    assertThat(ROWS).hasSize(rows);
  }

  /** Those of the invalid queue; what is neither there nor sent has no outcome. */
  private static void readMessages() throws JMSException {
    Map<String, Case> byKey = cases().collect(Collectors.toMap(one -> one.key("jms"), one -> one));
    try (ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer refused = session.createConsumer(session.createQueue("sms.send.invalid"))) {
      connection.start();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                for (Message message = refused.receive(500);
                    message != null;
                    message = refused.receive(50)) {
                  // Not from its properties: a body that is no JSON has no key.
                  String name = byKey.get(message.getBody(String.class).split("\"")[3]).name();
                  assertThat(MESSAGES.put(name, message.getIntProperty("smsErrorCode")))
                      .as(name)
                      .isNull();
                }
                return MESSAGES.size() + sentOverJms() == byKey.size();
              });
    }
  }

  private static long sentOverJms() {
    return bundle.sandbox().messages().stream()
        .filter(sent -> sent.path("messageKey").asText().startsWith("jms-"))
        .count();
  }

  private static void assertSent(Case one, String channel) {
    int times =
        bundle.sandbox().find(one.key(channel)).map(sent -> sent.path("times").asInt()).orElse(0);
    assertThat(times).as("how often it was sent").isEqualTo(one.code() == ACCEPTED ? 1 : 0);
  }

  private static void assertAnswer(Case one, Reply reply, int code) {
    assertThat(reply.status()).as(reply.body()).isEqualTo(one.code() == ACCEPTED ? 202 : 400);
    assertThat(code).as(reply.body()).isEqualTo(one.code());
    assertThat(reply.body().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(32 * 1024);
    assertThat(reply.body()).doesNotContain("Exception", "\tat ", "dev.smsroutes");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("cases")
  void has_its_answer_over_http(Case one) {
    Reply reply = bundle.keyed(one.key("keyed"), one.keyed());

    assertAnswer(one, reply, reply.code());
    assertSent(one, "keyed");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("cases")
  void has_its_answer_over_http_among_many(Case one) {
    Reply reply = bundle.bare(one.bare(one.key("bare")));

    boolean noItems = reply.json().path("responses").isMissingNode();
    assertAnswer(
        one, reply, noItems ? reply.code() : reply.item(0).path("errorcode").asInt(ACCEPTED));
    assertSent(one, "bare");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("cases")
  void has_its_answer_in_a_file(Case one) {
    assertThat(ROWS.get(one.name())).isEqualTo(one.code());
    assertSent(one, "row");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("cases")
  void has_its_answer_over_jms(Case one) {
    assertThat(MESSAGES.getOrDefault(one.name(), ACCEPTED)).isEqualTo(one.code());
    await()
        .until(() -> one.code() != ACCEPTED || bundle.sandbox().find(one.key("jms")).isPresent());
    assertSent(one, "jms");
  }

  @Test
  void takes_an_honest_request_after_all_of_them() {
    assertThat(
            bundle
                .keyed("honest", "{" + DEFINITION + ",\"recipient\":{" + WHO + "," + VALUES + "}}")
                .status())
        .isEqualTo(202);
  }
}
