package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholdersTest {
  private static final Map<String, String> ATTRIBUTES =
      Map.of("Name", "Ada", "Two Words", "yes", "Tricky", "%%name%%");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Hi %%Name%% | Hi Ada",
        "Hi %%nAME%%%%name%% | Hi AdaAda",
        "%%two words%% | yes",
        "%%Other%% %%name%% | %%Other%% Ada",
        "100%% of %%name%% | 100%% of Ada",
        "%%name | %%name",
        "%%tricky%% | %%name%%",
        "%%[set @a = '%%name%%']%% %%name%% | %%[set @a = '%%name%%']%% Ada",
        "%%=v('%%name%%')=%% %%name%% | %%=v('%%name%%')=%% Ada",
        "%%[ never closed %%name%% | %%[ never closed %%name%%",
        "%%_FirstName%% %%xtdayofweek%% | %%_FirstName%% %%xtdayofweek%%",
        "%name% | %name%",
        "%%%%name%% | %%Ada"
      })
  void replaces_what_is_an_attribute_and_leaves_the_rest(String text, String expected) {
    assertThat(Placeholders.resolve(text, ATTRIBUTES)).isEqualTo(expected);
  }

  @Property
  void a_text_without_attributes_stays_as_it_is(
      @ForAll @Chars({'%', '[', ']', '=', 'a'}) String text) {
    assertThat(Placeholders.resolve(text, Map.of())).isEqualTo(text);
  }

  @Test
  @Timeout(10)
  void takes_no_longer_for_a_hostile_text() {
    String text = "%%[".repeat(1_000_000) + "%%a".repeat(300_000);
    assertThat(Placeholders.resolve(text, Map.of("b", "c"))).isEqualTo(text);
  }
}
