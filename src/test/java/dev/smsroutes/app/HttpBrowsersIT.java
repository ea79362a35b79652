package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * No web page reaches any of the three servers: not from another origin, and not after DNS
 * rebinding, when the page's own name stands for this machine.
 */
@Timeout(60)
class HttpBrowsersIT {
  private static final String KEYED = RunningBundle.MESSAGES + "browser";

  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle =
        RunningBundle.start(
            "sms.management.enabled", "true",
            "sms.management.port", "0",
            "sms.management.allowed-hosts", "prometheus.example",
            "sms.http.public-url", "https://sms.example.com/",
            "sms.http.allowed-hosts", "gateway.example, other.example");
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private static Reply send(int port, String method, String target, String... headers) {
    String body = method.equals("POST") ? Requests.keyed().toString() : "";
    String head =
        method
            + " "
            + target
            + " HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + body.length()
            + "\r\n"
            + String.join("\r\n", headers)
            + "\r\n\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
      return Reply.read(socket.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("Expected an answer to " + method + " " + target, e);
    }
  }

  private static int port(String server) {
    return switch (server) {
      case "intake" -> bundle.port();
      case "management" -> bundle.bundle().managementPort().orElseThrow();
      default -> URI.create(bundle.bundle().sandbox().orElseThrow().url()).getPort();
    };
  }

  private static void assertRefused(Reply reply) {
    assertThat(reply.status()).as(reply.body()).isEqualTo(403);
    assertThat(reply.header("Content-Type").orElse("")).startsWith("application/json");
    assertThat(reply.code()).isEqualTo(20002);
    assertThat(reply.body()).doesNotContain("evil");
    assertThat(reply.headers().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
    assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
    assertThat(reply.header("Cache-Control")).contains("no-store");
    assertThat(bundle.sandbox().find("browser")).isEmpty();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource({
    "intake,POST," + KEYED,
    "intake,GET," + KEYED,
    "intake,OPTIONS," + KEYED,
    "intake,GET,/nope",
    "intake,POST,/%zz",
    "management,GET,/observe/health",
    "management,GET,/observe/health/live",
    "management,GET,/observe/metrics",
    "management,GET,/nope",
    "sandbox,GET,/sandbox/messages",
    "sandbox,POST,/v2/token",
    "sandbox,POST," + KEYED,
  })
  void refuses_a_page_of_another_origin_and_one_with_a_name_of_its_own(
      String server, String method, String target) {
    for (String[] headers :
        new String[][] {
          {"Host: localhost", "Origin: https://evil.example"},
          {"Host: localhost", "Origin: null"},
          {"Host: localhost:" + port(server), "Origin: http://localhost:" + port(server)},
          {"Host: 127.0.0.1", "Sec-Fetch-Site: cross-site"},
          {"Host: 127.0.0.1", "Sec-Fetch-Site: same-site"},
          {"Host: evil.example:" + port(server)},
          {"Host: 127.0.0.1.evil.example"},
        }) {
      assertRefused(send(port(server), method, target, headers));
    }
  }

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource({
    "intake," + KEYED + ",localhost,404",
    "intake," + KEYED + ",127.0.0.1:8080,404",
    "intake," + KEYED + ",[::1]:8080,404",
    "intake," + KEYED + ",sms.example.com,404",
    "intake," + KEYED + ",gateway.example:8443,404",
    "intake," + KEYED + ",Other.Example,404",
    "intake," + KEYED + ",prometheus.example,403",
    "management,/observe/health/live,localhost:8081,200",
    "management,/observe/metrics,prometheus.example:8081,200",
    "management,/observe/metrics,sms.example.com,403",
    "sandbox,/sandbox/messages,localhost:8089,200",
    "sandbox,/sandbox/messages,127.0.0.1,200",
    "sandbox,/sandbox/messages,sms.example.com,403",
  })
  void answers_by_its_own_names_and_those_that_an_operator_allowed(
      String server, String target, String host, int status) {
    Reply reply = send(port(server), "GET", target, "Host: " + host, "Sec-Fetch-Site: none");

    assertThat(reply.status()).as(reply.body()).isEqualTo(status);
    assertThat(reply.header("X-Content-Type-Options")).contains("nosniff");
    assertThat(reply.header("Server")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"intake", "management"})
  void takes_the_name_in_the_request_line_for_the_name(String server) {
    assertRefused(
        send(port(server), "GET", "http://evil.example/observe/health", "Host: localhost"));
  }
}
