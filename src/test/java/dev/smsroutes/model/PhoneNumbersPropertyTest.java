package dev.smsroutes.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every number that is read, whoever wrote it and in whatever country. */
class PhoneNumbersPropertyTest {
  private static final PhoneNumberUtil LIBRARY = PhoneNumberUtil.getInstance();
  private static final Set<String> REGIONS = new TreeSet<>(LIBRARY.getSupportedRegions());

  /** Definitions whose own rules for dialling abroad differ from 00, or hold carriers' codes. */
  private static final List<String> ODD_PREFIXES =
      List.of("AU", "BR", "CO", "HK", "ID", "IL", "JP", "KR", "MX", "NG", "RU", "SG", "TH", "US");

  private static final List<String> SEPARATORS =
      List.of("", "", "", " ", "-", ".", "/", "(", ")", " (", ") ", "\u00a0", "\u200b", "\u2011");

  /** Every beginning of three digits, behind each code that has the short way. */
  @Example
  void the_short_way_reads_every_number_as_the_library_does() {
    for (int code : PhoneNumbers.PLAIN) {
      String own = LIBRARY.getRegionCodeForCountryCode(code);
      for (int beginning = 0; beginning < 1_000; beginning++) {
        // The lengths take turns; all of them for each beginning would take a minute.
        for (int length = 5 + beginning % 3; length <= 10; length += 3) {
          String tail = Integer.toString(1_000_000_007 ^ (beginning * 7_919 + length));
          String national = String.format("%03d", beginning) + tail.substring(0, length - 3);
          // All regions of all numbers would take minutes.
          String region = (beginning + length) % 3 == 0 ? "MX" : own;
          same("+" + code + national, Optional.of(region));
          same(code + national, beginning % 2 == 0 ? Optional.of(region) : Optional.empty());
        }
      }
    }
  }

  @Property(tries = 3_000)
  void the_short_way_reads_any_digits_as_the_library_does(
      @ForAll("plainDigits") String digits, @ForAll("anyRegion") String region) {
    same("+" + digits, Optional.of(region));
    same(digits, Optional.of(region));
    same(digits, Optional.empty());
  }

  @Provide
  Arbitrary<String> anyRegion() {
    return Arbitraries.of(REGIONS);
  }

  @Provide
  Arbitrary<String> plainDigits() {
    Arbitrary<String> any = Arbitraries.strings().numeric().ofMinLength(4).ofMaxLength(15);
    Arbitrary<String> plain =
        Combinators.combine(Arbitraries.of(PhoneNumbers.PLAIN), any)
            .as((code, rest) -> code + rest);
    return Arbitraries.oneOf(plain, plain, any, plain.map(digits -> "0" + digits));
  }

  private static void same(String text, Optional<String> region) {
    assertThat(PhoneNumbers.read(text, region))
        .as("%s in %s", text, region)
        .isEqualTo(PhoneNumbers.carefully(text, region));
  }

  private static String e164(PhoneNumber number) {
    return LIBRARY.format(number, PhoneNumberFormat.E164).substring(1);
  }

