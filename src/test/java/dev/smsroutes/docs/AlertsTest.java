package dev.smsroutes.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.smsroutes.testing.PromQl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules file and its runbook. That the meters are served, {@code MetersIT} holds. */
class AlertsTest {
  private static final Path RULES = Path.of("deploy/prometheus/sms-routes.rules.yml");
  private static final Path RUNBOOK = Path.of("docs/operations.md");

  static Stream<Arguments> alerts() throws IOException {
    List<Arguments> alerts = new ArrayList<>();
    for (JsonNode group : YAMLMapper.builder().build().readTree(RULES.toFile()).path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        alerts.add(arguments(rule.path("alert").asText(), rule));
      }
    }
    return alerts.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("alerts")
  void each_alert_says_what_it_is_and_leads_to_its_runbook(String name, JsonNode rule)
      throws IOException {
    assertThat(rule.path("annotations").path("summary").asText()).isNotBlank();
    assertThat(rule.path("labels").path("severity").asText()).isIn("critical", "warning", "info");
    assertThat(rule.path("annotations").path("runbook_url").asText())
        .isEqualTo(RUNBOOK + "#" + name.toLowerCase(Locale.ROOT));
    assertThat(Files.readAllLines(RUNBOOK)).contains("### " + name);
  }

  @Test
  void no_runbook_is_left_of_an_alert_that_is_gone() throws IOException {
    List<String> names = alerts().map(each -> "### " + each.get()[0]).toList();

    assertThat(Files.readAllLines(RUNBOOK))
        .filteredOn(line -> line.startsWith("### Sms"))
        .containsExactlyElementsOf(names);
  }

  @Test
  void reads_the_names_of_an_expression() {
    PromQl read =
        PromQl.read(
            "sum by (le, instance) (rate(a_b{x=~\"c|d{e}\",y!=\"f\"}[5m])) / 1e6 > 0.5"
                + " unless on (job) g_h > 3 or absent(i)");

    assertThat(read.meters())
        .isEqualTo(Map.of("a_b", Set.of("x", "y"), "g_h", Set.of(), "i", Set.of()));
    assertThat(read.groupedBy()).containsExactlyInAnyOrder("le", "instance", "job");
  }
}
