package dev.smsroutes.pipeline;

import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.Definition.Status;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.template.Template;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** One definition that is rendered here, and one that only the API can render. */
final class TwoDefinitions implements Definitions {
  private final List<Definition> all =
      List.of(
          definition("reset", "Your code: %%password%%"),
          definition("script", "%%[ set @a = 1 ]%% %%password%%"));

  @Override
  public Optional<Definition> find(String key) {
    return all.stream().filter(definition -> definition.key().equals(key)).findFirst();
  }

  @Override
  public Collection<Definition> all() {
    return all;
  }

  private static Definition definition(String key, String text) {
    return new Definition(
        key,
        key,
        Status.ACTIVE,
        Template.parse(text),
        Optional.of("US"),
        Optional.empty(),
        Optional.of("JOIN"));
  }
}
