package dev.smsroutes.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferencesTest {
  /** RFC 7240, section 2: a list, with values, parameters and quoted texts. */
  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          respond-async                             | true
          RESPOND-Async                             | true
          ` respond-async	`                         | true
          respond-async, wait=10                    | true
          wait=10, respond-async                    | true
          wait=10,respond-async,return=minimal      | true
          respond-async; x=y                        | true
          return=minimal; foo="some, value", respond-async | true
          foo="a \\" b", respond-async              | true
          ,, respond-async ,                        | true
          return=minimal                            | false
          respond-async=1                           | false
          respond-asynchronously                    | false
          x-respond-async                           | false
          respond async                             | false
          foo="a, respond-async, b"                 | false
          foo="respond-async                        | false
          foo="a \\", respond-async                 | false
          foo; respond-async                        | false
          ``                                        | false
          """)
  void reads_a_list_of_preferences(String line, boolean async) {
    assertThat(Preferences.respondAsync(List.of(line))).isEqualTo(async);
  }

  @Test
  void reads_every_line_by_itself() {
    assertThat(Preferences.respondAsync(List.of("return=minimal", "respond-async"))).isTrue();
    assertThat(Preferences.respondAsync(List.of("foo=\"", "respond-async\""))).isFalse();
    assertThat(Preferences.respondAsync(List.of())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "\\", ",", "\"a\"", ";", "\\\""})
  void survives_a_line_without_an_end(String part) {
    assertThat(Preferences.respondAsync(List.of(part.repeat(100_000)))).isFalse();
  }
}
