package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.sandbox.Caller.CallerReply;
import dev.smsroutes.testing.SettableClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedSendIT {
  private final SettableClock clock = new SettableClock();
  private Sandbox sandbox;
  private Caller caller;

  @BeforeEach
  void start() {
    sandbox =
        Sandbox.start(
            SandboxOptions.defaults()
                .withPort(0)
                .withClock(clock)
                .withDefinition("welcome", "Hello %%firstname%%"));
    caller = new Caller(sandbox).signedIn();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void accepts_a_good_request_and_answers_as_the_api_does() {
    CallerReply reply = caller.send("k1");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("Content-Type")).startsWith("application/json");
    JsonNode json = reply.json();
    assertThat(json.get("requestId").textValue()).matches("[0-9a-f-]{36}");
    assertThat(json.get("errorcode").isInt()).isTrue();
    assertThat(json.get("errorcode").intValue()).isZero();
    assertThat(json.get("responses").toString()).isEqualTo("[{\"messageKey\":\"k1\"}]");
  }

  static Stream<String> hostileKeys() {
    return Stream.of(
        "a/b",
        "a?b#c",
        "%2F",
        "100%",
        "a b",
        "a+b",
        "{{env:HOME}}",
        "${jndi:x}",
        "grüße 🎉",
        "€".repeat(100),
        "🎉".repeat(100),
        "..a",
        "a;b=c",
        "a\\b",
        "a&b=c",
        "line\nbreak",
        "\u0000");
  }

  @ParameterizedTest
  @MethodSource("hostileKeys")
  void takes_a_hostile_key_byte_for_byte(String key) {
    CallerReply reply = caller.send(key);
    assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    assertThat(reply.json().at("/responses/0/messageKey").textValue()).isEqualTo(key);
    JsonNode arrived = caller.arrived(key);
    assertThat(arrived.get("messageKey").textValue()).isEqualTo(key);
    assertThat(arrived.get("path").textValue()).isEqualTo(Caller.MESSAGES + Caller.encoded(key));
    assertThat(caller.get(Caller.MESSAGES + Caller.encoded(key)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "%zz,400,109108",
    "a%,400,109108",
    "a%4,400,109108",
    "%FF%FE,400,109108",
    "%2E%2E,400,109108",
    ".,400,109108",
    "a/b,404,30003",
    "a/../b,404,30003"
  })
  void refuses_a_path_that_is_not_one_encoded_step(String step, int status, int code)
      throws IOException {
    String answer = raw(Caller.MESSAGES + step);
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("\"errorcode\":" + code);
    assertThat(caller.count()).isZero();
  }

  @Test
  void accepts_the_absolute_form_of_a_target() throws IOException {
    assertThat(raw("http://api.example" + Caller.MESSAGES + "k1?x=1")).startsWith("HTTP/1.1 202 ");
    assertThat(caller.arrived("k1").get("path").textValue()).isEqualTo(Caller.MESSAGES + "k1");
  }

  /** What no decent client would send. */
  private String raw(String target) throws IOException {
    byte[] body = Caller.good().getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + target
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nAuthorization: Bearer "
            + caller.token
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    try (Socket socket = new Socket("127.0.0.1", sandbox.port())) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
      socket.getOutputStream().write(out.toByteArray());
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static Stream<Arguments> refusals() {
    String recipient = "'recipient':{'contactKey':'c','to':'49151'}";
    String start = "{'definitionKey':'welcome',";
    return Stream.of(
        Arguments.of("{", 10004),
        Arguments.of("", 10004),
        Arguments.of("{} {}", 10004),
        Arguments.of("[]", 10001),
        Arguments.of(
            "{'definitionKey':'welcome','recipients':[{'contactKey':'c','to':'49151'}]}", 109122),
        Arguments.of(start + recipient + ",'colour':'red'}", 109122),
        Arguments.of(start + "'recipient':{'contactKey':'c','to':'49151','x':1}}", 109122),
        Arguments.of(
            start + "'recipient':{'contactKey':'c','to':'49151','messageKey':'k'}}", 109122),
        Arguments.of(start + recipient + ",'content':{'text':'x'}}", 109122),
        Arguments.of(start + recipient + ",'subscriptions':{'keyword':'x'}}", 109122),
        Arguments.of("{" + recipient + "}", 109107),
        Arguments.of("{'definitionKey':''," + recipient + "}", 109107),
        Arguments.of("{'definitionKey':'other'," + recipient + "}", 109111),
        Arguments.of("{'definitionKey':7," + recipient + "}", 10001),
        Arguments.of("{'definitionKey':'welcome'}", 109102),
        Arguments.of(start + "'recipient':[]}", 10001),
        Arguments.of(start + "'recipient':{'to':'49151'}}", 109105),
        Arguments.of(start + "'recipient':{'contactKey':' ','to':'49151'}}", 109105),
        Arguments.of(start + "'recipient':{'contactKey':'c'}}", 109106),
        Arguments.of(start + "'recipient':{'contactKey':'c','to':''}}", 109106),
        Arguments.of(start + "'recipient':{'contactKey':'c','to':49151}}", 10001),
        Arguments.of(start + "'recipient':{'contactKey':'c','to':'+49151'}}", 109121),
        Arguments.of(start + "'recipient':{'contactKey':'c','to':'49 151'}}", 109121),
        Arguments.of(start + "'recipient':{'contactKey':'c','to':'٤٩١٥١'}}", 109121),
        Arguments.of(start + "'recipient':{'contactKey':'c','to':'1234567890123456'}}", 109121),
        Arguments.of(start + "'recipient':{'contactKey':'c','to':'49151','attributes':[]}}", 10001),
        Arguments.of(
            start + "'recipient':{'contactKey':'c','to':'49151','attributes':{'a':{}}}}", 10001),
        Arguments.of(start + recipient + ",'content':{'message':7}}", 10001),
        Arguments.of(start + recipient + ",'subscriptions':{'resubscribe':true}}", 109116),
        Arguments.of(start + recipient + ",'subscriptions':{'resubscribe':'yes'}}", 10001));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void refuses_with_the_apis_code(String body, int code) {
    CallerReply reply = caller.send("k1", body.replace('\'', '"'));
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).as(reply.text()).isEqualTo(code);
    assertThat(reply.json().get("message").textValue()).startsWith("MCMS_UTM_");
    assertThat(reply.json().get("documentation").textValue()).isEmpty();
    assertThat(caller.count()).isZero();
  }

  @Test
  void refuses_a_key_longer_than_100_characters() {
    assertThat(caller.send("k".repeat(100)).status()).isEqualTo(202);
    assertThat(caller.send("k".repeat(101)).code()).isEqualTo(109108);
    assertThat(caller.send("k".repeat(20_000)).code()).isEqualTo(109108);
  }

  @Test
  void refuses_a_key_used_in_the_last_72_hours() {
    caller.send("k1");
    clock.forward(Duration.ofHours(72).minusMillis(1));
    CallerReply second = caller.signedIn().send("k1");
    assertThat(second.status()).isEqualTo(400);
    assertThat(second.code()).isEqualTo(109110);
    assertThat(caller.arrived("k1").get("times").intValue()).isEqualTo(1);
    assertThat(caller.arrived("k1").get("duplicates").intValue()).isEqualTo(1);

    clock.forward(Duration.ofMillis(1));
    assertThat(caller.send("k1").status()).isEqualTo(202);
    assertThat(caller.arrived("k1").get("times").intValue()).isEqualTo(2);
    assertThat(caller.count()).isEqualTo(1);
    assertThat(caller.get("/sandbox/messages").json().get("messages")).hasSize(1);
  }

  @Test
  void a_refused_request_does_not_use_up_its_key() {
    assertThat(caller.send("k1", "{}").code()).isEqualTo(109107);
    assertThat(caller.send("k1").status()).isEqualTo(202);
  }

  @Test
  void reports_a_duplicate_as_202_when_switched() {
    caller.settings("{\"duplicates\":\"202\"}");
    caller.send("k1");
    CallerReply second = caller.send("k1");
    assertThat(second.status()).isEqualTo(202);
    assertThat(second.code()).isEqualTo(109001);
    assertThat(second.json().at("/responses/0/messageKey").textValue()).isEqualTo("k1");
    assertThat(second.json().at("/responses/0/errorcode").intValue()).isEqualTo(109110);
    assertThat(second.json().at("/responses/0/message").textValue()).startsWith("MCMS_UTM_");
    assertThat(caller.send("k2", "{}").status()).isEqualTo(400);
  }

  @Test
  void reports_the_other_codes_as_202_when_switched() {
    caller.settings("{\"codesAs\":\"202\"}");
    CallerReply refused = caller.send("k1", "{}");
    assertThat(refused.status()).isEqualTo(202);
    assertThat(refused.code()).isEqualTo(109001);
    assertThat(refused.json().at("/responses/0/errorcode").intValue()).isEqualTo(109107);
    assertThat(caller.send("k1", "{").status()).as("10004 is no 1091xx").isEqualTo(400);
    caller.send("k1");
    assertThat(caller.send("k1").status()).as("a duplicate has its own switch").isEqualTo(400);
  }

  @Test
  void accepts_a_leading_plus_when_switched() {
    caller.settings("{\"plus\":\"accept\"}");
    String body = Caller.good().replace("\"4915", "\"+4915");
    assertThat(caller.send("k1", body).status()).isEqualTo(202);
    assertThat(caller.arrived("k1").get("to").textValue()).isEqualTo("+4915112345678");
  }

  @Test
  void resubscribes_when_the_definition_has_a_keyword() {
    caller.call(
        "POST",
        Caller.DEFINITIONS,
        """
        {"definitionKey":"with","content":{"message":"Hi"},"subscriptions":{"keyword":"JOIN"}}""");
    CallerReply reply =
        caller.send(
            "k1",
            """
            {"definitionKey":"with","recipient":{"contactKey":"c","to":"49151"},
             "subscriptions":{"resubscribe":true}}""");
    assertThat(reply.status()).isEqualTo(202);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded"})
  void refuses_another_content_type(String type) throws IOException {
    Caller.CallerReply reply = callAs(type);
    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.json().has("errorcode")).isTrue();
  }

  private CallerReply callAs(String type) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", sandbox.port())) {
      String head =
          "POST "
              + Caller.MESSAGES
              + "k1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
              + type
              + "\r\nAuthorization: Bearer "
              + caller.token
              + "\r\nContent-Length: 2\r\n\r\n{}";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new CallerReply(
          Integer.parseInt(answer.substring(9, 12)),
          answer.substring(answer.indexOf("\r\n\r\n") + 4),
          null);
    }
  }

  @Test
  void answers_404_and_405_in_json() {
    assertThat(caller.get("/nothing").status()).isEqualTo(404);
    assertThat(caller.get("/nothing").json().has("message")).isTrue();
    assertThat(caller.get("/messaging/v1/email/messages/k").status()).isEqualTo(404);
    CallerReply put = caller.call("PUT", Caller.MESSAGES + "k1", "{}");
    assertThat(put.status()).isEqualTo(405);
    assertThat(put.header("Allow")).isEqualTo("GET, POST");
    assertThat(put.json().has("errorcode")).isTrue();
    assertThat(caller.get("/v2/token").status()).isEqualTo(405);
  }

  @ParameterizedTest
  @CsvSource({"string,errorcode,STRING", "errorCode,errorCode,NUMBER", "number,errorcode,NUMBER"})
  void writes_the_error_code_as_switched(String how, String name, String type) {
    caller.settings("{\"errorcode\":\"" + how + "\"}");
    JsonNode accepted = caller.send("k1").json();
    assertThat(accepted.get(name).getNodeType()).hasToString(type);
    assertThat(accepted.get(name).asInt(-1)).isZero();
    JsonNode refused = caller.send("k1").json();
    assertThat(refused.get(name).getNodeType()).hasToString(type);
    assertThat(refused.get(name).asInt()).isEqualTo(109110);
  }

  @Test
  void refuses_a_body_beyond_the_limit_with_413() {
    try (Sandbox small =
        Sandbox.start(SandboxOptions.defaults().withPort(0).withMaxBodyBytes(1000))) {
      Caller other = new Caller(small).signedIn();
      CallerReply reply = other.send("k1", " ".repeat(1001));
      assertThat(reply.status()).isEqualTo(413);
      assertThat(reply.json().has("errorcode")).isTrue();
      assertThat(other.send("k1", " ".repeat(1000)).status()).isEqualTo(400);
    }
  }
}
