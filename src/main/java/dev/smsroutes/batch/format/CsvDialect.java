package dev.smsroutes.batch.format;

import de.siegmar.fastcsv.reader.CsvParseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands between the cells of a CSV file. Immutable.
 *
 * @param separator one ASCII character
 * @param declared whether the first line of the file says so, as {@code sep=;}: Excel's own way,
 *     for a file that another Excel is to open
 */
record CsvDialect(char separator, boolean declared) {
  static final CsvDialect COMMAS = new CsvDialect(',', false);

  private static final List<Character> FOUND = List.of(',', ';', '\t');
  private static final Pattern SEP =
      Pattern.compile("\"?sep=(.|\\\\t)?\"?[,;\\s]*", Pattern.CASE_INSENSITIVE);

  /**
   * Finds out which separator makes the first row a header.
   *
   * @param head the beginning of the file in UTF-8, behind the byte order mark; enough to hold the
   *     header row
   * @throws UnreadableFileException when two do, or a {@code sep=} line names none that we know
   */
  static CsvDialect of(byte[] head) throws UnreadableFileException {
    Optional<String> line = firstLine(head);
    if (line.isPresent()) {
      Matcher sep = SEP.matcher(line.get());
      if (sep.matches()) {
        return declared(sep.group(1));
      }
    }
    CsvDialect best = COMMAS;
    int most = 0;
    boolean twice = false;
    for (char separator : FOUND) {
      int known = requiredColumns(head, separator);
      twice = known == most && known == CsvHeader.REQUIRED.size() || twice && known <= most;
      if (known > most) {
        most = known;
        best = new CsvDialect(separator, false);
      }
    }
    if (twice) {
      throw new UnreadableFileException(
          "unknown separator",
          "Expected one separator; the header row has all columns that it needs with two of comma,"
              + " semicolon and tab");
    }
    return best;
  }

  private static CsvDialect declared(String named) throws UnreadableFileException {
    char separator =
        named == null || named.isEmpty() ? '\0' : named.equals("\\t") ? '\t' : named.charAt(0);
    if (",;\t|".indexOf(separator) < 0) {
      throw new UnreadableFileException(
          "unknown separator",
          "Expected a comma, a semicolon, a tab or | after sep= in the first line; got"
              + " something else");
    }
    return new CsvDialect(separator, true);
  }

  private static Optional<String> firstLine(byte[] head) {
    int from = 0;
    while (from < head.length && (head[from] == '\r' || head[from] == '\n' || head[from] == ' ')) {
      from++;
    }
    int to = from;
    while (to < head.length && head[to] != '\r' && head[to] != '\n') {
      to++;
    }
    return to - from > 100
        ? Optional.empty()
        : Optional.of(new String(head, from, to - from, StandardCharsets.UTF_8));
  }

  private static int requiredColumns(byte[] head, char separator) {
    try {
      RawRecord first =
          RecordCutter.csv(new ByteArrayInputStream(head), head.length, separator).nextFilled();
      return first == null ? 0 : CsvHeader.required(CsvRows.cells(first, separator));
    } catch (CsvParseException e) {
      return 0;
    } catch (IOException e) {
      throw new IllegalStateException("Bytes in memory can be read", e);
    }
  }

  /** Its name in a sentence. */
  String word() {
    return switch (separator) {
      case ',' -> "comma";
      case ';' -> "semicolon";
      case '\t' -> "tab";
      default -> "vertical bar";
    };
  }
}
