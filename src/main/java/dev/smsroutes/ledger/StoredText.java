package dev.smsroutes.ledger;

/**
 * Text of strangers as both stores can hold it: PostgreSQL has no character 0. It is written with a
 * backslash, and so is the backslash, so that two keys never become one.
 */
public final class StoredText {
  private static final int MOST_CHARACTERS = 2_000;

  private StoredText() {}

  public static String key(String text) {
    if (text.indexOf('\\') < 0 && text.indexOf('\0') < 0) {
      return text;
    }
    return text.replace("\\", "\\\\").replace("\0", "\\0");
  }

  public static String toKey(String stored) {
    if (stored.indexOf('\\') < 0) {
      return stored;
    }
    StringBuilder text = new StringBuilder(stored.length());
    for (int i = 0; i < stored.length(); i++) {
      char character = stored.charAt(i);
      if (character == '\\') {
        i++;
        character = stored.charAt(i) == '0' ? '\0' : stored.charAt(i);
      }
      text.append(character);
    }
    return text.toString();
  }

  /** For people: one line of it, and not without end. */
  public static String line(String text) {
    String line = text.replaceAll("\\p{Cntrl}", " ");
    if (line.length() <= MOST_CHARACTERS) {
      return line;
    }
    // Not through the middle of a character.
    int end = Character.isHighSurrogate(line.charAt(MOST_CHARACTERS - 1)) ? 1 : 0;
    return line.substring(0, MOST_CHARACTERS - end) + "…";
  }
}
