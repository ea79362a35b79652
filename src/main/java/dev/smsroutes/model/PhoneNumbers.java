package dev.smsroutes.model;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.ValidationResult;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import dev.smsroutes.model.WrittenPhoneNumber.NotANumberException;
import java.util.Optional;
import java.util.Set;

/**
 * Turns what people write as a mobile number into what the SMS API takes: country code and digits,
 * nothing else (contract, section 4). All channels and the suppression list read numbers here.
 *
 * <p>The rule is decision 0003's: what can be read for sure is read, and what can be read in two
 * ways is refused with both of them. Digits are never made up: a number is what was written, less
 * an international or trunk prefix, with the definition's country code in front if it had none.
 * Whether a number is possible or valid is libphonenumber's judgement. Thread-safe.
 */
public final class PhoneNumbers {
  private static final PhoneNumberUtil LIBRARY = PhoneNumberUtil.getInstance();

  /** What stands for the plus in most countries (ITU-T E.123), and is a reading in all of them. */
  private static final String PREFIX = "00";

  /**
   * Country codes behind which the library takes a number as it stands, unless it begins with 0, or
   * with 1 behind the code 1: of none of them does it drop a digit. PhoneNumbersPropertyTest holds
   * it.
   */
  static final Set<Integer> PLAIN =
      Set.of(1, 31, 32, 33, 34, 41, 43, 44, 45, 46, 47, 48, 49, 61, 64, 91, 351, 353, 358, 420);

  private static final int LONGEST_CODE = 3;
  private static final int MIN_PLAIN = 8;
  private static final int MAX_PLAIN = 15;

  private static final String AUSTRALIAN_PREFIX = "0011";

  private static final int ARGENTINA = 54;
  private static final int MEXICO = 52;
  private static final String MEXICO_REGION = "MX";
  private static final String OLD_MEXICAN =
      "Expected a number of Mexico with ten digits; got one with the old 1, 01, 044 or 045 in front:"
          + " write +52 and the ten digits";

  private PhoneNumbers() {}

  /** Either the digits to send or what is wrong; exactly one of the two is there. */
  public record Reading(Optional<String> digits, Optional<Fault> fault) {
    static Reading of(String digits) {
      return new Reading(Optional.of(digits), Optional.empty());
    }

    static Reading wrong(String message) {
      return new Reading(
          Optional.empty(), Optional.of(new Fault("recipient.to", ErrorCode.INVALID_TO, message)));
    }
  }

  /**
   * One way to read the digits.
   *
   * @param exact whether its digits are those that were written, less a prefix
   */
  private record Candidate(PhoneNumber number, boolean exact) {
    /** Whether the number is in use; if not, it is possible by its length. Takes a while. */
    boolean valid() {
      return LIBRARY.isValidNumber(number);
    }

    String digits() {
      return LIBRARY.format(number, PhoneNumberFormat.E164).substring(1);
    }

    int country() {
      return number.getCountryCode();
    }
  }

  /**
   * Reads a number.
   *
   * @param text as the caller wrote it
   * @param region ISO 3166 alpha-2 code of the definition's country, if it has one
   */
  public static Reading read(String text, Optional<String> region) {
    return plain(text, region.orElse(null)).orElseGet(() -> carefully(text, region));
  }

  /**
   * Reads what is nothing but digits of a number with country code, as the API itself asks for:
   * most numbers are, and the library's way takes ten times as long. Empty if there is anything to
   * decide or to say.
   */
  private static Optional<Reading> plain(String text, String region) {
    boolean plus = text.startsWith("+");
    String digits = plus ? text.substring(1) : text;
    if (digits.length() < MIN_PLAIN
        || digits.length() > MAX_PLAIN
        || digits.startsWith("0")
        || !isDigits(digits)) {
      return Optional.empty();
    }
    int code = 0;
    int length = 0;
    while (length < LONGEST_CODE && !PLAIN.contains(code)) {
      code = 10 * code + digits.charAt(length++) - '0';
    }
    char first = digits.charAt(length);
    if (!PLAIN.contains(code) || first == '0' || code == 1 && first == '1') {
      return Optional.empty();
    }
    PhoneNumber number =
        new PhoneNumber()
            .setCountryCode(code)
            .setNationalNumber(Long.parseLong(digits.substring(length)));
    if (LIBRARY.isPossibleNumberWithReason(number) != ValidationResult.IS_POSSIBLE) {
      return Optional.empty();
    }
    // Without a plus, a valid number of the definition's own country is sure: see chosen.
    boolean sure =
        plus
            || (region == null || LIBRARY.getCountryCodeForRegion(region) == code)
                && LIBRARY.isValidNumber(number);
    return sure ? Optional.of(Reading.of(digits)) : Optional.empty();
  }

  private static boolean isDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** Reads a number by asking the library what its digits are. */
  static Reading carefully(String text, Optional<String> region) {
    WrittenPhoneNumber written;
    try {
      written = WrittenPhoneNumber.of(text);
    } catch (NotANumberException e) {
      return Reading.wrong(e.getMessage());
    }
    return written.zero() < 0
        ? read(written, written.digits(), region.orElse(null))
        : withZeroInParentheses(written, region.orElse(null));
  }

