package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing that a stranger writes into headers or query changes what is done, and nothing of it goes
 * on to the API: one test for each advisory about HTTP, and the headers by which Camel is steered.
 */
class HttpAdvisoriesIT {
  private static final Set<String> ITS_HEADERS =
      Set.of(
          "host", "user-agent", "content-type", "content-length", "connection", "accept-encoding");

  private static RunningBundle bundle;
  private static HttpServer elsewhere;
  private static final AtomicInteger STRAYED = new AtomicInteger();

  @BeforeAll
  static void start() throws IOException {
    bundle =
        RunningBundle.start("sms.api.client-secret", "the-canary", "sms.sandbox.enabled", "true");
    elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    elsewhere.createContext(
        "/",
        exchange -> {
          STRAYED.incrementAndGet();
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    elsewhere.start();
  }

  @AfterAll
  static void stop() {
    bundle.close();
    elsewhere.stop(0);
  }

  @BeforeEach
  void forget() {
    bundle.forget();
    STRAYED.set(0);
  }

  private static String elsewhere() {
    return "http://127.0.0.1:" + elsewhere.getAddress().getPort();
  }

  /** What steers Camel when it stands in a header. */
  static Stream<String[]> steering() {
    return Stream.of(
        new String[] {"CamelHttpUri", elsewhere() + "/uri"},
        new String[] {"CamelHttpUrl", elsewhere() + "/url"},
        new String[] {"CamelRestHttpUri", elsewhere() + "/rest"},
        new String[] {"CamelHttpPath", "/elsewhere"},
        new String[] {"CamelHttpQuery", "access_token=x"},
        new String[] {"CamelHttpRawQuery", "access_token=x"},
        new String[] {"CamelHttpMethod", "DELETE"},
        new String[] {"CamelHttpResponseCode", "299"},
        new String[] {"CamelHttpResponseText", "Fine"},
        new String[] {"CamelHttpCharacterEncoding", "UTF-16"},
        new String[] {"CamelHttpHost", "elsewhere"},
        new String[] {"CamelHttpScheme", "ftp"},
        new String[] {"CamelHttpPort", "1"},
        new String[] {"CamelRedeliveryDelay", "600000"},
        new String[] {"CamelRedeliveryCounter", "99"},
        new String[] {"CamelRedelivered", "true"},
        new String[] {"CamelRedeliveryMaxCounter", "0"},
        new String[] {"CamelRedeliveryExhausted", "true"},
        new String[] {"CamelBeanMethodName", "failed"},
        new String[] {"CamelBeanParameterMappingEnabled", "true"},
        new String[] {"CamelMethodName", "failed"},
        new String[] {"CamelExecCommandExecutable", "/bin/false"},
        new String[] {"CamelFileName", "../../escaped"},
        new String[] {"CamelOverruleFileName", "../../escaped"},
        new String[] {"CamelSplitSize", "0"},
        new String[] {"CamelExceptionCaught", "x"},
        new String[] {"CamelRouteStop", "true"},
        new String[] {"CamelRollbackOnly", "true"},
        new String[] {"CamelCharsetName", "UTF-16"},
        new String[] {"CamelJacksonUnmarshalType", "java.lang.Runtime"},
        new String[] {"CamelToDynamicEndpoint", elsewhere()},
        new String[] {"CamelRoutingSlip", elsewhere()},
        new String[] {"recipientListHeader", elsewhere()},
        new String[] {"messageKey", "another-key"},
        new String[] {"smsRequestId", "another-id"},
        new String[] {"Authorization", "Bearer the-callers-own"},
        new String[] {"Cookie", "session=the-callers-own"},
        new String[] {"Proxy-Authorization", "Basic the-callers-own"},
        new String[] {"X-HTTP-Method-Override", "DELETE"},
        new String[] {"X-Forwarded-Host", "elsewhere"},
        new String[] {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        new String[] {"X-Anything", "at all"});
  }

  static List<String> spellings(String name) {
    Set<String> spellings = new TreeSet<>(List.of(name));
    spellings.add(name.toLowerCase(Locale.ROOT));
    spellings.add(name.toUpperCase(Locale.ROOT));
    StringBuilder mixed = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      String character = name.substring(i, i + 1);
      mixed.append(
          i % 2 == 0 ? character.toLowerCase(Locale.ROOT) : character.toUpperCase(Locale.ROOT));
    }
    spellings.add(mixed.toString());
    spellings.add(name.replaceFirst("^Camel", "CAmel"));
    spellings.add(name.replaceFirst("^Camel", "cAmEl"));
    return new ArrayList<>(spellings);
  }

  /** The call as the API always sees it for {@link Requests#keyed()}. */
  private static void assertOrdinaryCall(String key, Reply reply) {
    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.item(0).path("messageKey").asText()).isEqualTo(key);
    assertThat(bundle.sandbox().messages()).hasSize(1);
    JsonNode message = bundle.sandbox().message(key);
    assertThat(message.path("path").asText()).isEqualTo(RunningBundle.MESSAGES + key);
    assertThat(message.path("text").asText()).isEqualTo("Ada, your 2FA token is 31415");
    assertThat(message.path("times").asInt()).isEqualTo(1);
    assertThat(message.path("headers").fieldNames())
        .toIterable()
        .allMatch(name -> ITS_HEADERS.contains(name));
    assertThat(message.toString()).doesNotContain("elsewhere", "the-callers-own", "the-canary");
    assertThat(STRAYED).hasValue(0);
  }

  /** CVE-2025-27636 and CVE-2025-29891: spelt {@code CAmel…}, such headers once came through. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("steering")
  void cve_2025_27636_no_header_steers_in_any_spelling(String name, String value) {
    for (String spelling : spellings(name)) {
      bundle.forget();
      String key = Requests.key();

      Reply reply =
          bundle.rawPost(RunningBundle.MESSAGES + key, Requests.keyed(), spelling + ": " + value);

      assertOrdinaryCall(key, reply);
    }
  }

  /** CVE-2025-29891: query parameters become headers. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("steering")
  void cve_2025_29891_no_query_parameter_steers_in_any_spelling(String name, String value) {
    for (String spelling : spellings(name)) {
      bundle.forget();
      String key = Requests.key();

      Reply reply =
          bundle.rawPost(
              RunningBundle.MESSAGES + key + "?" + spelling + "=" + RunningBundle.encode(value),
              Requests.keyed());

      assertOrdinaryCall(key, reply);
    }
  }

  @Test
  void nothing_steers_the_bare_route_either() {
    List<String> headers = new ArrayList<>();
    StringBuilder query = new StringBuilder("?x=y");
    steering()
        .forEach(
            header -> {
              headers.add(header[0] + ": " + header[1]);
              query.append('&').append(header[0]).append('=');
              query.append(RunningBundle.encode(header[1]));
            });
    String key = Requests.key();

    Reply reply =
        bundle.rawPost(
            RunningBundle.MESSAGES + query,
            Requests.bare(Requests.recipient(key)),
            headers.toArray(String[]::new));

    assertOrdinaryCall(key, reply);
  }

  /** Names that reach Camel through the body are names of attributes, and nothing else. */
  @Test
  void an_attribute_with_the_name_of_a_control_header_steers_nothing() {
    String key = Requests.key();
    String body =
        Requests.keyed()
            .toString()
            .replace(
                "\"FirstName\"",
                "\"CamelHttpUri\":\"" + elsewhere() + "\",\"CamelHttpPath\":\"/x\",\"FirstName\"");

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).isEqualTo(202);
    assertThat(bundle.sandbox().message(key).path("path").asText())
        .isEqualTo(RunningBundle.MESSAGES + key);
    assertThat(STRAYED).hasValue(0);
  }