  private static List<PhoneNumber> examples(String region) {
    return Stream.of(PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
        .map(type -> LIBRARY.getExampleNumberForType(region, type))
        .filter(Objects::nonNull)
        .toList();
  }

  private static List<String> international(PhoneNumber number) {
    String digits = e164(number);
    return List.of(
        "+" + digits,
        "00" + digits,
        digits,
        "+" + digits + ".0",
        "00" + digits + ".0",
        digits + ".0",
        LIBRARY.format(number, PhoneNumberFormat.INTERNATIONAL),
        LIBRARY.format(number, PhoneNumberFormat.RFC3966).substring("tel:".length()));
  }

  private static List<String> national(PhoneNumber number) {
    String formatted = LIBRARY.format(number, PhoneNumberFormat.NATIONAL);
    String significant = LIBRARY.getNationalSignificantNumber(number);
    String dialled = formatted.replaceAll("[^0-9]", "");
    return List.of(formatted, dialled, dialled + ".0", significant, significant + ".0");
  }

  /** With the definition of the number's own country, or with none, all of these are sure. */
  @Example
  void reads_every_country_in_each_international_form() {
    for (String region : REGIONS) {
      for (PhoneNumber number : examples(region)) {
        for (String form : international(number)) {
          for (Optional<String> country : List.of(Optional.of(region), Optional.<String>empty())) {
            assertThat(PhoneNumbers.read(form, country).digits())
                .as("%s under %s", form, country)
                .contains(e164(number));
          }
        }
      }
    }
  }

  @Example
  void reads_no_national_form_as_a_foreign_number() {
    int read = 0;
    int forms = 0;
    for (String region : REGIONS) {
      for (PhoneNumber number : examples(region)) {
        for (String form : national(number)) {
          Optional<String> digits = PhoneNumbers.read(form, Optional.of(region)).digits();
          forms++;
          read += digits.isPresent() ? 1 : 0;
          assertThat(digits.orElse(e164(number)))
              .as("%s under %s", form, region)
              .isEqualTo(e164(number));
        }
      }
    }
    // The others can be read in two ways, or are written with Argentina's 15.
    assertThat(read).isGreaterThan(forms * 95 / 100);
  }

  @Example
  void reads_no_foreign_international_form_as_another_number() {
    for (String region : REGIONS) {
      for (PhoneNumber number : examples(region)) {
        for (String form : international(number)) {
          for (String country : ODD_PREFIXES) {
            assertThat(PhoneNumbers.read(form, Optional.of(country)).digits().orElse(e164(number)))
                .as("%s under %s", form, country)
                .isEqualTo(e164(number));
          }
        }
      }
    }
  }

  /**
   * Less a prefix, and with the definition's country code in front if it had none, a number that is
   * read is what was written.
   */
  @Property(tries = 20_000)
  void no_number_has_a_digit_that_was_not_written(
      @ForAll("written") String written, @ForAll("countries") Optional<String> country)
      throws NumberParseException {
    Optional<String> read = PhoneNumbers.read(written, country).digits();
    if (read.isEmpty()) {
      return;
    }
    PhoneNumber number = LIBRARY.parse("+" + read.get(), null);
    String significant = LIBRARY.getNationalSignificantNumber(number);
    String known = written.replaceAll("[^0-9.]", "").replaceFirst("[.]0$", "").replace(".", "");
    assertThat(known).as("%s under %s", written, country).endsWith(significant);
    String front = known.substring(0, known.length() - significant.length());
    boolean ofTheDefinition =
        country
            .filter(it -> LIBRARY.getCountryCodeForRegion(it) == number.getCountryCode())
            .isPresent();
    assertThat(ofTheDefinition || front.contains(String.valueOf(number.getCountryCode())))
        .as("%s under %s is read as %s", written, country, read.get())
        .isTrue();
  }

  @Provide
  Arbitrary<Optional<String>> countries() {
    return Arbitraries.of(List.copyOf(REGIONS)).optional();
  }

  /** Numbers of all countries, whole or spoilt, with separators anywhere and a tail or none. */
  @Provide
  Arbitrary<String> written() {
    List<String> numbers =
        REGIONS.stream()
            .flatMap(region -> examples(region).stream())
            .flatMap(
                number -> Stream.concat(international(number).stream(), national(number).stream()))
            .toList();
    Arbitrary<String> some =
        Arbitraries.oneOf(
            Arbitraries.of(numbers),
            Arbitraries.strings().numeric().ofMinLength(6).ofMaxLength(16));
    Arbitrary<String> front = Arbitraries.of("", "", "", "+", "00", "0", "1", "(0)", "011", "0015");
    Arbitrary<String> tail = Arbitraries.of("", "", "", ".0", "/8", " (2)", "-12", " 3", "-345");
    return Combinators.combine(
            front, some, tail, Arbitraries.of(SEPARATORS), Arbitraries.integers().between(0, 20))
        .as(
            (before, number, behind, separator, at) -> {
              String all = before + number;
              int place = Math.min(at, all.length());
              return all.substring(0, place) + separator + all.substring(place) + behind;
            });
  }
}
