package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.Sandboxes;
import dev.smsroutes.testing.ServeProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log of a process as JSON, and what a start says in the audit log. */
@Timeout(180)
class JsonLogIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path folder;

  @Test
  void each_line_of_a_process_is_one_object_and_the_start_is_in_the_audit_log() throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    try (Sandbox api = Sandboxes.start()) {
      Map<String, String> settings = new HashMap<>(Sandboxes.settings(api));
      settings.put("sms.log.format", "json");
      settings.put("sms.http.authentication", "none");
      settings.put("sms.api.client-secret", "Tulip-41");
      try (ServeProcess serve = new ServeProcess(folder, settings)) {
        serve.awaitOutput("http-intake.camel.yaml");
        serve.stop();
        for (String line : serve.output().lines().toList()) {
          // Java 24 and newer warn on the standard error, which is in here too.
          if (!line.isBlank() && !line.startsWith("WARNING: ")) {
            lines.add(JSON.readTree(line));
          }
        }
        assertThat(serve.output()).doesNotContain("Tulip-41");
      }
    }

    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(line.fieldNames())
                    .toIterable()
                    .contains("time", "level", "logger", "message"));
    assertThat(lines)
        .filteredOn(line -> line.path("what").asText().equals("settings"))
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.path("logger").asText()).isEqualTo("dev.smsroutes.audit");
              assertThat(line.path("who").asText()).isEqualTo("sms-routes");
              assertThat(line.path("which").asText())
                  .contains("sms.api.client-secret", "sms.log.format")
                  .doesNotContain("=");
              assertThat(line.path("result").asText()).matches("sha256 [0-9a-f]{64}");
            });
    assertThat(lines)
        .filteredOn(line -> line.path("what").asText().equals("routes"))
        .hasSizeGreaterThanOrEqualTo(3)
        .allSatisfy(line -> assertThat(line.path("result").asText()).matches("sha256 [0-9a-f]{64}"))
        .anySatisfy(line -> assertThat(line.path("which").asText()).contains("error-replies"))
        .anySatisfy(
            line ->
                assertThat(line.path("which").asText())
                    .contains("http-intake.camel.yaml sms-http"));
  }
}
