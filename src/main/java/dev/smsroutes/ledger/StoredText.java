package dev.smsroutes.ledger;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Encodes text for both databases: PostgreSQL cannot store character 0. It is escaped with a
 * backslash, and so is the backslash, so that two keys never become one.
 */
public final class StoredText {
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final int MAX_CHARACTERS = 2_000;

  private StoredText() {}

  public static String key(String text) {
    if (text.indexOf('\\') < 0 && text.indexOf('\0') < 0) {
      return text;
    }
    return text.replace("\\", "\\\\").replace("\0", "\\0");
  }

  public static String toKey(String stored) {
    return stored.indexOf('\\') < 0
        ? stored
        : ESCAPED
            .matcher(stored)
            .replaceAll(
                found ->
                    found.group(1).equals("0") ? "\0" : Matcher.quoteReplacement(found.group(1)));
  }

  /** One line for people, of limited length. */
  public static String line(String text) {
    String line = CONTROL.matcher(text).replaceAll(" ");
    if (line.length() <= MAX_CHARACTERS) {
      return line;
    }
    // Never cuts a surrogate pair.
    int end = Character.isHighSurrogate(line.charAt(MAX_CHARACTERS - 1)) ? 1 : 0;
    return line.substring(0, MAX_CHARACTERS - end) + "…";
  }
}