  /**
   * In {@code +44 (0) 7911 123456} the zero is dialled at home only. Most countries' numbers have
   * no zero behind the country code; in the others, such as Italy, both readings may be numbers.
   */
  private static Reading withZeroInParentheses(WrittenPhoneNumber written, String region) {
    String digits = written.digits();
    Reading with = read(written, digits, region);
    Reading without =
        read(
            written,
            digits.substring(0, written.zero()) + digits.substring(written.zero() + 1),
            region);
    if (with.digits().isEmpty() || with.equals(without)) {
      return without.digits().isEmpty() ? with : without;
    }
    boolean validWithout = without.digits().map(PhoneNumbers::isValid).orElse(false);
    boolean validWith = isValid(with.digits().orElseThrow());
    if (validWith && validWithout) {
      return Reading.wrong(
          "Expected a number that can be read in one way only; got one that is valid with the (0)"
              + " and without it: write it without the parentheses, or without the zero");
    }
    return validWithout ? without : with;
  }

  /** Reads the digits, unless the number may end before the last of them. */
  private static Reading read(WrittenPhoneNumber written, String digits, String region) {
    if (written.tail() == 0) {
      return whole(written, digits, region);
    }
    String head = digits.substring(0, digits.length() - written.tail());
    if (written.decimal() && digits.endsWith("0") && written.tail() == 1) {
      // 4915112345678.0: pandas and spreadsheets write whole numbers so, and it is no digit more.
      return whole(written, head, region);
    }
    Reading whole = whole(written, digits, region);
    return whole.digits().isPresent()
            && (written.decimal() || endsBefore(written, head, region, whole))
        ? Reading.wrong(
            "Expected one number; got a separator before "
                + (written.tail() == 1
                    ? "the last digit"
                    : "the last " + written.tail() + " digits")
                + ", which can belong to the number or not: write the number without that"
                + " separator, or without what stands behind it")
        : whole;
  }

  /**
   * Whether a number may end before its last group. No country groups its numbers so that a single
   * digit is left; longer groups are a part of their own if the number in front of them is one.
   */
  private static boolean endsBefore(
      WrittenPhoneNumber written, String head, String region, Reading whole) {
    if (written.tail() == 1) {
      return true;
    }
    return international(written, head)
        .or(() -> national(written, head, region))
        .map(
            alone ->
                alone.valid() || (written.tail() == 2 && !isValid(whole.digits().orElseThrow())))
        .orElse(false);
  }

  private static boolean isValid(String digits) {
    return parsed("+" + digits, null).map(LIBRARY::isValidNumber).orElse(false);
  }

  private static Reading whole(WrittenPhoneNumber written, String digits, String region) {
    boolean plus = written.plus();
    Optional<Candidate> international = international(written, digits);
    Optional<Candidate> national = national(written, digits, region);
    if (!plus && isOldMexican(digits, region)) {
      // The 1 of 1 55 1234 5678 is no country code here, although +1 551 234 5678 is a number.
      return Reading.wrong(OLD_MEXICAN);
    }
    if (international.isEmpty() && national.isEmpty()) {
      return Reading.wrong(impossible(plus, digits, region));
    }
    Optional<Candidate> chosen;
    if (international.isEmpty()) {
      chosen = national.filter(it -> it.valid() || !lacksTrunkPrefix(it, digits, region));
      if (chosen.isEmpty()) {
        return Reading.wrong(guess(national.get(), region));
      }
    } else if (national.isEmpty()) {
      chosen = international.filter(it -> plus || digits.startsWith(PREFIX) || it.valid());
      if (chosen.isEmpty()) {
        return Reading.wrong(guess(international.get(), region));
      }
    } else {
      chosen = chosen(digits.startsWith(PREFIX), international.get(), national.get(), region);
      if (chosen.isEmpty()) {
        return Reading.wrong(ambiguous(international.get(), national.get(), region));
      }
    }
    return chosen
        .filter(Candidate::exact)
        .map(it -> Reading.of(it.digits()))
        .orElseGet(() -> Reading.wrong(inexact(chosen.orElseThrow())));
  }

  /** Which of two possible readings is the sure one; empty if neither is. */
  private static Optional<Candidate> chosen(
      boolean prefix, Candidate international, Candidate national, String region) {
    if (international.digits().equals(national.digits())) {
      return Optional.of(international);
    }
    boolean own = international.country() == LIBRARY.getCountryCodeForRegion(region);
    if (own && prefix) {
      return Optional.of(international);
    }
    boolean valid = international.valid();
    if (valid && (own || !national.valid())) {
      // The definition's own country code in front: the form that the API itself asks for.
      return Optional.of(international);
    }
    // With 00 in front, the country's own rules take the next digits for a carrier's code: a guess.
    return !valid && !prefix && national.valid() ? Optional.of(national) : Optional.empty();
  }

  /** Whether the country has a trunk prefix, and the number was written without it. */
  private static boolean lacksTrunkPrefix(Candidate national, String digits, String region) {
    return LIBRARY.getNationalSignificantNumber(national.number()).equals(digits)
        && LIBRARY.getNddPrefixForRegion(region, true) != null;
  }

