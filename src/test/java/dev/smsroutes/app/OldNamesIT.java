package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site's own routes that still say the bean and class names of the release before (CHANGELOG).
 */
class OldNamesIT {
  @TempDir Path home;

  private RunningBundle bundle;

  @BeforeEach
  void start() throws IOException {
    Path routes = Files.createDirectory(home.resolve("routes"));
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        old(file, routes);
      }
    }
    old(OwnIntakeIT.EXAMPLE, routes);
    bundle =
        RunningBundle.startWithFiles(
            home, "camel.main.routesIncludePattern", "file:" + routes + "/*.camel.yaml");
  }

  private static void old(Path file, Path routes) throws IOException {
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

  @Test
  void sends_what_the_old_names_read() {
    Reply reply = bundle.post("/site/orders", OwnIntakeIT.ORDER);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().messages()).hasSize(1);
    JsonNode message = bundle.sandbox().message("order-4711-shipped");
    assertThat(message.path("to").asText()).isEqualTo("14255550123");
    assertThat(message.path("contactKey").asText()).isEqualTo("shop-17");
    assertThat(message.path("text").asText()).isEqualTo("Ada, your order 4711 is on its way.");
  }

  @Test
  void refuses_what_the_old_name_of_the_exception_catches() {
    Reply reply = bundle.post("/site/orders", "{\"order\": ");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(10004);
  }
}
