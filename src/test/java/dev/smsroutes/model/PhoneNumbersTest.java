package dev.smsroutes.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.model.PhoneNumbers.Reading;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
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

  /** What no digit depends on, and what a spreadsheet, a phone or a form leaves around a number. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "(+44) 7911 123456",
        "( +44 ) 7911-123456",
        "+44 (0) 7911 123456",
        "+44(0)7911123456",
        "(+44)(0)7911 123 456",
        "[+44] 7911 123456",
        "\uff08+44\uff097911123456",
        "\uff0b447911123456",
        "\u202a+44 7911 123456\u202c",
        "\u2066+447911123456\u2069",
        "\u200e+44\u00ad7911\u200b123\u2060456\ufeff",
        "+44\u202f7911\u2007123\u2009456",
        "+44\u3000\u00a07911\u2003123456",
        "+44\u20107911\u2011123\u2012456",
        "+44\u20137911\u2014123\u2212456",
        "+44\t7911 123456",
        "\n+447911123456 \r\n",
        "+44.7911.123456",
        "+44 / 7911 - 123456",
        "00447911123456",
        "00 44 7911 123456",
        "447911123456.0",
        "+447911123456.0",
        "00447911123456.0",
      })
  void reads_a_number_in_every_wrapping(String written) {
    assertThat(PhoneNumbers.read(written, Optional.empty()).digits()).contains("447911123456");
    assertThat(PhoneNumbers.read(written, Optional.of("GB")).digits()).contains("447911123456");
    assertThat(PhoneNumbers.read(written, Optional.of("FR")).digits()).contains("447911123456");
  }

  /** 00 and a country code is a reading everywhere, whatever the country itself dials abroad. */
  @ParameterizedTest(name = "{0} ({1}) → {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0055 11 98765-4321      | BR | 5511987654321
          0055 21 99876-5432      | BR | 5521998765432
          0057 321 1234567        | CO | 573211234567
          0066 81 234 5678        | TH | 66812345678
          0061 412 345 678        | AU | 61412345678
          0062 812 3456 789       | ID | 628123456789
          0081 90 1234 5678       | JP | 819012345678
          0082 10 2000 0000       | KR | 821020000000
          00234 802 123 4567      | NG | 2348021234567
          0049 151 12345678       | BR | 4915112345678
          0049 151 12345678       | AU | 4915112345678
          0049 151 12345678       | JP | 4915112345678
          0049 151 12345678       |    | 4915112345678
          0049 0151 12345678      |    | 4915112345678
          0015 49 151 12345678    | BR | 4915112345678
          0011 64 21 123 456      | AU | 6421123456
          0011 1 425 555 0123     | AU | 14255550123
          010 49 151 12345678     | JP | 4915112345678
          011 49 151 12345678     | US | 4915112345678
          810 49 151 12345678     | RU | 4915112345678
          """)
  void reads_an_international_prefix(String written, String region, String digits) {
    assertThat(PhoneNumbers.read(written, Optional.ofNullable(region)).digits()).contains(digits);
  }

  /** Each can be read as a number of two countries, and is not sent to either. */
  @ParameterizedTest(name = "{0} ({1}): +{2} or +{3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          33612345678         | DE | 33  | 49
          15123456789         | DE | 1   | 49
          13123456789         | CN | 1   | 86
          3211234567          | CO | 32  | 57
          0049 151 12345678   | TH | 49  | 91
          """)
  void refuses_two_readings_and_names_both(
      String written, String region, String one, String other) {
    assertThat(message(written, region))
        .contains("country code +" + one + ", or be dialled in " + region)
        .contains("of +" + other)
        .contains("write it with + and country code");
  }

  /** What stands behind a separator may be an extension, a second number or a count. */
  @ParameterizedTest(name = "{0} ({1})")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          +49 151 1234567/8       | DE
          0151 1234567/8          | DE
          0151 1234567 (2)        | DE
          0151 1234567(2)         | DE
          +49 151 12345678 - 9    |
          +49 151 12345678 9      |
          +49 (0)151 1234567/8    |
          491511234567.8          |
          +376312345.0.0          |
          +1 425 555 012 3        |
          491511234567.08         | DE
          4915112345678.00        | DE
          +43 664 1234567/12      |
          0664 1234567/12         | AT
          0664 123456-78          | AT
          0664 1234567 12         | AT
          +43 664 123456-789      |
          +62 812 3456789/90      |
          0812 3456789/0          | ID
          +358 40 1234567-1       |
          +64 21 1234567 (8)      |
          021 1234567/8           | NZ
          +49 30 123456-0         |
          +49 30 123456-12        |
          +49 30 123456-123       |
          """)
  void never_glues_a_tail_on(String written, String region) {
    assertThat(message(written, region))
        .contains("got a separator before the last")
        .doesNotContain("123");
  }

  /** Groups that people and countries write, down to single pairs, are one number. */
  @ParameterizedTest(name = "{0} ({1}) → {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0151/1234567            | DE | 491511234567
          0151/12345678           | DE | 4915112345678
          0151 / 123 456 78       | DE | 4915112345678
          06.12.34.56.78          | FR | 33612345678
          06-12-34-56-78          | FR | 33612345678
          0470/12.34.56           | BE | 32470123456
          0470/12 34 56           | BE | 32470123456
          070-123 45 67           | SE | 46701234567
          0701-23 45 67           | SE | 46701234567
          8 (912) 345-67-89       | RU | 79123456789
          +7 912 345 67-89        |    | 79123456789
          +380 50 123-45-67       |    | 380501234567
          0664/123 45 67          | AT | 436641234567
          06 30 123 45 67         | HU | 36301234567
          050-234-5678            | IL | 972502345678
          (11) 98765-4321         | BR | 5511987654321
          015 11 98765-4321       | BR | 5511987654321
          (425) 555-0123          | US | 14255550123
          (201) 555-0123          | US | 12015550123
          (664) 492-3456          | MS | 16644923456
          (49) 151 12345678       | DE | 4915112345678
          (49) 151 12345678       |    | 4915112345678
          090-1234-5678           | JP | 819012345678
          12 34 56 78             | DK | 4512345678
          """)
  void reads_ordinary_groups(String written, String region, String digits) {
    assertThat(PhoneNumbers.read(written, Optional.ofNullable(region)).digits()).contains(digits);
  }

  /** A guess would be a number of another country. */
  @ParameterizedTest(name = "{0} ({1})")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          9123456789        |
          11971234567       |
          15555551234       |
          (201) 555-0123    |
          (425) 555-0123    |
          (131) 2345 6789   |
          1. 0151 1234567   | DE
          1511234567        | DE
          """)
  void refuses_digits_without_a_prefix_that_are_no_valid_number(String written, String region) {
    assertThat(PhoneNumbers.read(written, Optional.ofNullable(region)).digits()).isEmpty();
  }

  /** As written, the definition's country, and what the refusal says of it. */
  @ParameterizedTest(name = "{0} ({1}): {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          +52 1 55 1234 5678   |    | write +52 and the ten digits
          0052 1 55 1234 5678  |    | write +52 and the ten digits
          52 1 55 1234 5678    |    | write +52 and the ten digits
          52 1 55 1234 5678    | MX | write +52 and the ten digits
          1 55 1234 5678       | MX | write +52 and the ten digits
          01 55 1234 5678      | MX | write +52 and the ten digits
          044 55 1234 5678     | MX | write +52 and the ten digits
          045 55 1234 5678     | MX | write +52 and the ten digits
          011 15 2345-6789     | AR | write +54 9, the area code
          11 15 2345 6789      | AR | write +54 9, the area code
          +54 11 15 2345 6789  |    | write +54 9, the area code
          464-1234             | AG | lacks digits, such as its area code
          0xx11 98765-4321     | BR | letters at character 2
          4.47911E+11          |    | lost digits: format its column as text
          4,47911e11           | GB | lost digits: format its column as text
          +4915                |    | too short for +49
          +1 425 555 01234     |    | too long for +1
          +999 123456789       |    | of no known country
          (0151 1234567        | DE | parentheses in pairs
          0151) 1234567        | DE | parentheses in pairs
          ((0151)) 1234567     | DE | parentheses in pairs
          +49 (0) - ()         |    | of no known country
          ---                  | DE | no digit at all
          Zaphod               | DE | no digit at all
          ada@example.com      |    | no digit at all
          """)
  void says_what_a_person_can_do(String written, String region, String says) {
    assertThat(message(written, region)).contains(says);
  }

  /** A character that has no place in a number, and how the refusal names it. */
  static Stream<Arguments> misplaced() {
    return Stream.of(
        arguments("+49 151\u066112345678", "U+0661 at character 8"),
        arguments("+49 151 12345678\uff10", "U+FF10 at character 17"),
        arguments("\u202a+49 151\u00b712345678", "U+00B7 at character 9"),
        arguments("\ud83d\udcf1 +49 151 12345678", "U+1F4F1 at character 1"),
        arguments("1\ufe0f\u20e3234567890", "U+FE0F at character 2, U+20E3 at character 3"),
        arguments("tel:+4915112345678", "letters at character 1, : (U+003A) at character 4"),
        arguments(
            "+49 151 12345678 ext. 5, ask for Zoë",
            "letters at character 18, , (U+002C) at character 24, letters at character 26 and 2 more"),
        arguments("+49\u00a0151 \ud835\udd0f12345678", "letters at character 9"),
        arguments("'+4915112345678'", "' (U+0027) at character 1"),
        arguments("49151+12345678", "+ (U+002B) at character 6"),
        arguments("++4915112345678", "+ (U+002B) at character 2"),
        arguments("4915112345678;4915112345679", "; (U+003B) at character 14"),
        arguments("4915112345678\n4915112345679", "U+000A at character 14"),
        arguments("4915112345678\u0000", "U+0000 at character 14"),
        arguments("4915112345678,0", ", (U+002C) at character 14"),
        arguments("+49 151 1234567\ud800", "U+D800 at character 16"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("misplaced")
  void names_a_misplaced_character_and_its_place(String written, String says) {
    assertThat(message(written, null)).contains("got " + says);
  }

  @Test
  void refuses_a_text_that_is_too_long_for_a_number() {
    assertThat(message("+49 151 12345678" + " ".repeat(100) + ".", null))
        .contains("up to 100 characters; got 117");
  }

  private static String message(String written, String region) {
    Reading reading = PhoneNumbers.read(written, Optional.ofNullable(region));
    assertThat(reading.digits()).isEmpty();
    return reading.fault().orElseThrow().message();
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
