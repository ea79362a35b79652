package dev.smsroutes.request;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.ValidationResult;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import dev.smsroutes.outcome.ErrorCode;
import dev.smsroutes.outcome.Fault;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Turns what people write as a mobile number into what the SMS API takes: country code and digits,
 * nothing else (contract, section 4).
 *
 * <p>Accepted are E.164 with or without {@code +}, spaces, dashes, dots, parentheses and slashes in
 * between, and the national form when the definition's country is known. Without {@code +} a number
 * can be read both ways; when both readings are possible and equally likely the number is refused
 * rather than sent to a stranger (docs/decisions/0003). Whether a number is possible is
 * libphonenumber's judgement. Thread-safe.
 */
public final class PhoneNumbers {
  private static final PhoneNumberUtil LIBRARY = PhoneNumberUtil.getInstance();

  /** Letters are not here on purpose: libphonenumber would dial 1-800-FLOWERS. */
  private static final Pattern WRITTEN = Pattern.compile("\\s*\\+?[0-9 ()./\\-\u00a0]{1,40}\\s*");

  private static final Pattern BETWEEN = Pattern.compile("[ ()./\\-\u00a0\\s]");

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
   * Reads a number.
   *
   * @param written as the caller wrote it
   * @param region ISO 3166 alpha-2 code of the definition's country, if it has one
   */
  public static Reading read(String written, Optional<String> region) {
    if (!WRITTEN.matcher(written).matches()) {
      return Reading.wrong(
          "Expected a number such as +49 151 12345678: digits, with +, spaces, dashes or"
              + " parentheses at most; something else came");
    }
    String compact = BETWEEN.matcher(written).replaceAll("");
    boolean plus = compact.startsWith("+");
    Optional<PhoneNumber> international = possible(plus ? compact : "+" + compact, null);
    Optional<PhoneNumber> national =
        plus ? Optional.empty() : region.flatMap(known -> possible(compact, known));
    if (international.isEmpty() && national.isEmpty()) {
      return Reading.wrong(
          region.isPresent()
              ? "Expected a possible number, with country code or as dialled in "
                  + region.get()
                  + "; this one is too short, too long or of no known country"
              : "Expected a possible number with country code;"
                  + " this one is too short, too long or of no known country");
    }
    if (international.isEmpty() || national.isEmpty()) {
      return Reading.of(digits(international.or(() -> national).orElseThrow()));
    }
    return choose(international.get(), national.get(), region.orElseThrow());
  }

  private static Reading choose(PhoneNumber international, PhoneNumber national, String region) {
    String whole = digits(international);
    String dialled = digits(national);
    if (whole.equals(dialled)) {
      return Reading.of(whole);
    }
    boolean wholeValid = LIBRARY.isValidNumber(international);
    if (wholeValid && international.getCountryCode() == national.getCountryCode()) {
      // The definition's own country code in front: the form that the API itself asks for.
      return Reading.of(whole);
    }
    boolean dialledValid = LIBRARY.isValidNumber(national);
    if (wholeValid == dialledValid) {
      return Reading.wrong(
          "Expected a number that can be read one way only; without + this one may begin with a"
              + " country code or be dialled in "
              + region
              + ": write it with + and country code");
    }
    return Reading.of(wholeValid ? whole : dialled);
  }

  private static Optional<PhoneNumber> possible(String number, String region) {
    try {
      PhoneNumber parsed = LIBRARY.parse(number, region);
      return LIBRARY.isPossibleNumberWithReason(parsed) == ValidationResult.IS_POSSIBLE
          ? Optional.of(parsed)
          : Optional.empty();
    } catch (NumberParseException e) {
      return Optional.empty();
    }
  }

  /**
   * Where a number belongs to.
   *
   * @param digits country code and digits, as they are sent
   * @return ISO 3166 alpha-2 code of its country, or {@code 001} for one of no country; empty if
   *     nobody knows
   */
  public static Optional<String> region(String digits) {
    try {
      PhoneNumber parsed = LIBRARY.parse("+" + digits, null);
      String region = LIBRARY.getRegionCodeForNumber(parsed);
      return Optional.ofNullable(
          region == null ? LIBRARY.getRegionCodeForCountryCode(parsed.getCountryCode()) : region);
    } catch (NumberParseException e) {
      return Optional.empty();
    }
  }

  private static String digits(PhoneNumber number) {
    return LIBRARY.format(number, PhoneNumberFormat.E164).substring(1);
  }
}
