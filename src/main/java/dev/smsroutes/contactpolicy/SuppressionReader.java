package dev.smsroutes.contactpolicy;

import dev.smsroutes.model.PhoneNumbers;
import dev.smsroutes.watch.BrokenFileException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a suppression list: text in UTF-8, one number or one contact key a line. docs/care.md
 * describes the form for operators. For one reading.
 */
final class SuppressionReader {
  /** In characters; a longer line means another kind of file. */
  static final int MAX_LINE = 1_000;

  private static final char BYTE_ORDER_MARK = '\uFEFF';
  private static final Pattern KIND = Pattern.compile("(?i)(to|contactKey):(.*)");
  private static final Pattern REMARK = Pattern.compile("\\s#.*");
  private static final Pattern QUOTED = Pattern.compile("([\"'])(.*)\\1");

  /**
   * Decoration around a number: quotes, an apostrophe or a formula of a spreadsheet, or the scheme
   * of a link. None of it changes a digit.
   */
  private static final Pattern WRAPPED =
      Pattern.compile(
          "(?i)=?[\\p{Cf}\\s]*[\"'\\p{Pi}\\p{Pf}]*[\\p{Cf}\\s]*(?:(?:tel|sms|callto):)?"
              + "(.*?)[\"'\\p{Pi}\\p{Pf}\\p{Cf}\\s]*");

  /** An operator takes a line with so many digits for a number, whatever else it holds. */
  private static final int DIGITS_OF_A_NUMBER = 7;

  private final SuppressionList.Builder list = new SuppressionList.Builder();
  private int line;
  private int doubtful;
  private int firstDoubtful;

  /**
   * A list and its statistics.
   *
   * @param lines how many lines it has
   * @param doubtful how many lines look like a number but cannot be read as one
   * @param firstDoubtful the first of these, counted from 1; 0 without such lines
   */
  record SuppressionReading(SuppressionList list, int lines, int doubtful, int firstDoubtful) {}

  private SuppressionReader() {}

  /**
   * @throws BrokenFileException if this is not a suppression list
   */
  static SuppressionReading read(InputStream in) throws IOException {
    return new SuppressionReader().all(in);
  }

  private SuppressionReading all(InputStream in) throws IOException {
    try (BufferedReader text =
        new BufferedReader(
            new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)),
            65_536)) {
      for (String next = nextLine(text); next != null; next = nextLine(text)) {
        take(SuppressionList.comparable(next));
      }
    } catch (CharacterCodingException e) {
      throw new BrokenFileException(
          "expected text in UTF-8; got other bytes near line " + (line + 1) + " or later");
    }
    if (line == 0) {
      // A file that is being written is empty for a moment: it must not unlist all recipients.
      throw new BrokenFileException(
          "expected at least one line; got an empty file (an empty list needs one comment line)");
    }
    return new SuppressionReading(list.build(), line, doubtful, firstDoubtful);
  }

  /** The next line without its end; null after the last one. */
  private String nextLine(BufferedReader text) throws IOException {
    StringBuilder one = new StringBuilder();
    int next = text.read();
    if (next < 0) {
      return null;
    }
    line++;
    while (next >= 0 && next != '\n' && next != '\r') {
      if (one.length() == MAX_LINE) {
        throw new BrokenFileException(
            "expected lines of up to "
                + MAX_LINE
                + " characters; got a longer one in line "
                + line);
      }
      if (next < ' ' && next != '\t') {
        throw new BrokenFileException("expected text; got a control character in line " + line);
      }
      // Not only at the beginning of the file: lists are concatenated.
      if (next != BYTE_ORDER_MARK || one.length() > 0) {
        one.append((char) next);
      }
      next = text.read();
    }
    if (next == '\r') {
      text.mark(1);
      if (text.read() != '\n') {
        text.reset();
      }
    }
    return one.toString();
  }

  private void take(String text) {
    if (text.isEmpty() || text.startsWith("#")) {
      return;
    }
    Matcher quoted = QUOTED.matcher(text);
    if (quoted.matches() && KIND.matcher(quoted.group(2)).lookingAt()) {
      take(SuppressionList.comparable(quoted.group(2)));
      return;
    }
    Matcher kind = KIND.matcher(text);
    if (!kind.matches()) {
      // A line without a kind counts as both.
      if (!number(text) && looksLikeANumber(text)) {
        doubt();
      }
      contactKey(text);
    } else if (kind.group(1).equalsIgnoreCase("to")) {
      if (!number(kind.group(2))) {
        doubt();
      }
    } else {
      contactKey(kind.group(2));
    }
  }

  /** Adds the key as written, and also without the quotes of a CSV export or a shell script. */
  private void contactKey(String written) {
    String key = SuppressionList.comparable(written);
    Matcher quoted = QUOTED.matcher(key);
    String unquoted =
        quoted.matches() ? SuppressionList.comparable(quoted.group(2).replace("\"\"", "\"")) : key;
    if (unquoted.isEmpty()) {
      doubt();
      return;
    }
    list.contactKey(key);
    if (!unquoted.equals(key)) {
      list.contactKey(unquoted);
    }
  }

  private boolean number(String text) {
    Optional<String> digits = digits(text);
    if (digits.isEmpty() && text.indexOf('#') >= 0) {
      digits = digits(REMARK.matcher(text).replaceFirst(""));
    }
    digits.ifPresent(list::number);
    return digits.isPresent();
  }

  private static Optional<String> digits(String text) {
    Matcher wrapped = WRAPPED.matcher(text);
    return PhoneNumbers.read(wrapped.matches() ? wrapped.group(1) : text, Optional.empty())
        .digits();
  }

  private static boolean looksLikeANumber(String text) {
    return text.startsWith("+")
        || text.codePoints().filter(Character::isDigit).count() >= DIGITS_OF_A_NUMBER;
  }

  private void doubt() {
    doubtful++;
    firstDoubtful = firstDoubtful == 0 ? line : firstDoubtful;
  }
}
