package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site's own routes that still say the bean and class names of the release before (CHANGELOG).
 */
class OldNamesTest {
  private static final Path EXAMPLE = Path.of("routes/examples/order-intake.camel.yaml");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final String ORDER =
      """
      {"order": 4711, "customer": {"number": 17, "name": "Ada", "phone": "+1 425 555 0123"}}
      """;

  @TempDir Path home;

  private final HttpClient client = HttpClient.newHttpClient();
  private Path routes;
  private Bundle bundle;

  @BeforeEach
  void start() throws IOException {
    routes = Files.createDirectory(home.resolve("routes"));
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        old(file);
      }
    }
    old(EXAMPLE);
    Map<String, String> settings = new HashMap<>();
    settings.put("sms.http.port", "0");
    settings.put("sms.management.enabled", "false");
    settings.put("sms.sandbox.port", "0");
    settings.put("sms.jms.enabled", "false");
    settings.put("sms.ledger.url", "jdbc:sqlite:" + home.resolve("ledger.db"));
    for (String folder : new String[] {"inbox", "results", "done", "failed"}) {
      settings.put("sms.file." + folder, home.resolve(folder).toString());
    }
    settings.put("camel.main.routesIncludePattern", "file:" + routes + "/*.camel.yaml");
    bundle = Bundle.start(settings);
  }

  private void old(Path file) throws IOException {
    Files.writeString(
        routes.resolve(file.getFileName()),
        Files.readString(file)
            .replace("ref: httpIntake", "ref: httpEdge")
            .replace("dev.smsroutes.model.", "dev.smsroutes.outcome.")
            .replace("dev.smsroutes.intake.request.", "dev.smsroutes.request."));
  }

  @AfterEach
  void stop() {
    if (bundle != null) {
      bundle.close();
    }
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bundle.httpPort() + path))
            .header("Content-Type", "application/json")
            .header("CamelHttpUri", "http://192.0.2.1/")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private JsonNode accepted(String key) throws Exception {
    HttpResponse<String> reply =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        bundle.sandbox().orElseThrow().url() + "/sandbox/messages?key=" + key))
                .build(),
            BodyHandlers.ofString());
    return JSON.readTree(reply.body()).path("messages");
  }

  @Test
  void sends_what_the_old_names_read() throws Exception {
    HttpResponse<String> reply = post("/site/orders", ORDER);

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(202);
    JsonNode messages = accepted("order-4711-shipped");
    assertThat(messages).hasSize(1);
    assertThat(messages.path(0).path("to").asText()).isEqualTo("14255550123");
    assertThat(messages.path(0).path("contactKey").asText()).isEqualTo("shop-17");
    assertThat(messages.path(0).path("text").asText())
        .isEqualTo("Ada, your order 4711 is on its way.");
  }

  @Test
  void refuses_what_the_old_name_of_the_exception_catches() throws Exception {
    HttpResponse<String> reply = post("/site/orders", "{\"order\": ");

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(reply.body()).path("errorcode").asInt()).isEqualTo(10004);
  }
}
