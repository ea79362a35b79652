package dev.smsroutes.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose data a request, a cell or a text is. */
class PersonTest {
  private static final Person BY_NUMBER = Person.of("+49 151 98765432");
  private static final Person BY_KEY = Person.of("ada@example.com");

  @ParameterizedTest
  @CsvSource({
    // as the operator writes it, as the request has it, the definition's country
    "+49 151 98765432,     4915198765432,        DE",
    "+49 151 98765432,     0151/98765432,        DE",
    "+49 151 98765432,     +49 (0)151 987654-32, ''",
    "+49 151 98765432,     4915198765432.0,      ''",
    "+49 151 98765432,     0049 151 98765432,    US",
    // The definition has no country, or is unknown: as dialled in the person's.
    "+49 151 98765432,     015198765432,         ''",
    "0049 151-98765432,    +4915198765432,       ''",
    "(+1) 425 555 0123,    +14255550123,         US",
    "+14255550123,         (425) 555-0123,       US",
  })
  void finds_a_number_in_any_readable_form(String wanted, String to, String region) {
    assertThat(
            Person.of(wanted)
                .isRecipient(to, "c", Optional.of(region).filter(code -> !code.isEmpty())))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "4915198765433, ''",
    "15198765432,   US",
    // Dialled in Austria it is another person's.
    "015198765432,  AT",
    "ada,           ''",
    "49151987654320,''",
  })
  void does_not_take_another_number_for_it(String to, String region) {
    assertThat(BY_NUMBER.isRecipient(to, "c", Optional.of(region).filter(code -> !code.isEmpty())))
        .isFalse();
  }

  @Test
  void finds_a_contact_key_exactly() {
    assertThat(BY_KEY.isRecipient("+1", "ada@example.com", Optional.empty())).isTrue();
    assertThat(BY_KEY.isRecipient("+1", "Ada@example.com", Optional.empty())).isFalse();
    assertThat(BY_KEY.isRecipient(null, null, Optional.empty())).isFalse();
    assertThat(BY_KEY.hasNumber()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4915198765432",
        "call +49 151 98765432, please",
        "{\"to\":\"0049-151-98765432\"}",
        "x,0151 98765432,y",
        "tel:+4915198765432",
      })
  void finds_the_number_in_a_text(String text) {
    assertThat(BY_NUMBER.isMentionedIn(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "14915198765432", "49151987654321", "15198765432", "a4915198765432"})
  void does_not_find_it_within_other_digits(String text) {
    assertThat(BY_NUMBER.isMentionedIn(text)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "ada@example.com, mail ada@example.com now, true",
    "ada@example.com, ada@example.com,          true",
    "ada@example.com, nada@example.com,         false",
    "ada@example.com, ada@example.community,    false",
    "c7,              c7,                       true",
    "c7,              row c7 of 9,              false",
  })
  void finds_a_contact_key_in_a_text(String key, String text, boolean found) {
    assertThat(Person.of(key).isMentionedIn(text)).isEqualTo(found);
  }

  @Test
  void tells_nobody_who_it_is() {
    assertThat(BY_NUMBER.toString() + BY_KEY).doesNotContain("9876", "ada");
  }
}
