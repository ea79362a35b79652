package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.Definition.Status;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.template.Template;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubstitutionTest {
  private final Substitution substitution = new Substitution(10);

  private Message render(String text, String name, String override) {
    Definition definition =
        new Definition(
            "d",
            "d",
            Status.ACTIVE,
            Template.parse(text),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Recipient recipient = new Recipient("c", "14255550123", Map.of("Name", name));
    InFlight message = Messages.inFlight(new SendRequest("k", "d", recipient, override));
    message.definition = definition;
    message.number = "14255550123";
    substitution.render(message);
    return message.message;
  }

  @ParameterizedTest(name = "{0} characters {1} are {2} parts")
  @CsvSource({"156, x, 1", "157, x, 2", "302, x, 2", "303, x, 3", "66, ç, 1", "67, ç, 2"})
  void a_message_says_of_how_many_parts_it_is(int length, String character, int parts) {
    Message message = render("Hi, %%Name%%", character.repeat(length), null);

    assertThat(message.parts()).hasValue(parts);
  }

  @Test
  void the_parts_of_a_text_of_the_request_itself_count() {
    assertThat(render("Hi", "x", "%%Name%%".repeat(161)).parts()).hasValue(2);
  }

  @Test
  void a_text_that_only_the_api_renders_has_unknown_parts() {
    assertThat(render("Hi, %%_FirstName%%", "x", null).parts()).isEmpty();
    Message message = render("Hi", "x", "%%=v(@x)=%%");
    assertThat(message.parts()).isEmpty();
    assertThat(message.text()).contains("%%=v(@x)=%%");
  }
}
