package dev.smsroutes.model;

import java.util.regex.Pattern;

/**
 * Text that callers wrote, as it may stand in a log or a summary. A name of theirs may be a number
 * or a contact key: columns that were swapped, an object with people as its fields. Stateless.
 */
public final class Masked {
  private static final String ANY = "…";

  /** A run of seven digits or more, as people group a number. */
  private static final Pattern NUMBER =
      Pattern.compile("\\+?[0-9](?:[\\p{Zs}\\p{Pd}()./_]{0,3}[0-9]){6,}");

  private static final Pattern ADDRESS =
      Pattern.compile("[\\p{L}\\p{N}.!#$%&*+/=?^_{|}~-]+@[^\\s'\",;]*");

  private Masked() {}

  /** A message, a path, or the name of a field: without numbers and addresses. */
  public static String text(String text) {
    String shown = text.indexOf('@') < 0 ? text : ADDRESS.matcher(text).replaceAll(ANY);
    return hasDigits(shown) ? NUMBER.matcher(shown).replaceAll(ANY) : shown;
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
