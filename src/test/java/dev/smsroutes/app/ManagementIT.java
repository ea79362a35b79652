package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.smsroutes.testing.CapturedLog;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Health and metrics live on a port of their own, whichever port the intake has. */
@Timeout(60)
class ManagementIT {
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start(RunningBundle.withManagement());
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private static int management() {
    return bundle.bundle().managementPort().orElseThrow();
  }

  private static Reply ask(int port, String method, String target, String body) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      String head =
          method
              + " "
              + target
              + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n";
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
      return Reply.read(socket.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("Expected an answer to " + method + " " + target, e);
    }
  }

  private static Reply get(int port, String target) {
    return ask(port, "GET", target, "");
  }

  @Test
  void serves_health_and_metrics_only_on_the_management_port() {
    assertThat(bundle.keyed("managed", Requests.keyed()).status()).isEqualTo(202);

    assertThat(get(management(), "/observe/health").status()).isEqualTo(200);
    assertThat(get(management(), "/observe/health").body()).contains("UP");
    assertThat(get(management(), "/observe/metrics").body())
        .contains("sms_http_in_flight", "jvm_memory_used_bytes");
    assertThat(get(bundle.port(), "/observe/health").status()).isEqualTo(404);
    assertThat(get(bundle.port(), "/observe/metrics").status()).isEqualTo(404);
    assertThat(get(management(), "/messaging/v1/sms/messages/k").status()).isEqualTo(404);
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource({
    "GET, /nope, 404",
    "GET, /page/api/nope, 404",
    "POST, /page/api/nope, 404",
    "POST, /observe/health, 405",
    "DELETE, /page/api/files, 405",
    "GET, /page/api/files/pause, 405",
    "GET, /%zz, 400",
    "GET, /page/%, 400",
    "GET, /page/api/message?key=%zz, 400",
    "GET, /page/api/message?key=%4, 400",
    "GET, /observe/health?%zz, 400",
  })
  void refuses_what_it_does_not_have_as_json_and_without_a_stack_trace(
      String method, String target, int status) {
    try (CapturedLog log = new CapturedLog(Level.WARN)) {
      Reply reply = ask(management(), method, target, "");

      assertThat(reply.status()).as(reply.body()).isEqualTo(status);
      assertThat(reply.message()).startsWith("Expected");
      assertThat(log.lines()).isEmpty();
    }
  }
}
