package dev.smsroutes.access;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What libphonenumber knows of a number that is about to be sent to. Stateless. */
final class NumberPlan {
  private static final PhoneNumberUtil LIBRARY = PhoneNumberUtil.getInstance();

  /**
   * The kinds of numbers that cost the sender or the recipient more, and to which fraud leads.
   * Personal numbers are forwarded at the cost of the one who calls them (070 in Britain).
   */
  private static final Map<PhoneNumberType, String> EXTRA_COST =
      new EnumMap<>(
          Map.of(
              PhoneNumberType.PREMIUM_RATE, "a premium-rate number",
              PhoneNumberType.SHARED_COST, "a shared-cost number",
              PhoneNumberType.PERSONAL_NUMBER, "a personal number"));

  private static final Set<Integer> CODES = LIBRARY.getSupportedCallingCodes();
  private static final int LONGEST_CODE = 3;

  /** More digits than any number has, with its country code. */
  private static final int LONGEST = 15;

  private NumberPlan() {}

  /**
   * The countries to which a number may belong. Most country codes are of one country. Where one is
   * of several (+1, +7, +44), the digits after it decide; if they do not, all of them may be meant.
   *
   * @param digits with country code, as they are sent
   * @return ISO 3166 codes, or {@code 001} for a number of no country; empty if it is no number
   */
  static List<String> countries(String digits) {
    Optional<PhoneNumber> number = number(digits);
    if (number.isEmpty()) {
      return List.of();
    }
    List<String> all = LIBRARY.getRegionCodesForCountryCode(number.get().getCountryCode());
    if (all.size() <= 1) {
      return all;
    }
    String one = LIBRARY.getRegionCodeForNumber(number.get());
    return one == null ? all : List.of(one);
  }

  /**
   * The one country to which a number belongs, by its first digits alone where these decide: that
   * takes a tenth of the time of {@link #countries}.
   *
   * @param digits with country code, as they are sent
   * @return its ISO 3166 code, or {@code 001} for a number of no country; empty if it may be of
   *     several, or is no number
   */
  static Optional<String> country(String digits) {
    return plain(digits)
        .map(NumberPlan::country)
        .or(
            () ->
                Optional.of(countries(digits))
                    .filter(all -> all.size() == 1)
                    .map(all -> all.get(0)));
  }

  /** Null if its first digits do not decide, and it is not valid. */
  private static String country(PhoneNumber number) {
    List<String> all = LIBRARY.getRegionCodesForCountryCode(number.getCountryCode());
    if (all.size() == 1) {
      return all.get(0);
    }
    String one = LIBRARY.getRegionCodeForNumber(number);
    return one != null && LIBRARY.isValidNumberForRegion(number, one) ? one : null;
  }

  /**
   * What kind of number with extra cost it is, in words; empty for all other numbers.
   *
   * @param digits with country code, as they are sent
   */
  static Optional<String> extraCost(String digits) {
    return plain(digits)
        .map(LIBRARY::getNumberType)
        // A number that has a kind is valid.
        .filter(type -> type != PhoneNumberType.UNKNOWN)
        .or(() -> parsed(digits).map(NumberPlan::type))
        .map(EXTRA_COST::get);
  }

  /** Networks drop digits at the end of a number that is too long: it counts as what is left. */
  private static PhoneNumberType type(PhoneNumber number) {
    PhoneNumberType type = LIBRARY.getNumberType(number);
    return type == PhoneNumberType.UNKNOWN && LIBRARY.truncateTooLongNumber(number)
        ? LIBRARY.getNumberType(number)
        : type;
  }

  /** What {@link #parsed} says, but ten times as fast for a valid number. */
  static Optional<PhoneNumber> number(String digits) {
    return plain(digits).filter(LIBRARY::isValidNumber).or(() -> parsed(digits));
  }

  /** The digits as they are; right if that is a valid number, since nothing has to be stripped. */
  private static Optional<PhoneNumber> plain(String digits) {
    int code = 0;
    for (int length = 1; length <= LONGEST_CODE && length < digits.length(); length++) {
      code = 10 * code + digits.charAt(length - 1) - '0';
      if (CODES.contains(code) && digits.charAt(length) != '0' && digits.length() <= LONGEST) {
        return Optional.of(
            new PhoneNumber()
                .setCountryCode(code)
                .setNationalNumber(Long.parseLong(digits.substring(length))));
      }
    }
    return Optional.empty();
  }

  static Optional<PhoneNumber> parsed(String digits) {
    try {
      return Optional.of(LIBRARY.parse("+" + digits, null));
    } catch (NumberParseException e) {
      return Optional.empty();
    }
  }
}
