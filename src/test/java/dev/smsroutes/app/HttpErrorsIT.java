package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP itself defines keeps its status, and has the same JSON as every other error. */
class HttpErrorsIT {
  private static final Set<String> OUR_HEADERS =
      Set.of(
          "content-type",
          "content-length",
          "connection",
          "sms-routes-sandbox",
          "x-content-type-options",
          "cache-control",
          "retry-after",
          "allow",
          "accept-encoding");
  private static final String KEYED = "/messaging/v1/sms/messages/k";

  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start();
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private static void assertErrorShape(Reply reply) {
    assertThat(reply.header("Content-Type")).contains("application/json");
    assertThat(reply.json().path("requestId").asText()).matches("[0-9a-f-]{36}");
    assertThat(reply.json().path("errorcode").isInt()).isTrue();
    assertThat(reply.json().path("errorcode").asInt()).isPositive();
    assertThat(reply.message()).isNotBlank();
    assertThat(reply.json().path("errors").isArray()).isTrue();
    assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
    assertThat(reply.header("Cache-Control")).contains("no-store");
    assertThat(reply.body()).doesNotContain("Exception", "\\tat ", "java.", "camel", "vertx");
    assertSaysNothingElse(reply);
  }

  private static void assertSaysNothingElse(Reply reply) {
    assertThat(reply.headers().keySet())
        .allMatch(name -> OUR_HEADERS.contains(name.toLowerCase(Locale.ROOT)));
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /",
    "GET, /",
    "POST, /nope",
    "POST, //",
    "POST, /messaging/v1/sms",
    "POST, /messaging/v1/sms/messages/a/b",
    "POST, /messaging/v1/sms/definitions",
    "POST, /messaging/v1/email/messages/k",
    "POST, /MESSAGING/v1/sms/messages/k",
    "POST, /v2/token",
    "GET, /sandbox/messages",
    "GET, /observe/health",
    "GET, /favicon.ico",
    "POST, /proxy/messaging/v1/sms/messages/k",
    "POST, /messagingXv1/sms/messages/k",
  })
  void answers_404_on_any_other_path(String method, String path) {
    Reply reply =
        bundle.exchange(method, path, Requests.keyed(), "Content-Type", "application/json");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.code()).isEqualTo(30003);
    assertThat(reply.message()).contains("POST /messaging/v1/sms/messages/{messageKey}");
    assertErrorShape(reply);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /messaging/v1/sms/messages/k",
    "DELETE, /messaging/v1/sms/messages/k",
    "PATCH, /messaging/v1/sms/messages/k",
    "OPTIONS, /messaging/v1/sms/messages/k",
    "TRACE, /messaging/v1/sms/messages/k",
    "PROPFIND, /messaging/v1/sms/messages/k",
    "PUT, /messaging/v1/sms/messages/",
    "DELETE, /messaging/v1/sms/messages",
    "GET, /messaging/v1/sms/messages",
    "GET, /messaging/v1/sms/messages/",
  })
  void answers_405_and_allow_on_any_other_method(String method, String path) {
    Reply reply = bundle.exchange(method, path, "");

    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.header("Allow")).contains(path.equals(KEYED) ? "GET, POST" : "POST");
    assertThat(reply.code()).isEqualTo(30001);
    assertErrorShape(reply);
  }

  @Test
  void answers_405_to_head_without_a_body() {
    Reply reply =
        bundle.raw(
            ("HEAD " + KEYED + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));

    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.header("Allow")).contains("GET, POST");
    assertThat(reply.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain",
        "text/json",
        "text/html",
        "application/xml",
        "application/jsonx",
        "application/octet-stream",
        "application/vnd.api+json",
        "*/*",
        "application/*",
        "json",
        "application",
        "application/",
        "/json",
        "application/json, text/plain",
        "application/json garbage",
        "application/json; charset=latin1",
        "application/json; charset=ISO-8859-1",
        "application/json; charset=windows-1252",
        "application/json; charset=no-such-charset",
      })
  void answers_415_to_any_other_content_type(String type) {
    for (String path : new String[] {KEYED, RunningBundle.MESSAGES}) {
      Reply reply =
          bundle.exchange("POST", path, "definitionKey=account-reset", "Content-Type", type);

      assertThat(reply.status()).as(reply.body()).isEqualTo(415);
      assertThat(reply.code()).isEqualTo(10003);
      assertThat(reply.message()).contains("Content-Type: application/json");
      assertErrorShape(reply);
    }
  }

  @Test
  void answers_415_without_a_content_type() {
    Reply reply = bundle.exchange("POST", KEYED, Requests.keyed());

    assertThat(reply.status()).isEqualTo(415);
    assertErrorShape(reply);
  }

  @Test
  void takes_several_content_types_only_if_all_of_them_are_json() {
    String key = Requests.key();
    Reply same =
        bundle.rawPost(
            RunningBundle.MESSAGES + key, Requests.keyed(), "Content-Type: Application/Json");
    Reply other = bundle.rawPost(KEYED, Requests.keyed(), "Content-Type: text/plain");

    assertThat(same.status()).as(same.body()).isEqualTo(202);
    assertThat(other.status()).isEqualTo(415);
    assertErrorShape(other);
  }

  /** RFC 9110, section 15.5.16: the header that is meant, and what would do. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", "x-gzip", "br", "deflate", "zstd", "identity, gzip", "x"})
  void answers_415_to_a_body_that_is_encoded(String coding) {
    for (String path : new String[] {KEYED, RunningBundle.MESSAGES}) {
      Reply reply = bundle.post(path, Requests.keyed(), "Content-Encoding", coding);

      assertThat(reply.status()).as(reply.body()).isEqualTo(415);
      assertThat(reply.code()).isEqualTo(10003);
      assertThat(reply.message()).contains("Content-Encoding");
      assertThat(reply.header("Accept-Encoding")).contains("identity");
      assertErrorShape(reply);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "Identity", ""})
  void takes_a_body_that_says_that_it_is_not_encoded(String coding) {
    assertThat(
            bundle
                .rawPost(
                    RunningBundle.MESSAGES + Requests.key(),
                    Requests.keyed(),
                    "Content-Encoding: " + coding)
                .status())
        .isEqualTo(202);
  }

  @Test
  void says_that_a_body_is_compressed_when_no_header_says_so() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(Requests.keyed().toString().getBytes(StandardCharsets.UTF_8));
    }

    Reply reply = bundle.post(KEYED, bytes.toByteArray());

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(10004);
    assertThat(reply.message()).contains("gzip");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON",
        "APPLICATION/JSON;CHARSET=UTF-8",
        "application/json ; charset=utf-8",
        "application/json;charset = utf-8 ",
        "application/json;",
        "application/json;;charset=utf-8",
        "application/json; charset=utf8",
        "application/json; charset=us-ascii",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json; odata=verbose",
        "application/json; odata=\"a;b\"",
      })
  void reads_json_in_every_spelling_of_its_type(String type) {
    String key = Requests.key();
    String body = Requests.keyed().toString().replace("Ada", "Adä");

    Reply reply = bundle.exchange("POST", RunningBundle.MESSAGES + key, body, "Content-Type", type);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().message(key).path("text").asText()).startsWith("Adä,");
  }

  @Test
  void answers_413_to_a_body_with_a_large_content_length() {
    Reply reply =
        bundle.raw(
            ("POST "
                    + KEYED
                    + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 4194305\r\n\r\n{")
                .getBytes(StandardCharsets.US_ASCII));

    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.header("Connection")).contains("close");
    assertErrorShape(reply);
  }

  @Test
  void answers_413_to_a_body_that_turns_out_too_long() throws IOException {
    try (Socket socket = bundle.connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST "
                  + KEYED
                  + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
      try {
        for (int i = 0; i < 65; i++) {
          out.write(chunk.getBytes(StandardCharsets.US_ASCII));
        }
        out.flush();
      } catch (SocketException e) {
        // It need not read what it does not want.
      }
      byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 413".length());
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void answers_413_to_a_client_that_is_still_writing() {
    String body = Requests.keyed() + " ".repeat(6 * 1024 * 1024);

    assertThat(bundle.keyed("k", body).status()).isEqualTo(413);
  }

  @Test
  void takes_a_body_of_4_mb_for_many_recipients_and_of_256_kb_for_one() {
    String many = Requests.bare(Requests.recipient(Requests.key())).toString();
    String one = Requests.keyed().toString();

    assertThat(bundle.bare(many + " ".repeat(4 * 1024 * 1024 - many.length())).status())
        .isEqualTo(202);
    assertThat(bundle.keyed(Requests.key(), one + " ".repeat(256 * 1024 - one.length())).status())
        .isEqualTo(202);
  }

  @Test
  void answers_413_to_a_longer_body_and_names_the_key() {
    Reply one = bundle.keyed(Requests.key(), Requests.keyed() + " ".repeat(256 * 1024));
    Reply many = bundle.bare(Requests.bare(Requests.recipient()) + " ".repeat(4 * 1024 * 1024));

    assertThat(one.status()).isEqualTo(413);
    assertThat(one.message()).contains("262144 bytes (sms.http.max-keyed-body-bytes)");
    assertErrorShape(one);
    assertThat(many.status()).isEqualTo(413);
    assertThat(many.message()).contains("4194304 bytes (sms.http.max-body-bytes)");
    assertErrorShape(many);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "POST /messaging/v1/sms/messages/k HTTP/1.1\r\nNo colon\r\n\r\n",
        "POST /messaging/v1/sms/messages/k HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST /messaging/v1/sms/messages/k HTTP/1.1\r\nContent-Length: 2\r\n"
            + "Content-Length: 3\r\n\r\n{}",
      })
  void answers_400_to_what_is_no_http(String request) {
    Reply reply = bundle.raw(request.getBytes(StandardCharsets.US_ASCII));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.header("Connection")).contains("close");
    assertErrorShape(reply);
  }

  /** The longest key there is has 1,200 bytes. */
  @Test
  void answers_414_to_an_endless_path() {
    Reply reply = bundle.rawPost(KEYED + "x".repeat(5000), Requests.keyed());

    assertThat(reply.status()).isEqualTo(414);
    assertThat(reply.message()).contains("at most 4096 bytes");
    assertErrorShape(reply);
  }

  /** Tokens behind gateways: one header of that length, or many together. */
  @Test
  void takes_15_kilobytes_of_headers() {
    Reply one =
        bundle.rawPost(
            RunningBundle.MESSAGES + Requests.key(),
            Requests.keyed(),
            "Authorization: Bearer " + "x".repeat(15_000));
    Reply many =
        bundle.rawPost(
            RunningBundle.MESSAGES + Requests.key(),
            Requests.keyed(),
            headers("x".repeat(1_480), 10));

    assertThat(one.status()).as(one.body()).isEqualTo(202);
    assertThat(many.status()).as(many.body()).isEqualTo(202);
  }

  @Test
  void answers_431_to_more_than_16_kilobytes_of_headers() {
    for (int length : new int[] {17_000, 300_000}) {
      Reply one = bundle.rawPost(KEYED, Requests.keyed(), "X-Token: " + "x".repeat(length));
      Reply many =
          bundle.rawPost(KEYED, Requests.keyed(), headers("x".repeat(1_000), length / 1_000));

      for (Reply reply : new Reply[] {one, many}) {
        assertThat(reply.status()).isEqualTo(431);
        assertThat(reply.code()).isEqualTo(10000);
        assertThat(reply.message()).contains("at most 16384 bytes");
        assertErrorShape(reply);
      }
    }
  }

  private static String[] headers(String value, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "X-Token-" + i + ": " + value)
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /messaging/v1/sms/messages/k HTTP/1.1\r\nConnection: close\r\n\r\n",
        "POST /messaging/v1/sms/messages/k HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nExpect: x\r\nContent-Length: 2\r\n\r\n{}",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      })
  void answers_what_http_does_not_allow_in_the_same_shape(String request) {
    Reply reply = bundle.raw(request.getBytes(StandardCharsets.US_ASCII));

    assertThat(reply.status()).isBetween(400, 417);
    assertErrorShape(reply);
  }

  @ParameterizedTest
  @CsvSource({
    "/messaging/v1/sms/messages/echo-, 202",
    "/messaging/v1/sms/messages/., 400",
    "/x, 404"
  })
  void echoes_no_header(String path, int status) {
    Reply reply =
        bundle.rawPost(
            path + (status == 202 ? Requests.key() : ""),
            Requests.keyed(),
            "X-Echo: echo",
            "Authorization: Bearer secret-of-the-caller",
            "Cookie: session=secret-of-the-caller",
            "Referer: https://evil.example",
            "Accept: text/html",
            "Accept-Encoding: gzip");

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.header("Content-Type")).contains("application/json");
    assertSaysNothingElse(reply);
    assertThat(reply.body()).doesNotContain("secret-of-the-caller", "evil");
  }
}
