package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The route files as a visual editor reads them: valid by Camel's own schema, with an id and a
 * description on every route and step, and in the long form (no option in a URI).
 */
class RouteFilesTest {
  private static final JsonSchema SCHEMA = schema();
  private static final Properties DEFAULTS = defaults();

  static Stream<Path> routeFiles() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("routes"))) {
      return files
          .filter(file -> file.toString().endsWith(".camel.yaml"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("routeFiles")
  void is_valid_by_the_schema_of_the_yaml_dsl(Path file) throws IOException {
    assertThat(SCHEMA.validate(withFlags(read(file)))).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("routeFiles")
  void every_route_and_step_has_id_and_description(Path file) throws IOException {
    for (JsonNode entry : read(file)) {
      for (String kind : List.of("route", "routeConfiguration")) {
        if (entry.has(kind)) {
          assertThat(entry.path(kind).path("id").asText()).isNotBlank();
          assertThat(entry.path(kind).path("description").asText()).isNotBlank();
        }
      }
    }
    for (JsonNode from : read(file).findValues("from")) {
      assertThat(from.path("id").asText()).as("%s", from).isNotBlank();
      assertThat(from.path("description").asText()).as("%s", from).isNotBlank();
    }
    for (JsonNode steps : read(file).findValues("steps")) {
      for (JsonNode step : steps) {
        JsonNode body = step.elements().next();
        assertThat(body.path("id").asText()).as("%s", step).isNotBlank();
        assertThat(body.path("description").asText()).as("%s", step).isNotBlank();
      }
    }
  }

  /** Visual editors write a file in this order: what they save is then what they opened. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("routeFiles")
  void has_its_beans_after_its_routes(Path file) throws IOException {
    List<String> kinds = new ArrayList<>();
    read(file).forEach(entry -> entry.fieldNames().forEachRemaining(kinds::add));

    assertThat(kinds.lastIndexOf("route"))
        .isLessThan(kinds.contains("beans") ? kinds.indexOf("beans") : kinds.size());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("routeFiles")
  void keeps_options_out_of_uris(Path file) throws IOException {
    for (JsonNode uri : read(file).findValues("uri")) {
      assertThat(uri.asText()).doesNotContain("?");
    }
  }

  /** A flag that is a property is text to the schema; Camel reads it as what it stands for. */
  private static JsonNode withFlags(JsonNode node) throws IOException {
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String text = field.getValue().asText();
        if (field.getKey().equals("autoStartup") && text.matches("\\{\\{.*}}")) {
          String value = DEFAULTS.getProperty(text.substring(2, text.length() - 2));
          field.setValue(BooleanNode.valueOf(Boolean.parseBoolean(value)));
        }
      }
    }
    for (JsonNode child : node) {
      withFlags(child);
    }
    return node;
  }

  private static Properties defaults() {
    Properties properties = new Properties();
    try (InputStream in = RouteFilesTest.class.getResourceAsStream("/application.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  private static JsonNode read(Path file) throws IOException {
    return new YAMLMapper().readTree(file.toFile());
  }

  private static JsonSchema schema() {
    try (InputStream in = RouteFilesTest.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
      return JsonSchemaFactory.getInstance(VersionFlag.V4)
          .getSchema(JsonMapper.builder().build().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
