package dev.smsroutes.model;

import java.util.Locale;

/**
 * A phone number as it stands on paper: which digits, in which order, and how they are set apart.
 * What the digits mean is for {@link PhoneNumbers} to say. Immutable.
 *
 * <p>Format characters (Unicode category Cf) are dropped: a number that is copied off a screen has
 * them, and nobody can see them. Every kind of blank (Zs), dash (Pd) and parenthesis (Ps, Pe) is
 * read as the plain one. None of that changes a digit. Any other character is a fault, and is named
 * with its code and its place.
 *
 * @param plus whether a plus stands in front
 * @param digits all ASCII digits, in their order; at least one
 * @param area how many digits stand in parentheses at the beginning, without a plus, as in {@code
 *     (425) 555-0123}; 0 if it does not begin so
 * @param zero where in the digits a zero stands that has parentheses of its own, behind other
 *     digits, as in {@code +44 (0)}; -1 without such a zero
 * @param tail how many digits are in the last group, if it may be a part of its own (an extension,
 *     a second number's last digit, a remark); 0 if it belongs to the number
 * @param decimal whether it is one row of digits, a dot, and one or two digits
 */
record WrittenPhoneNumber(
    boolean plus, String digits, int area, int zero, int tail, boolean decimal) {
  /** In UTF-16 units; longer texts are no numbers, however many blanks they hold. */
  static final int MAX_LENGTH = 100;

  private static final int MAX_NAMED = 3;
  private static final char MINUS = '\u2212';
  private static final char WIDE_PLUS = '\uff0b';
  private static final char WIDE_DOT = '\uff0e';
  private static final char WIDE_SLASH = '\uff0f';

  /** Why a text is no number; quotes nothing of it but characters that have no place in one. */
  static final class NotANumberException extends Exception {
    private static final long serialVersionUID = 1L;

    NotANumberException(String message) {
      super(message, null, false, false);
    }
  }

  static WrittenPhoneNumber of(String text) throws NotANumberException {
    if (text.length() > MAX_LENGTH) {
      throw new NotANumberException(
          "Expected a number of up to "
              + MAX_LENGTH
              + " characters; got "
              + text.codePointCount(0, text.length()));
    }
    return new Scan().all(text);
  }

  private static final class Scan {
    private final StringBuilder digits = new StringBuilder(16);
    private final StringBuilder named = new StringBuilder(0);
    private int misplaced;

    /** Where the last run of letters ended. */
    private int lastLetter = -1;

    private boolean plus;
    private int open;
    private boolean unbalanced;

    /** What stands between the last digit and here: a blank, or the last other character. */
    private char between;

    private char beforeLast;
    private char last;
    private int lengthBeforeLast;
    private int length;
    private int groups;
    private int area;
    private int zero = -1;

    WrittenPhoneNumber all(String text) throws NotANumberException {
      int from = text.length() - text.stripLeading().length();
      int to = text.stripTrailing().length();
      int character;
      for (int i = from; i < to; i += Character.charCount(character)) {
        character = text.codePointAt(i);
        take(character, text, i);
      }
      if (digits.isEmpty()) {
        throw new NotANumberException(
            "Expected a number such as +49 151 12345678; got no digit at all");
      }
      if (misplaced > 0) {
        throw new NotANumberException(
            "Expected digits, with +, spaces, dashes, dots, slashes or parentheses at most; got "
                + named
                + (misplaced > MAX_NAMED ? " and " + (misplaced - MAX_NAMED) + " more" : "")
                + hint(text));
      }
      if (open > 0 || unbalanced) {
        throw new NotANumberException(
            "Expected parentheses in pairs; got one that opens or closes alone");
      }
      boolean decimal = groups == 2 && last == '.' && length <= 2 && between == 0;
      return new WrittenPhoneNumber(
          plus, digits.toString(), area, zero, isTail() ? length : 0, decimal);
    }

    private void take(int character, String text, int at) {
      if (character >= '0' && character <= '9') {
        digit((char) character);
        return;
      }
      switch (Character.getType(character)) {
        case Character.FORMAT -> {}
        case Character.SPACE_SEPARATOR -> separate(' ');
        case Character.DASH_PUNCTUATION -> separate('-');
        case Character.START_PUNCTUATION -> {
          unbalanced |= open > 0;
          open++;
          separate('(');
        }
        case Character.END_PUNCTUATION -> {
          unbalanced |= open == 0;
          open--;
          if (groups > 1
              && last == '('
              && length == 1
              && digits.charAt(digits.length() - 1) == '0') {
            zero = digits.length() - 1;
          }
          if (groups == 1 && last == '(' && !plus) {
            area = length;
          }
          separate(')');
        }
        default -> {
          switch (character) {
            case '+', WIDE_PLUS -> {
              if (plus || !digits.isEmpty()) {
                misplaced(character, text, at);
              }
              plus = true;
            }
            case '\t' -> separate(' ');
            case MINUS -> separate('-');
            case '.', WIDE_DOT -> separate('.');
            case '/', WIDE_SLASH -> separate('/');
            default -> misplaced(character, text, at);
          }
        }
      }
    }

    private void digit(char digit) {
      if (length == 0 || between != 0) {
        beforeLast = last;
        last = between;
        lengthBeforeLast = length;
        length = 0;
        groups++;
      }
      between = 0;
      length++;
      digits.append(digit);
    }

    private void separate(char separator) {
      if (separator != ' ' || between == 0) {
        between = separator;
      }
    }

    /**
     * Whether the last group may be something else than the number's last digits. A separator that
     * stood before the group in front of it as well, as in 06.12.34.56.78, only makes groups.
     */
    private boolean isTail() {
      if (groups < 2) {
        return false;
      }
      if (length == 1) {
        return true;
      }
      if (last == ' ') {
        return length == 2 && lengthBeforeLast > 4;
      }
      return length <= 4 && (last == '(' || last != beforeLast);
    }

    /** Letters are not told apart: they may be a name, and the message stands in logs. */
    private void misplaced(int character, String text, int at) {
      boolean letter = Character.isLetter(character);
      if (letter && lastLetter == at) {
        lastLetter = at + Character.charCount(character);
        return;
      }
      lastLetter = letter ? at + Character.charCount(character) : -1;
      misplaced++;
      if (misplaced > MAX_NAMED) {
        return;
      }
      named
          .append(named.isEmpty() ? "" : ", ")
          .append(letter ? "letters" : code(character))
          .append(" at character ")
          .append(text.codePointCount(0, at) + 1);
    }

    private static String code(int character) {
      String code = String.format(Locale.ROOT, "U+%04X", character);
      return character > ' ' && character < '\u007f' ? (char) character + " (" + code + ")" : code;
    }

    private static String hint(String text) {
      return text.strip().matches("[0-9]+[.,]?[0-9]*[eE]\\+?[0-9]+")
          ? " (a spreadsheet has shortened the number and lost digits: format its column as text)"
          : "";
    }
  }
}
