package dev.smsroutes.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.outcome.ErrorCode;
import dev.smsroutes.request.PhoneNumbers.Reading;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneNumbersTest {
  /** As written, the definition's country, and what is sent. */
  @ParameterizedTest(name = "{0} ({1}) → {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          +14255550123          |    | 14255550123
          14255550123           |    | 14255550123
          +1 (425) 555-0123     |    | 14255550123
          1 425 555 0123        |    | 14255550123
          +49 151 12345678      |    | 4915112345678
          4915112345678         | DE | 4915112345678
          0151 12345678         | DE | 4915112345678
          0049 151 12345678     | DE | 4915112345678
          (425) 555-0123        | US | 14255550123
          14255550123           | DE | 14255550123
          +39 06 1234 5678      |    | 390612345678
          06 12 34 56 78        | FR | 33612345678
          """)
  void reads_what_people_write(String written, String region, String digits) {
    assertThat(PhoneNumbers.read(written, Optional.ofNullable(region)).digits()).contains(digits);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "+",
        "123",
        "abc",
        "1-800-FLOWERS",
        "+49 151 12345678 ext. 5",
        "tel:+4915112345678",
        "++4915112345678",
        "+999 123456789",
        "+4915112345678901234567890",
        "+49151\u0661\u0662345678",
        "4915112345678;4915112345679",
        "+1 425 555 012"
      })
  void refuses_what_is_no_possible_number(String written) {
    Reading reading = PhoneNumbers.read(written, Optional.empty());

    assertThat(reading.digits()).isEmpty();
    assertThat(reading.fault())
        .hasValueSatisfying(
            fault -> {
              assertThat(fault.field()).isEqualTo("recipient.to");
              assertThat(fault.code()).isEqualTo(ErrorCode.INVALID_TO);
            });
  }

  @Test
  void refuses_a_national_number_when_no_country_is_known() {
    assertThat(PhoneNumbers.read("0151 12345678", Optional.empty()).digits()).isEmpty();
  }

  /**
   * French mobile without +, or a landline as dialled in Germany: a guess could reach a stranger.
   */
  @Test
  void refuses_to_guess_between_two_valid_readings() {
    Reading reading = PhoneNumbers.read("33612345678", Optional.of("DE"));

    assertThat(reading.fault())
        .hasValueSatisfying(
            fault -> assertThat(fault.message()).contains("write it with + and country code"));
    assertThat(PhoneNumbers.read("+33612345678", Optional.of("DE")).digits())
        .contains("33612345678");
  }

  @Test
  void never_repeats_the_number_in_what_it_says() {
    assertThat(PhoneNumbers.read("+49 99", Optional.empty()).fault().orElseThrow().message())
        .doesNotContain("99");
  }
}