  private static Optional<Candidate> international(WrittenPhoneNumber written, String digits) {
    return possible("+" + withoutPrefix(written.plus(), digits), null, digits)
        .filter(
            it ->
                // (201) 555-0123 does not begin with the country code 20.
                written.area() == 0
                    || digits.substring(0, written.area()).equals(String.valueOf(it.country())));
  }

  private static String withoutPrefix(boolean plus, String digits) {
    return !plus && digits.startsWith(PREFIX) ? digits.substring(PREFIX.length()) : digits;
  }

  private static Optional<Candidate> national(
      WrittenPhoneNumber written, String digits, String region) {
    return written.plus() || region == null ? Optional.empty() : possible(digits, region, digits);
  }

  private static Optional<Candidate> possible(String number, String region, String written) {
    Optional<PhoneNumber> parsed =
        parsed(number, region)
            .filter(it -> LIBRARY.isPossibleNumberWithReason(it) == ValidationResult.IS_POSSIBLE);
    if (parsed.isEmpty()) {
      return Optional.empty();
    }
    String significant = LIBRARY.getNationalSignificantNumber(parsed.get());
    if (parsed.get().getCountryCode() == 1 && written.equals(AUSTRALIAN_PREFIX + significant)) {
      // Not 00, 1 and a trunk prefix 1: 0011 is how Australia dials abroad, here a country code's
      // first digits would be lost.
      return Optional.empty();
    }
    return Optional.of(new Candidate(parsed.get(), written.endsWith(significant)));
  }

  private static Optional<PhoneNumber> parsed(String number, String region) {
    try {
      return Optional.of(LIBRARY.parse(number, region));
    } catch (NumberParseException e) {
      return Optional.empty();
    }
  }

  private static String ambiguous(Candidate international, Candidate national, String region) {
    return "Expected a number that can be read in one way only; got one that can begin with the"
        + " country code +"
        + international.country()
        + ", or be dialled in "
        + region
        + " for a number of +"
        + national.country()
        + ": write it with + and country code";
  }

  private static String guess(Candidate candidate, String region) {
    return "Expected a number with + and country code"
        + (region == null ? "" : ", or as dialled in " + region)
        + "; got digits without a prefix that are no valid number of +"
        + candidate.country();
  }

  /** The library would have to change the digits, by habits of a country that it knows. */
  private static String inexact(Candidate candidate) {
    return candidate.country() == ARGENTINA
        ? "Expected a number with + and country code; got one with Argentina's 15 for mobile numbers:"
            + " write +54 9, the area code and the number without 15"
        : "Expected a number with + and country code; got one that lacks digits, such as its area"
            + " code, for +"
            + candidate.country();
  }

  private static String impossible(boolean plus, String digits, String region) {
    Optional<PhoneNumber> international = parsed("+" + withoutPrefix(plus, digits), null);
    if (international.isPresent()
        && international.get().getCountryCode() == MEXICO
        && isOldMexican(LIBRARY.getNationalSignificantNumber(international.get()), MEXICO_REGION)) {
      return OLD_MEXICAN;
    }
    boolean hasCountryCode = plus || digits.startsWith(PREFIX) || region == null;
    Optional<PhoneNumber> read = hasCountryCode ? international : parsed(digits, region);
    return "Expected a possible number with country code"
        + (region == null || plus ? "" : ", or as dialled in " + region)
        + "; got one that is "
        + read.map(it -> wrongLength(it) + " for +" + it.getCountryCode())
            .orElse("of no known country");
  }

  /** Ten digits with what Mexicans dialled before them until 2019. */
  private static boolean isOldMexican(String digits, String region) {
    if (!MEXICO_REGION.equals(region)) {
      return false;
    }
    return switch (digits.length()) {
      case 11 -> digits.startsWith("1");
      case 12 -> digits.startsWith("01");
      case 13 -> digits.startsWith("044") || digits.startsWith("045") || digits.startsWith("521");
      default -> false;
    };
  }

  private static String wrongLength(PhoneNumber number) {
    return switch (LIBRARY.isPossibleNumberWithReason(number)) {
      case TOO_LONG -> "too long";
      case TOO_SHORT, IS_POSSIBLE_LOCAL_ONLY -> "too short";
      default -> "of no possible length";
    };
  }

  /**
   * A number without its country code.
   *
   * @param digits country code and digits, as they are sent
   */
  static Optional<String> national(String digits) {
    return parsed("+" + digits, null).map(LIBRARY::getNationalSignificantNumber);
  }

  /**
   * Where a number belongs to.
   *
   * @param digits country code and digits, as they are sent
   * @return ISO 3166 alpha-2 code of its country, or {@code 001} for one of no country; empty if
   *     nobody knows
   */
  public static Optional<String> region(String digits) {
    return parsed("+" + digits, null)
        .map(
            it -> {
              String region = LIBRARY.getRegionCodeForNumber(it);
              return region == null
                  ? LIBRARY.getRegionCodeForCountryCode(it.getCountryCode())
                  : region;
            });
  }
}
