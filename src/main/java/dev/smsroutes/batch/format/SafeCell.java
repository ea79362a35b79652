package dev.smsroutes.batch.format;

import java.util.regex.Pattern;

/**
 * Text for a cell that no spreadsheet takes for a formula (OWASP, CSV injection).
 *
 * <p>An apostrophe is put in front of what begins with {@code =}, {@code +}, {@code -} or
 * {@code @}, their full-width forms, a tab or a line end, also behind spaces and characters that do
 * not show. The same goes for what follows a separator or a line end within the cell: a spreadsheet
 * that is set to another separator begins a cell there, and does not mind our quotation marks. A
 * plain number stays as it is, with its sign.
 */
public final class SafeCell {
  private static final String SIGNS = "=+-@＝＋－＠";
  private static final String BREAKS = ",;|\t\r\n";
  private static final Pattern NUMBER = Pattern.compile("[+-][0-9]+([.][0-9]+)?");

  private SafeCell() {}

  public static String of(String text) {
    StringBuilder safe = null;
    int copied = 0;
    int start = 0;
    while (start <= text.length()) {
      int end = start;
      while (end < text.length() && BREAKS.indexOf(text.charAt(end)) < 0) {
        end++;
      }
      if (isFormula(text, start, end)) {
        safe = safe == null ? new StringBuilder(text.length() + 8) : safe;
        safe.append(text, copied, start).append('\'');
        copied = start;
      }
      start = end + 1;
    }
    return safe == null ? text : safe.append(text, copied, text.length()).toString();
  }

  private static boolean isFormula(String text, int start, int end) {
    int i = start;
    while (i < end && doesNotShow(text.codePointAt(i))) {
      i += Character.charCount(text.codePointAt(i));
    }
    if (i >= end) {
      // Blank up to a break: a tab or a line end at the beginning counts as a formula's sign.
      return start == 0 && end < text.length() && Character.isWhitespace(text.charAt(end));
    }
    return SIGNS.indexOf(text.charAt(i)) >= 0
        && !NUMBER.matcher(text.substring(i, end).strip()).matches();
  }

  private static boolean doesNotShow(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
