package dev.smsroutes.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The short way to a number against the library's own. */
class NumberPlanTest {
  private static final PhoneNumberUtil LIBRARY = PhoneNumberUtil.getInstance();

  /** An example of each kind of number of each country, and what is near to it. */
  private static List<String> numbers() {
    List<String> all = new ArrayList<>();
    for (String region : LIBRARY.getSupportedRegions()) {
      for (PhoneNumberType type : PhoneNumberType.values()) {
        PhoneNumber example = LIBRARY.getExampleNumberForType(region, type);
        if (example != null) {
          String digits = LIBRARY.format(example, PhoneNumberFormat.E164).substring(1);
          all.addAll(List.of(digits, digits + "1", digits.substring(0, digits.length() - 1)));
          String code = Integer.toString(example.getCountryCode());
          for (String prefix : List.of("0", "1", "8", "06")) {
            all.add(code + prefix + digits.substring(code.length()));
          }
        }
      }
    }
    all.addAll(List.of("", "1", "49", "999123456789", "0049151123456", "8001234567890123456"));
    return all;
  }

  @Test
  void reads_a_number_as_the_library_does() {
    for (String digits : numbers()) {
      assertThat(NumberPlan.number(digits)).as(digits).isEqualTo(NumberPlan.parsed(digits));
    }
  }

  /**
   * Where both know it; the first digits alone also tell the country of a number that is not valid.
   */
  @Test
  void names_the_country_that_the_whole_number_names() {
    for (String digits : numbers()) {
      List<String> countries = NumberPlan.countries(digits);
      if (countries.size() == 1) {
        assertThat(NumberPlan.country(digits)).as(digits).isEqualTo(Optional.of(countries.get(0)));
      }
    }
    assertThat(Countries.of("999123456789")).isEqualTo("unknown");
  }
}
