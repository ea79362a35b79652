package dev.smsroutes.template;

/**
 * A character outside the GSM alphabet, which makes the whole message UCS-2.
 *
 * @param codePoint the character; a lone surrogate stands for itself
 * @param position its position in characters (code points), from 1
 */
public record NonGsm(int codePoint, int position) {

  /** The character for people: {@code 'ç' (U+00E7)}; quoted only if it is printable. */
  public String character() {
    String hex = String.format("U+%04X", codePoint);
    return isPrintable(codePoint) ? "'" + Character.toString(codePoint) + "' (" + hex + ")" : hex;
  }

  /** For people, on one line: {@code 'ç' (U+00E7) at character 12}. */
  @Override
  public String toString() {
    return character() + " at character " + position;
  }

  /** Whether a character is visible by itself and does not change the line around it. */
  static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK ->
          false;
      default -> true;
    };
  }
}
