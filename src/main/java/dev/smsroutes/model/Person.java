package dev.smsroutes.model;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A person whose data are looked for: by number, by contact key, or, if a text can be both, by
 * both. Immutable and thread-safe.
 */
public final class Person {
  /** A run of digits as people group a number; at most as long as {@link WrittenPhoneNumber}s. */
  private static final Pattern DIGITS =
      Pattern.compile(
          "(?<![\\p{L}\\p{N}])\\+?[0-9](?:[\\p{Zs}\\p{Pd}().,/]{0,3}[0-9]){6,19}(?!\\p{N})");

  private static final Pattern NO_DIGIT = Pattern.compile("[^0-9]");
  private static final int LAST_DIGITS = 6;

  /** A shorter key is found only as a whole: as a part of a text it could be anything. */
  private static final int MIN_KEY_IN_TEXT = 4;

  private final String contactKey;
  private final Optional<String> number;
  private final Optional<String> region;
  private final Set<String> written = new HashSet<>();

  private Person(String contactKey, Optional<String> number) {
    this.contactKey = contactKey;
    this.number = number;
    this.region = number.flatMap(PhoneNumbers::region);
    number.ifPresent(
        digits -> {
          written.add(digits);
          written.add("00" + digits);
          PhoneNumbers.national(digits).ifPresent(dialled -> written.add("0" + dialled));
        });
  }

  /**
   * @param text a number with country code in any readable form, or exactly a contact key
   */
  public static Person of(String text) {
    return new Person(text, PhoneNumbers.read(text, Optional.empty()).digits());
  }

  /** Whether the text could be read as a number. */
  public boolean hasNumber() {
    return number.isPresent();
  }

  /**
   * Whether a message with these values goes to this person.
   *
   * @param to as it was written; may be null
   * @param key may be null
   * @param region the country of the send definition, if it is known and has one; else a number
   *     without country code is read as one of this person's country
   */
  public boolean isRecipient(String to, String key, Optional<String> region) {
    return contactKey.equals(key) || to != null && isNumber(to, region);
  }

  /**
   * As above.
   *
   * @param regions the country of a send definition by its key
   */
  public boolean isRecipientOf(SendRequest request, Function<String, Optional<String>> regions) {
    Recipient recipient = request.recipient();
    return recipient != null
        && isRecipient(
            recipient.to(),
            recipient.contactKey(),
            Optional.ofNullable(request.definitionKey()).flatMap(regions));
  }

  private boolean isNumber(String text, Optional<String> definitions) {
    if (number.isEmpty() || !endsAlike(text)) {
      return false;
    }
    Optional<String> country = definitions.isPresent() ? definitions : region;
    return PhoneNumbers.read(text, country).digits().equals(number);
  }

  /** Reading a number takes a thousand times as long. */
  private boolean endsAlike(String text) {
    String digits = NO_DIGIT.matcher(text).replaceAll("");
    int from = number.orElseThrow().length() - LAST_DIGITS;
    // Spreadsheets add a decimal zero.
    return digits.contains(number.get().substring(Math.max(0, from)));
  }

  /** Whether a text of any kind holds the number or the contact key. */
  public boolean isMentionedIn(String text) {
    return text.equals(contactKey)
        || contactKey.length() >= MIN_KEY_IN_TEXT && holdsKey(text)
        || number.isPresent() && holdsNumber(text);
  }

  private boolean holdsKey(String text) {
    for (int at = text.indexOf(contactKey); at >= 0; at = text.indexOf(contactKey, at + 1)) {
      int end = at + contactKey.length();
      boolean begins = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
      boolean ends = end == text.length() || !Character.isLetterOrDigit(text.charAt(end));
      if (begins && ends) {
        return true;
      }
    }
    return false;
  }

  private boolean holdsNumber(String text) {
    Matcher run = DIGITS.matcher(text);
    while (run.find()) {
      if (written.contains(NO_DIGIT.matcher(run.group()).replaceAll(""))) {
        return true;
      }
    }
    return false;
  }

  /** Without the person. */
  @Override
  public String toString() {
    return "Person[…]";
  }
}
