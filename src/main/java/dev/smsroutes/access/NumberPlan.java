package dev.smsroutes.access;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What libphonenumber knows of a number that is about to be sent to. Stateless. */
final class NumberPlan {
  private static final PhoneNumberUtil LIBRARY = PhoneNumberUtil.getInstance();

  /**
   * The kinds of numbers that cost the sender or the recipient more, and to which fraud leads.
   * Personal numbers are forwarded at the cost of whoever calls them (070 in Britain).
   */
  private static final Map<PhoneNumberType, String> EXTRA_COST =
      new EnumMap<>(
          Map.of(
              PhoneNumberType.PREMIUM_RATE, "a premium-rate number",
              PhoneNumberType.SHARED_COST, "a shared-cost number",
              PhoneNumberType.PERSONAL_NUMBER, "a personal number"));

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
   * What kind of number with extra cost it is, in words; empty if it is none.
   *
   * @param digits with country code, as they are sent
   */
  static Optional<String> extraCost(String digits) {
    return number(digits).map(NumberPlan::type).map(EXTRA_COST::get);
  }

  /** Networks drop digits at the end of a number that is too long: it counts as what is left. */
  private static PhoneNumberType type(PhoneNumber number) {
    PhoneNumberType type = LIBRARY.getNumberType(number);
    return type == PhoneNumberType.UNKNOWN && LIBRARY.truncateTooLongNumber(number)
        ? LIBRARY.getNumberType(number)
        : type;
  }

  private static Optional<PhoneNumber> number(String digits) {
    try {
      return Optional.of(LIBRARY.parse("+" + digits, null));
    } catch (NumberParseException e) {
      return Optional.empty();
    }
  }
}