  /** CVE-2026-40022: no check depends on the exact spelling of the context path. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "//messaging/v1/sms/messages/k",
        "/./messaging/v1/sms/messages/k",
        "/x/../messaging/v1/sms/messages/k",
        "/messaging/v1/sms/messages/x/../k",
        "/%6dessaging/v1/sms/messages/k",
        "/messaging/v1/sms/messages/k/",
        "/messaging/v1/sms/messages/k?x#y",
        "/messaging;x=y/v1/sms/messages/k",
        "/messaging/v1/sms/messages/k;x=y",
        "http://elsewhere/messaging/v1/sms/messages/k",
      })
  void cve_2026_40022_no_spelling_of_the_path_avoids_the_rules(String target) {
    Reply reply = bundle.rawPost(target, "{}");

    // Either it is the route, with all its rules, or it is nothing.
    assertThat(reply.status()).as(reply.body()).isIn(400, 403, 404);
    assertThat(reply.header("Content-Type")).contains("application/json");
    assertThat(bundle.sandbox().calls()).isZero();
  }

  /** CVE-2026-78164: a placeholder in a header was resolved, and secrets leaked to the API. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{sms.api.client-secret}}",
        "{{env:PATH}}",
        "{{sys:user.home}}",
        "${properties:sms.api.client-secret}",
        "${env.PATH}"
      })
  void cve_2026_78164_no_placeholder_is_resolved(String placeholder) {
    String text = "x " + placeholder;
    String[] headers = {
      "CamelHttpUri: " + elsewhere() + "/" + placeholder,
      "camelhttppath: /" + placeholder,
      "CAMELHTTPQUERY: q=" + placeholder,
      "X-Anything: " + placeholder
    };
    bundle.forget();

    Reply reply =
        bundle.rawPost(
            RunningBundle.MESSAGES + RunningBundle.encode(placeholder),
            Requests.keyed().set("content", Requests.json("{}").put("message", text)),
            headers);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    JsonNode message = bundle.sandbox().message(placeholder);
    assertThat(message.path("text").asText()).isEqualTo(text);
    assertThat(message.toString()).doesNotContain("the-canary", System.getenv("PATH"));
    assertThat(reply.body()).doesNotContain("the-canary", System.getenv("PATH"));
    assertThat(STRAYED).hasValue(0);
  }

  /** CVE-2026-85251: credentials follow a redirect. */
  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void cve_2026_85251_no_redirect_is_followed(int status) {
    String fault =
        "{\"status\": " + status + ", \"headers\": {\"Location\": \"" + elsewhere() + "/\"}}";
    bundle.sandbox().faults(fault);

    Reply reply = bundle.keyed(Requests.key(), Requests.keyed());

    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.code()).isEqualTo(30000);
    assertThat(reply.header("Location")).isEmpty();
    assertThat(bundle.sandbox().sends()).isEqualTo(2);
    assertThat(STRAYED).hasValue(0);
  }

  /** CVE-2026-85251, of the token request, which carries the secret itself. */
  @ParameterizedTest
  @ValueSource(ints = {302, 307})
  void cve_2026_85251_no_redirect_of_the_token_request_is_followed(int status) {
    try (RunningBundle own = RunningBundle.start()) {
      own.sandbox()
          .faults(
              "{\"on\": \"token\", \"status\": "
                  + status
                  + ", \"headers\": {\"Location\": \""
                  + elsewhere()
                  + "/v2/token\"}}");

      assertThat(own.keyed("k", Requests.keyed()).status()).isEqualTo(500);
      assertThat(STRAYED).hasValue(0);
    }
  }

  /** CVE-2026-84176: an origin was reflected. CVE-2026-85316: paths that begin with proxy. */
  @Test
  void cve_2026_84176_no_origin_is_reflected() {
    Reply reply =
        bundle.rawPost(
            RunningBundle.MESSAGES + Requests.key(),
            Requests.keyed(),
            "Origin: https://evil.example",
            "Access-Control-Request-Method: POST");

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.headers().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
    Reply preflight =
        bundle.exchange(
            "OPTIONS",
            RunningBundle.MESSAGES + "k",
            "",
            "Origin",
            "https://evil.example",
            "Access-Control-Request-Method",
            "POST");
    assertThat(preflight.status()).isEqualTo(403);
    assertThat(preflight.headers().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proxy", "/proxy/x", "/proxyx", "/proxy:80"})
  void cve_2026_85316_nothing_answers_under_proxy(String path) {
    assertThat(bundle.rawPost(path, Requests.keyed()).status()).isEqualTo(404);
    assertThat(bundle.sandbox().calls()).isZero();
  }

  /** The API's cookies are neither kept nor given to the next caller. */
  @Test
  void keeps_no_cookie_of_the_api() {
    bundle
        .sandbox()
        .faults("{\"headers\": {\"Set-Cookie\": \"a=b\", \"X-Api\": \"c\"}, \"calls\": 1}");
    Reply first = bundle.keyed("cookie-1", Requests.keyed());
    Reply second = bundle.keyed("cookie-2", Requests.keyed());

    assertThat(first.status()).isEqualTo(202);
    assertThat(first.headers()).doesNotContainKeys("Set-Cookie", "X-Api");
    assertThat(second.status()).isEqualTo(202);
    assertThat(bundle.sandbox().message("cookie-2").path("headers").has("cookie")).isFalse();
  }

  /** A hostile API cannot steer by the headers of its reply. */
  @Test
  void no_header_of_a_reply_steers() {
    bundle
        .sandbox()
        .faults(
            "{\"status\": 500, \"calls\": 1, \"headers\": {"
                + "\"CamelHttpUri\": \"URL\", \"CamelHttpPath\": \"/x\", \"CamelHttpMethod\": \"GET\","
                    .replace("URL", elsewhere())
                + "\"CamelRedeliveryDelay\": \"600000\", \"CamelRedeliveryCounter\": \"9\","
                + "\"CamelHttpResponseCode\": \"202\", \"messageKey\": \"other\"}}");
    String key = Requests.key();

    assertOrdinaryCall(key, bundle.keyed(key, Requests.keyed()));
    assertThat(bundle.sandbox().sends()).isEqualTo(2);
  }
}
