package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A message key may hold any character, and none of them may mean anything on the way. */
class HostileKeysIT {
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start();
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
  }

  static Stream<String> keys() {
    return Stream.of(
        "a/b",
        "/",
        "//",
        "a//b/",
        "a?b#c",
        "?messageKey=x",
        "%2F",
        "%252F",
        "%",
        "%%FirstName%%",
        "100%",
        "%zz",
        "{{env:HOME}}",
        "{{?env:HOME}}",
        "${env:HOME}",
        "${sysenv.HOME}",
        "${body}",
        "{{sms.api.client-secret}}",
        "RAW(secret)",
        "$simple{body}",
        "a b",
        " a",
        "a ",
        "\u00a0",
        "a+b",
        "a;b=c",
        "a&b=c",
        "a\\b",
        "..\\..",
        "\"quoted\"",
        "'quoted'",
        "<a href>",
        "`|^[]",
        "*",
        ":messageKey",
        "{messageKey}",
        "...",
        "../",
        "..%2F",
        "./x",
        "../../definitions/account-reset",
        ".hidden",
        "~",
        "a\u0000b",
        "a\r\nX-Injected: yes\r\n\r\n",
        " ",
        "\t",
        "\u007f",
        "\u0085",
        "\ufeff",
        "é",
        "e\u0301",
        "ключ",
        "鍵",
        "😀👩‍👩‍👧",
        "€".repeat(100),
        "😀".repeat(100),
        "%2F".repeat(33));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("keys")
  void arrives_at_the_api_byte_for_byte(String key) {
    Reply reply = bundle.keyed(key, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.item(0).path("messageKey").asText()).isEqualTo(key);
    assertThat(bundle.sandbox().message(key).path("messageKey").asText()).isEqualTo(key);
    assertThat(bundle.sandbox().message(key).path("path").asText())
        .isEqualTo(RunningBundle.MESSAGES + RunningBundle.encode(key));
    assertThat(bundle.sandbox().message(key).path("headers").has("x-injected")).isFalse();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("keys")
  void arrives_at_the_api_byte_for_byte_from_the_bare_route(String key) {
    Reply reply = bundle.bare(Requests.bare(Requests.recipient(key)));

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.item(0).path("messageKey").asText()).isEqualTo(key);
    assertThat(bundle.sandbox().message(key).path("path").asText())
        .isEqualTo(RunningBundle.MESSAGES + RunningBundle.encode(key));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("keys")
  void is_found_again_under_the_same_key(String key) {
    bundle.keyed(key, Requests.keyed());

    Reply reply = bundle.status(key);

    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    assertThat(reply.json().path("messageKey").asText()).isEqualTo(key);
    Reply other = bundle.status(key + "x");
    assertThat(other.status()).isEqualTo(404);
    assertThat(other.json().path("messageKey").asText()).isEqualTo(key + "x");
  }

  /** What may stand in a path as it is need not be encoded, and a plus there is a plus. */
  @ParameterizedTest
  @ValueSource(strings = {"a+b", "a;b=c", "a:b@c", "a,b", "(a)", "a!b$c&d'e*f", "a=b", "~a_b-c.d"})
  void takes_a_key_that_is_not_encoded(String key) {
    Reply reply = bundle.rawPost(RunningBundle.MESSAGES + key, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().find(key)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"%61b", "%2D", "%7e", "%c3%a9"})
  void takes_a_key_that_is_encoded_more_than_it_must_be(String encoded) {
    Reply reply = bundle.rawPost(RunningBundle.MESSAGES + encoded, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().messages()).hasSize(1);
  }

  /**
   * {@code .} and {@code ..} are taken out of a path by every HTTP server, encoded or not, so they
   * name another resource: the bare route, which has no {@code recipient}, and nothing at all.
   */
  @Test
  void takes_a_dot_in_the_path_for_a_step() {
    for (String dot : new String[] {".", "%2E", "%2e"}) {
      Reply one = bundle.rawPost(RunningBundle.MESSAGES + dot, Requests.keyed());
      assertThat(one.status()).isEqualTo(400);
      assertThat(one.code()).isEqualTo(109122);
      assertThat(one.fields()).contains("recipient");
    }
    for (String dots : new String[] {"..", "%2E%2E", ".%2e"}) {
      Reply two = bundle.rawPost(RunningBundle.MESSAGES + dots, Requests.keyed());
      assertThat(two.status()).isEqualTo(404);
    }
    assertThat(bundle.sandbox().calls()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {".", ".."})
  void refuses_a_dot_as_a_key_of_the_bare_route(String key) {
    Reply reply = bundle.bare(Requests.bare(Requests.recipient(key)));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.item(0).path("errorcode").asInt()).isEqualTo(109108);
  }

  /** Read leniently, two different keys would become the same replacement character. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "%FF",
        "%C3",
        "a%80b",
        "%ED%A0%80",
        "%C0%AF",
        "%F8%88%80%80%80",
        "\u00c3\u00a9",
        "\u00e9"
      })
  void refuses_a_key_that_is_not_utf_8(String encoded) {
    Reply reply = bundle.rawPost(RunningBundle.MESSAGES + encoded, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(109108);
    assertThat(bundle.sandbox().calls()).isZero();
  }

  /** Vert.x finds it before any of our handlers does. */
  @ParameterizedTest
  @ValueSource(strings = {"%", "%4", "%zz", "a%", "%u0041"})
  void answers_a_broken_escape_in_our_own_shape(String encoded) {
    Reply reply = bundle.rawPost(RunningBundle.MESSAGES + encoded, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(109108);
    assertThat(reply.json().path("requestId").asText()).isNotBlank();
    assertThat(bundle.sandbox().calls()).isZero();
  }

  /** Half of a surrogate pair cannot be written in UTF-8: it would arrive as a question mark. */
  @Test
  void refuses_a_key_that_utf_8_cannot_write() {
    Reply reply =
        bundle.bare(
            Requests.bare(Requests.recipient("KEY")).toString().replace("KEY", "a\\ud800b"));

    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    assertThat(reply.item(0).path("errorcode").asInt()).isEqualTo(109108);
    assertThat(bundle.sandbox().calls()).isZero();
  }
}
