package dev.smsroutes.access;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Lists of countries as operators write them. */
public final class Countries {
  private Countries() {}

  /**
   * The country of a number.
   *
   * @param digits with country code, as they are sent
   * @return its ISO 3166 code, {@code 001} for a number of no country; {@code unknown} if it may be
   *     of several, or is no number
   */
  public static String of(String digits) {
    return NumberPlan.country(digits).orElse("unknown");
  }

  /** Whether it is the ISO 3166 code of a country with telephone numbers, in upper case. */
  static boolean isCountry(String code) {
    return PhoneNumberUtil.getInstance().getSupportedRegions().contains(code);
  }

  /**
   * Reads ISO 3166 codes with commas between.
   *
   * @param key the name of the setting or option, for the message
   * @throws IllegalArgumentException naming the key, if one of them is not such a code
   */
  public static Set<String> read(String key, String written) {
    List<String> codes = Arrays.stream(written.split(",", -1)).map(String::strip).toList();
    for (String code : codes) {
      if (!isCountry(code)) {
        throw new IllegalArgumentException(
            key
                + ": expected ISO 3166 codes in capitals with commas between, such as DE,AT; got '"
                + code
                + "'");
      }
    }
    return new TreeSet<>(codes);
  }
}
