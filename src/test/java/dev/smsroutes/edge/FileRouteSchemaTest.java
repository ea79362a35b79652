package dev.smsroutes.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileRouteSchemaTest {
  @Test
  void the_route_is_in_the_form_that_visual_editors_open() throws IOException {
    ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
    try (InputStream schema = getClass().getResourceAsStream("/schema/camelYamlDsl.json")) {
      JsonSchema dsl =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
              .getSchema(new ObjectMapper().readTree(schema));
      assertThat(dsl.validate(yaml.readTree(Path.of("routes/file-intake.camel.yaml").toFile())))
          .isEmpty();
    }
  }
}
