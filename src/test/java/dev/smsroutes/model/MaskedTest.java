package dev.smsroutes.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and messages, as a log may show them. */
class MaskedTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          recipient.attributes.FirstName      | recipient.attributes.FirstName
          recipient.attributes.4915198765432  | recipient.attributes.…
          +49 151 98765432                    | …
          got '+49 (0)151/98765432'           | got '…'
          order-2026                          | order-2026
          line 1,234,567 of 5,000,000         | line 1,234,567 of 5,000,000
          recipient.ada@example.com.x         | …
          got 'ada@example.com' (did you)     | got '…' (did you)
          U+0041 at character 12              | U+0041 at character 12
          """)
  void have_no_number_and_no_address(String text, String shown) {
    assertThat(Masked.text(text)).isEqualTo(shown);
  }

  /** The matcher must need neither stack nor time for each character of a stranger's text. */
  @ParameterizedTest
  @ValueSource(strings = {"1", "1 - ", "a", "1.a"})
  void takes_texts_of_any_length(String repeated) {
    String text = "@ " + repeated.repeat(200_000) + " end";

    assertThat(Masked.text(text)).endsWith("end").doesNotContain("1111111");
  }

  @Test
  void hides_a_run_of_digits_to_its_end() {
    assertThat(Masked.text("key 4915112345678 4915112345678 4915112345678 end"))
        .isEqualTo("key … end");
  }
}
