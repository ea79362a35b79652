package dev.smsroutes.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text that callers wrote, as it may stand in a log or a summary. A name of theirs may be a number
 * or a contact key: columns that were swapped, an object with people as its fields. Stateless.
 */
public final class Masked {
  private static final String ANY = "…";

  private static final String NEXT_DIGIT = "(?:[\\p{Zs}\\p{Pd}()./_]{0,3}[0-9])";

  /**
   * A run of seven digits or more, as people group a number; its beginning, because each further
   * repetition costs stack, and a stranger's text may have thousands.
   */
  private static final Pattern NUMBER = Pattern.compile("\\+?[0-9]" + NEXT_DIGIT + "{6,20}");

  /** How such a run may go on. */
  private static final Pattern MORE = Pattern.compile(NEXT_DIGIT + "{1,20}");

  private static final String OF_NAME = "[\\p{L}\\p{N}.!#$%&*+/=?^_{|}~-]";

  /**
   * It begins where a run of such characters begins: else a long run would be read again and again.
   */
  private static final Pattern ADDRESS =
      Pattern.compile("(?<!" + OF_NAME + ")" + OF_NAME + "++@[^\\s'\",;]*");

  private Masked() {}

  /** A message, a path, or the name of a field: without numbers and addresses. */
  public static String text(String text) {
    String shown = text.indexOf('@') < 0 ? text : ADDRESS.matcher(text).replaceAll(ANY);
    return hasDigits(shown) ? withoutNumbers(shown) : shown;
  }

  private static String withoutNumbers(String text) {
    Matcher number = NUMBER.matcher(text);
    Matcher more = MORE.matcher(text);
    StringBuilder shown = new StringBuilder();
    int from = 0;
    while (number.find(from)) {
      shown.append(text, from, number.start()).append(ANY);
      from = number.end();
      while (more.region(from, text.length()).lookingAt()) {
        from = more.end();
      }
    }
    return shown.append(text, from, text.length()).toString();
  }

  /** Most texts have none, and this is done for each message. */
  private static boolean hasDigits(String text) {
    int digits = 0;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      digits += character >= '0' && character <= '9' ? 1 : 0;
    }
    return digits > 6;
  }
}
