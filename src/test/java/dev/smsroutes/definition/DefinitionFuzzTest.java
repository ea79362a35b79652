package dev.smsroutes.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.Fault;
import dev.smsroutes.template.Template;
import dev.smsroutes.testing.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * A damaged definition is refused by the name of its file; a text of any shape is rendered or
 * refused.
 */
class DefinitionFuzzTest {
  private static final Path DEFINITIONS = Path.of("definitions");

  private static Path folder;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("fuzz");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.delete(folder);
  }

  @Provide
  Arbitrary<byte[]> definitions() {
    return Mutations.ofFiles(DEFINITIONS);
  }

  @Property
  void a_definition_is_read_or_refused(@ForAll("definitions") byte[] bytes) throws Exception {
    Path file = Files.write(folder.resolve("a.json"), bytes);
    try {
      DefinitionDirectory read = Mutations.ends(() -> DefinitionDirectory.load(folder));
      assertThat(read.all()).hasSize(1);
    } catch (InvalidDefinitionException e) {
      assertThat(e.getMessage()).contains("a.json");
    } finally {
      Files.delete(file);
    }
  }

  @Property
  void a_text_is_rendered_or_refused(@ForAll("definitions") byte[] bytes) throws Exception {
    Template template = Template.parse(new String(bytes, StandardCharsets.UTF_8));
    Map<String, String> attributes = Map.of("FirstName", "%%x%%", "OrderNumber", "{{x}}");

    List<Fault> faults = Mutations.ends(() -> template.check(attributes));
    if (faults.isEmpty() && !template.leftToApi()) {
      assertThat(Mutations.ends(() -> template.render(attributes))).isNotNull();
    }
  }
}
