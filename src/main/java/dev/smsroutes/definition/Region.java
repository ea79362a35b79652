package dev.smsroutes.definition;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.Locale;
import java.util.Optional;

/** The region of the API's {@code countryCode}, for numbers in national form. */
final class Region {
  private static final String UNKNOWN = "ZZ";
  private static final int DIGITS_OF_A_CALLING_CODE = 3;

  private Region() {}

  /**
   * The region of an ISO 3166 alpha-2 code ({@code US}), in any case, or the main country of a
   * calling code ({@code 1}, {@code +49}); empty for anything else.
   */
  static Optional<String> of(String countryCode) {
    PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
    String code = countryCode.strip().toUpperCase(Locale.ROOT);
    if (numbers.getSupportedRegions().contains(code)) {
      return Optional.of(code);
    }
    String digits = code.startsWith("+") ? code.substring(1) : code;
    if (!digits.matches("[1-9][0-9]{0," + (DIGITS_OF_A_CALLING_CODE - 1) + "}")) {
      return Optional.empty();
    }
    String region = numbers.getRegionCodeForCountryCode(Integer.parseInt(digits));
    // 001 is the library's code for numbers that belong to no country.
    return region.equals(UNKNOWN) || region.equals("001") ? Optional.empty() : Optional.of(region);
  }
}
