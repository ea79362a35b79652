package dev.smsroutes.supply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.smsroutes.testing.Variables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What of the chart can be checked without Helm, on every machine; HelmChartIT renders it. */
class HelmChartTest {
  static final Path CHART = Path.of("deploy/helm/sms-routes");
  private static final Pattern VALUE = Pattern.compile("[.]Values[.]([a-zA-Z.]+)");
  private static final Pattern VARIABLE = Pattern.compile("(?m)^ *(SMS_[A-Z_]+):");

  @Test
  void its_values_are_exactly_those_that_its_templates_use() throws IOException {
    Set<String> used =
        VALUE
            .matcher(templates())
            .results()
            .map(match -> match.group(1).split("[.]")[0])
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(Yaml.read(CHART.resolve("values.yaml")).fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(used);
  }

  @Test
  void its_schema_knows_each_value() throws IOException {
    JsonNode schema =
        new ObjectMapper().readTree(Files.readString(CHART.resolve("values.schema.json")));
    Set<String> known = new TreeSet<>();
    schema.path("properties").fieldNames().forEachRemaining(known::add);
    // Helm itself adds this one.
    known.remove("global");

    assertThat(Yaml.read(CHART.resolve("values.yaml")).fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void the_variables_that_it_makes_are_settings() throws IOException {
    Set<String> variables =
        VARIABLE
            .matcher(templates())
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());

    assertThat(variables).contains("SMS_API_URL", "SMS_LEDGER_PASSWORD_FILE");
    Variables.assertSettings(variables);
  }

  @Test
  void is_of_the_version_of_the_build() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));

    assertThat(pom)
        .contains(
            "<version>"
                + Yaml.read(CHART.resolve("Chart.yaml")).path("appVersion").asText()
                + "</version>");
  }

  private static String templates() throws IOException {
    try (Stream<Path> files = Files.list(CHART.resolve("templates"))) {
      StringBuilder all = new StringBuilder();
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
      return all.toString();
    }
  }
}
