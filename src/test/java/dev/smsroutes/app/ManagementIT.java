package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Health and metrics live on a port of their own, whichever port the intake has. */
@Timeout(60)
class ManagementIT {
  @Test
  void serves_health_and_metrics_only_on_the_management_port() throws Exception {
    try (RunningBundle bundle = RunningBundle.start(RunningBundle.withManagement())) {
      int port = bundle.bundle().managementPort().orElseThrow();
      assertThat(bundle.keyed("managed", Requests.keyed()).status()).isEqualTo(202);

      assertThat(get(port, "/observe/health").statusCode()).isEqualTo(200);
      assertThat(get(port, "/observe/health").body()).contains("UP");
      assertThat(get(port, "/observe/metrics").body())
          .contains("sms_http_in_flight", "jvm_memory_used_bytes");
      assertThat(get(bundle.port(), "/observe/health").statusCode()).isEqualTo(404);
      assertThat(get(bundle.port(), "/observe/metrics").statusCode()).isEqualTo(404);
      assertThat(get(port, "/messaging/v1/sms/messages/k").statusCode()).isEqualTo(404);
    }
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            BodyHandlers.ofString());
  }
}
