package dev.smsroutes.batch.format;

import dev.smsroutes.model.Masked;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The header row of a CSV file: which column is what. Immutable.
 *
 * <p>Our own columns are found in any case and with white space around them; every other column is
 * an attribute of that name. Columns without a name are allowed as long as they are empty:
 * spreadsheets leave them at the end of rows.
 */
final class CsvHeader {
  static final String DEFINITION_KEY = "definitionKey";
  static final String MESSAGE_KEY = "messageKey";
  static final String CONTACT_KEY = "contactKey";
  static final String TO = "to";
  static final String TEXT = "message";

  static final List<String> REQUIRED = List.of(DEFINITION_KEY, CONTACT_KEY, TO);
  private static final List<String> OURS =
      List.of(
          DEFINITION_KEY,
          MESSAGE_KEY,
          CONTACT_KEY,
          TO,
          TEXT,
          Rejects.CODE,
          Rejects.FIELD,
          Rejects.MESSAGE);

  private static final String SPACE = "[\\p{javaWhitespace}\\p{Z}\\uFEFF\\u200B]";

  /**
   * Spreadsheets leave spaces around names that are not for breaking, and marks of no width. Linear
   * in time: a run of spaces is only looked at from its beginning.
   */
  private static final Pattern AROUND =
      Pattern.compile("^" + SPACE + "++|(?<!" + SPACE + ")" + SPACE + "++\\z");

  private static final Set<String> REASONS = Set.of(Rejects.CODE, Rejects.FIELD, Rejects.MESSAGE);

  private final List<String> cells;
  private final List<String> names;

  private CsvHeader(List<String> cells, List<String> names) {
    this.cells = cells;
    this.names = names;
  }

  /**
   * @param cells of the first row
   * @throws UnreadableFileException without the columns that every request needs, or with one
   *     column twice. Names of columns are only told once it is sure that this is a header: the
   *     first row of a file without one holds personal data.
   */
  static CsvHeader of(List<String> cells) throws UnreadableFileException {
    List<String> names = cells.stream().map(CsvHeader::known).toList();
    Set<String> missing = new TreeSet<>(REQUIRED);
    names.forEach(missing::remove);
    if (missing.size() == REQUIRED.size()) {
      throw new UnreadableFileException("no header", noHeader(cells));
    }
    if (!missing.isEmpty()) {
      throw new UnreadableFileException(
          "incomplete header",
          "Expected a header row with the columns definitionKey, contactKey and to; missing: "
              + String.join(", ", missing));
    }
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      // Placeholders are found in any case, so FIRSTNAME and FirstName would be one attribute.
      String folded = names.get(i).toLowerCase(Locale.ROOT);
      Integer before = folded.isEmpty() ? null : seen.put(folded, i + 1);
      if (before != null) {
        throw new UnreadableFileException(
            "repeated column",
            "Expected every column once; '%s' is column %d and column %d"
                .formatted(Masked.text(names.get(i)), before, i + 1));
      }
    }
    return new CsvHeader(List.copyOf(cells), names);
  }

  private static String noHeader(List<String> cells) {
    String message =
        "Expected a header row with the columns definitionKey, contactKey and to; none of the"
            + " %,d cells of the first row is one of them".formatted(cells.size());
    return cells.size() > 1
        ? message
        : message + ". Cells are separated by commas, semicolons or tabs";
  }

  private static String known(String cell) {
    String name = AROUND.matcher(cell).replaceAll("");
    return OURS.stream().filter(name::equalsIgnoreCase).findFirst().orElse(name);
  }

  /** How many of the columns that every request needs are among these cells. */
  static int required(List<String> cells) {
    Set<String> found = new TreeSet<>(REQUIRED);
    cells.forEach(cell -> found.remove(known(cell)));
    return REQUIRED.size() - found.size();
  }

  int size() {
    return names.size();
  }

  /** The name of a column: ours in our spelling, an attribute's without white space around it. */
  String name(int column) {
    return names.get(column);
  }

  boolean isReason(int column) {
    return REASONS.contains(names.get(column));
  }

  /** How many columns at the beginning say why the row was rejected before. */
  int leadingReasons() {
    int n = 0;
    while (n < names.size() && isReason(n)) {
      n++;
    }
    return n;
  }

  boolean hasReasons() {
    return names.stream().anyMatch(REASONS::contains);
  }

  /** Whether there is a column for an attribute, which is found in any case. */
  boolean hasAttribute(String name) {
    return names.stream().anyMatch(name::equalsIgnoreCase);
  }

  /** The column of our own name, or -1. */
  int column(String name) {
    return names.indexOf(name);
  }

  /** The cells of a row without those that say why it was rejected before. */
  List<String> withoutReasons(List<String> row) {
    List<String> kept = new ArrayList<>(row.size());
    for (int i = 0; i < row.size(); i++) {
      if (i >= size() || !isReason(i)) {
        kept.add(row.get(i));
      }
    }
    return kept;
  }

  /** The header's own cells as they came, without those of the reasons. */
  List<String> originalCells() {
    return withoutReasons(cells);
  }
}
