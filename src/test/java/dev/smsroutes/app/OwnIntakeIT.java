package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  static final String ORDER =
      """
      {"order": 4711, "customer": {"number": 17, "name": "Ada", "phone": "+1 425 555 0123"}}
      """;

  @TempDir Path home;

  private Path routes;
  private RunningBundle bundle;

  @BeforeEach
  void start() throws IOException {
    routes = Files.createDirectory(home.resolve("routes"));
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, routes.resolve(file.getFileName()));
      }
    }
    Files.copy(EXAMPLE, routes.resolve(EXAMPLE.getFileName()));
    bundle =
        RunningBundle.startWithFiles(
            home,
            "camel.main.routesIncludePattern",
            "file:" + routes + "/*.camel.yaml",
            "camel.main.routesReloadEnabled",
            "true",
            "camel.main.routesReloadDirectory",
            routes.toString());
  }

  @AfterEach
  void stop() {
    if (bundle != null) {
      bundle.close();
    }
  }

  private Reply post(String path, String body) {
    return bundle.post(path, body, "CamelHttpUri", "http://192.0.2.1/");
  }

  @Test
  void sends_the_shops_own_json_once() {
    Reply reply = post("/site/orders", ORDER);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().messages()).hasSize(1);
    JsonNode message = bundle.sandbox().message("order-4711-shipped");
    assertThat(message.path("to").asText()).isEqualTo("14255550123");
    assertThat(message.path("contactKey").asText()).isEqualTo("shop-17");
    assertThat(message.path("text").asText()).isEqualTo("Ada, your order 4711 is on its way.");

    assertThat(post("/site/orders", ORDER).status()).isEqualTo(202);
    assertThat(bundle.sandbox().messages()).hasSize(1);
    Reply changed = post("/site/orders", ORDER.replace("0123", "0124"));
    assertThat(changed.status()).isEqualTo(400);
    assertThat(changed.code()).isEqualTo(109110);
  }

  @Test
  void names_every_mistake_at_once() {
    Reply reply = post("/site/orders", "{\"customer\": {\"name\": \"100%%\", \"phone\": \"12\"}}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.fields())
        .containsExactlyInAnyOrder(
            "messageKey",
            "recipient.contactKey",
            "recipient.to",
            "recipient.attributes.FirstName",
            "recipient.attributes.OrderNumber");
    assertThat(reply.body()).contains("Expected order, which gives messageKey; got none");
  }

  @Test
  void answers_what_is_no_json_as_the_api_does() {
    Reply reply = post("/site/orders", "{\"order\": ");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(10004);
    assertThat(reply.body()).contains("line 1, column");
  }

  @Test
  void takes_an_edit_while_it_runs_and_keeps_the_pipeline() throws Exception {
    Path file = routes.resolve(EXAMPLE.getFileName());
    Files.writeString(file, Files.readString(file).replace("/site/orders", "/site/parcels"));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(post("/site/parcels", ORDER).status()).isEqualTo(202));
    assertThat(post("/site/orders", ORDER).status()).isEqualTo(404);
  }
}
