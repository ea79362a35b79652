package dev.smsroutes.model;

import java.util.regex.Pattern;

/**
 * Makes a stranger's text fit for a line of a log or a terminal: the one rule of what is not shown.
 *
 * <p>Not shown are controls of both kinds (C0 and C1, which a terminal obeys), line and paragraph
 * separators, characters that turn the direction of the text around or have no width, halves of
 * pairs, and what Unicode leaves open.
 */
public final class PlainText {
  private static final Pattern STRANGE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  private PlainText() {}

  /** The text in one line; a question mark for each character that is not shown. */
  public static String of(String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each < ' ' || each > '~') {
        // Almost no text gets here, and a line of a log must cost little.
        return STRANGE.matcher(text).replaceAll("?");
      }
    }
    return text;
  }
}
