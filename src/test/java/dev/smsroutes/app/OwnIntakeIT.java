package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example of docs/own-intake.md, dropped into the routes of a bundle that is otherwise whole.
 */
class OwnIntakeIT {
  static final Path EXAMPLE = Path.of("routes/examples/order-intake.camel.yaml");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  static final String ORDER =
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
        Files.copy(file, routes.resolve(file.getFileName()));
      }
    }
    Files.copy(EXAMPLE, routes.resolve(EXAMPLE.getFileName()));
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
    settings.put("camel.main.routesReloadEnabled", "true");
    settings.put("camel.main.routesReloadDirectory", routes.toString());
    bundle = Bundle.start(settings);
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
  void sends_the_shops_own_json_once() throws Exception {
    HttpResponse<String> reply = post("/site/orders", ORDER);

    assertThat(reply.statusCode()).as(reply.body()).isEqualTo(202);
    JsonNode messages = accepted("order-4711-shipped");
    assertThat(messages).hasSize(1);
    assertThat(messages.path(0).path("to").asText()).isEqualTo("14255550123");
    assertThat(messages.path(0).path("contactKey").asText()).isEqualTo("shop-17");
    assertThat(messages.path(0).path("text").asText())
        .isEqualTo("Ada, your order 4711 is on its way.");

    assertThat(post("/site/orders", ORDER).statusCode()).isEqualTo(202);
    assertThat(accepted("order-4711-shipped")).hasSize(1);
    HttpResponse<String> changed = post("/site/orders", ORDER.replace("0123", "0124"));
    assertThat(changed.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(changed.body()).path("errorcode").asInt()).isEqualTo(109110);
  }

  @Test
  void names_every_mistake_at_once() throws Exception {
    HttpResponse<String> reply =
        post("/site/orders", "{\"customer\": {\"name\": \"100%%\", \"phone\": \"12\"}}");

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(reply.body()).path("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder(
            "messageKey",
            "recipient.contactKey",
            "recipient.to",
            "recipient.attributes.FirstName",
            "recipient.attributes.OrderNumber");
    assertThat(reply.body()).contains("Expected order, which gives messageKey; got none");
  }

  @Test
  void answers_what_is_no_json_as_the_api_does() throws Exception {
    HttpResponse<String> reply = post("/site/orders", "{\"order\": ");

    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(reply.body()).path("errorcode").asInt()).isEqualTo(10004);
    assertThat(reply.body()).contains("line 1, column");
  }

  @Test
  void takes_an_edit_while_it_runs_and_keeps_the_pipeline() throws Exception {
    Path file = routes.resolve(EXAMPLE.getFileName());
    Files.writeString(file, Files.readString(file).replace("/site/orders", "/site/parcels"));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(post("/site/parcels", ORDER).statusCode()).isEqualTo(202));
    assertThat(post("/site/orders", ORDER).statusCode()).isEqualTo(404);
  }
}
