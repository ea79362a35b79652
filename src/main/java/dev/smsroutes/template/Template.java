package dev.smsroutes.template;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A text with {@code %%Name%%} placeholders, compiled once.
 *
 * <p>Immutable and thread-safe. Parsing, checking and rendering take time linear in input and
 * output.
 *
 * <p>A text consists of (contract, section 5):
 *
 * <ul>
 *   <li><b>A placeholder</b> is {@code %%Name%%} with a name of 1 to 128 UTF-16 units, without
 *       {@code %} and control characters, that does not begin or end with a space and does not
 *       begin with {@code [} or {@code =}. Names are compared without case.
 *   <li><b>Script</b>, {@code %%[ … ]%%} and {@code %%= … =%%}, and <b>system strings</b> such as
 *       {@code %%_FirstName%%} and {@code %%xtdayofweek%%}, which only the API can resolve. A
 *       system string stays one even if the request has an attribute of its name: the request
 *       carries its attributes, and the API decides. Script without an end extends to the end of
 *       the text.
 *   <li>Any other {@code %%} is <b>literal text</b>; it cannot be escaped. In a run of more than
 *       two percent signs, the last two before a name open the placeholder.
 * </ul>
 *
 * <p>The API evaluates the sent text as a template again. So a text is rendered here only if
 * nothing in the result can be read as a template:
 *
 * <ul>
 *   <li>Texts with script or system strings are {@link #leftToApi() left to the API}.
 *   <li>So are texts with placeholders in which a value could be between two literal {@code %%}, or
 *       right after one: the value {@code =Lookup(…)=} would run as script there. In short: next to
 *       placeholders, one literal {@code %%} is harmless, two are not.
 *   <li>Values that hold {@code %%} are refused, and so are values that form one together with
 *       their neighbours.
 * </ul>
 */
public final class Template {
  /** The maximum length of a rendered text, in UTF-16 units. */
  static final int MAX_RENDERED = 65_536;

  private static final int MAX_NAME = 128;
  private static final int MAX_FAULTS = 100;
  private static final int MAX_NAMES_IN_A_MESSAGE = 20;
  private static final int MAX_NAME_IN_A_MESSAGE = 60;
  private static final String MARK = "%%";
  private static final String FIELD = "recipient.attributes.";

  private final String text;

  /** The literals around the placeholders: one more than the slots. */
  private final String[] literals;

  /** For each placeholder of the text, in order, the index of its name. */
  private final int[] slots;

  private final List<String> names;
  private final Map<String, Integer> indexOfName;
  private final List<String> apiOnly;

  private Template(TemplateParser parsed) {
    text = parsed.text;
    literals = parsed.literals.toArray(String[]::new);
    slots = parsed.slots.stream().mapToInt(Integer::intValue).toArray();
    names = List.copyOf(parsed.names);
    indexOfName = Map.copyOf(parsed.indexOfName);
    apiOnly = List.copyOf(parsed.apiOnly);
  }

  /**
   * Compiles a text. Every text is accepted.
   *
   * @throws NullPointerException for null
   */
  public static Template parse(String text) {
    TemplateParser parser = new TemplateParser(text);
    parser.run();
    return new Template(parser);
  }

  /** The original text. */
  public String text() {
    return text;
  }

  /** The plain placeholders as first written, in their order; in any case, each only once. */
  public List<String> names() {
    return names;
  }

  /**
   * Whether only the API can render this text. {@link #names()} still has its plain placeholders,
   * and they are checked.
   */
  public boolean leftToApi() {
    return !apiOnly.isEmpty();
  }

  /**
   * What only the API can render, for reports: script and system strings as written, each once, cut
   * after 60 characters. {@code %%} stands for literal percent signs that are not safe next to
   * values.
   */
  public List<String> apiOnly() {
    return apiOnly;
  }

  /** The placeholders that the attributes do not fill, as first written, in their order. */
  public List<String> missing(Map<String, String> attributes) {
    return missing(new Values(attributes));
  }

  /** The text with empty placeholders: the shortest text that is sent. */
  public String literalText() {
    return String.join("", literals);
  }

  /**
   * All faults of these attributes for this text of a definition.
   *
   * @param attributes values by name. Names are compared without case; of names that differ only in
   *     case the first counts; a null value counts as missing
   * @param definitionKey the key of the definition, for the messages
   * @return a fault for each missing attribute and, if the text is rendered here, for each value
   *     that cannot be put into it; at most 100. Messages hold names, never values
   */
  public List<Fault> check(Map<String, String> attributes, String definitionKey) {
    return faults(attributes, "Definition '" + printable(definitionKey) + "'");
  }

  /** The same for the request's own text {@code content.message}. */
  public List<Fault> check(Map<String, String> attributes) {
    return faults(attributes, "The text in content.message");
  }

  /**
   * Renders the text in a single pass: placeholders inside a value are not replaced.
   *
   * @return the text to send; at most 65,536 UTF-16 units if it has placeholders. Lone surrogates
   *     pass through unchanged
   * @throws IllegalStateException if the text is {@link #leftToApi() left to the API}
   * @throws IllegalArgumentException if {@link #check} has a fault; the message holds no value
   */
  public String render(Map<String, String> attributes) {
    if (leftToApi()) {
      throw new IllegalStateException("This text is left to the API: " + apiOnly);
    }
    if (slots.length == 0) {
      return text;
    }
    Values values = new Values(attributes);
    List<Fault> faults = new ArrayList<>();
    addMissing(values, "The text", faults);
    addUnsafe(values, "The text", faults);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(faults.get(0).message());
    }
    StringBuilder rendered = new StringBuilder((int) length(values));
    for (int i = 0; i < slots.length; i++) {
      rendered.append(literals[i]).append(values.of(slots[i]));
    }
    return rendered.append(literals[slots.length]).toString();
  }

  /** With the placeholders, without the text. */
  @Override
  public String toString() {
    return "Template[names=" + names + ", leftToApi=" + leftToApi() + "]";
  }

  /**
   * Folds the case of a name as {@link String#CASE_INSENSITIVE_ORDER} does: the same in every
   * locale, and of unchanged length.
   */
  static String fold(String name) {
    char[] folded = name.toCharArray();
    for (int i = 0; i < folded.length; i++) {
      folded[i] = Character.toLowerCase(Character.toUpperCase(folded[i]));
    }
    return new String(folded);
  }

  private List<Fault> faults(Map<String, String> attributes, String subject) {
    if (slots.length == 0) {
      return List.of();
    }
    Values values = new Values(attributes);
    List<Fault> faults = new ArrayList<>();
    addMissing(values, subject, faults);
    if (!leftToApi()) {
      addUnsafe(values, subject, faults);
    }
    return faults.isEmpty()
        ? List.of()
        : List.copyOf(faults.subList(0, Math.min(faults.size(), MAX_FAULTS)));
  }

  private List<String> missing(Values values) {
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (values.of(i) == null) {
        missing.add(names.get(i));
      }
    }
    return missing;
  }

  private void addMissing(Values values, String subject, List<Fault> faults) {
    List<String> missing = missing(values);
    if (missing.isEmpty()) {
      return;
    }
    // The first fault names all: it becomes the message on top of the answer.
    faults.add(
        new Fault(
            FIELD + printable(missing.get(0)),
            ErrorCode.MISSING_FIELD,
            subject
                + " needs "
                + listed(missing, MARK)
                + "; the request has "
                + (values.given.isEmpty() ? "no attributes" : listed(values.given, ""))));
    for (String name : missing.subList(1, Math.min(missing.size(), MAX_FAULTS))) {
      faults.add(
          new Fault(
              FIELD + printable(name),
              ErrorCode.MISSING_FIELD,
              subject + " needs %%" + printable(name) + "%% too"));
    }
  }

  private void addUnsafe(Values values, String subject, List<Fault> faults) {
    BitSet marked = new BitSet();
    for (int name = 0; name < names.size(); name++) {
      if (values.of(name) != null && values.of(name).contains(MARK)) {
        marked.set(name);
        faults.add(
            badValue(
                values,
                name,
                "holds %%, which the API would evaluate as a template; expected a value without"));
      }
    }
    BitSet joining = joining(values);
    joining.andNot(marked);
    joining.stream()
        .forEach(
            name ->
                faults.add(
                    badValue(
                        values,
                        name,
                        values.of(name).isEmpty()
                            ? "is empty between two % of the text, which form %%; expected a value"
                            : "begins or ends with % where another % is next to it, which form"
                                + " %%; expected a value that does not")));
    if (faults.isEmpty() && length(values) > MAX_RENDERED) {
      faults.add(
          new Fault(
              FIELD.substring(0, FIELD.length() - 1),
              ErrorCode.BAD_VALUE,
              subject
                  + " with these values is "
                  + length(values)
                  + " characters long; expected at most "
                  + MAX_RENDERED));
    }
  }

  private static Fault badValue(Values values, int name, String what) {
    String attribute = printable(values.given(name));
    return new Fault(
        FIELD + attribute,
        ErrorCode.BAD_VALUE,
        "The value of attribute '" + attribute + "' " + what);
  }

  /**
   * The names whose values would bring two percent signs together that are apart in the literal
   * text.
   */
  private BitSet joining(Values values) {
    BitSet found = new BitSet();
    boolean afterPercent = false;
    int writer = -1;
    List<Integer> emptySince = new ArrayList<>();
    for (int i = 0; i <= 2 * slots.length; i++) {
      int name = i % 2 == 0 ? -1 : slots[i / 2];
      String piece = name < 0 ? literals[i / 2] : values.of(name);
      if (piece == null) {
        // Missing, so its value is unknown.
        afterPercent = false;
        emptySince.clear();
        continue;
      }
      if (piece.isEmpty()) {
        if (name >= 0) {
          emptySince.add(name);
        }
        continue;
      }
      if (afterPercent && piece.charAt(0) == '%') {
        emptySince.forEach(found::set);
        if (writer >= 0) {
          found.set(writer);
        }
        if (name >= 0) {
          found.set(name);
        }
      }
      afterPercent = piece.charAt(piece.length() - 1) == '%';
      writer = name;
      emptySince.clear();
    }
    return found;
  }

  private long length(Values values) {
    long length = 0;
    for (String literal : literals) {
      length += literal.length();
    }
    for (int slot : slots) {
      length += values.of(slot) == null ? 0 : values.of(slot).length();
    }
    return length;
  }

  private static String listed(Collection<String> names, String mark) {
    StringBuilder list = new StringBuilder();
    int count = 0;
    for (String name : names) {
      if (count == MAX_NAMES_IN_A_MESSAGE) {
        return list.append(" and ").append(names.size() - count).append(" more").toString();
      }
      list.append(count++ == 0 ? "" : ", ").append(mark).append(printable(name)).append(mark);
    }
    return list.toString();
  }

  /** Makes a caller's name fit for one line of a log. */
  private static String printable(String name) {
    StringBuilder printable = new StringBuilder();
    int count = 0;
    for (int i = 0; i < name.length(); i += Character.charCount(name.codePointAt(i))) {
      if (count++ == MAX_NAME_IN_A_MESSAGE) {
        return printable.append('…').toString();
      }
      int character = name.codePointAt(i);
      printable.appendCodePoint(
          NonGsm.isPrintable(character) || character == ' ' ? character : '?');
    }
    return printable.toString();
  }

  /** The values for the names of the template, looked up once. */
  private final class Values {
    private final Set<String> given;
    private final String[] values = new String[names.size()];
    private final String[] spelled = new String[names.size()];

    Values(Map<String, String> attributes) {
      given = attributes.keySet();
      attributes.forEach(
          (name, value) -> {
            Integer index = indexOfName.get(fold(name));
            if (index != null && values[index] == null) {
              values[index] = value;
              spelled[index] = name;
            }
          });
    }

    /** The value of the name at this index, or null. */
    String of(int name) {
      return values[name];
    }

    /** The name as the request spells it. */
    String given(int name) {
      return spelled[name];
    }
  }

  private static final class TemplateParser {
    private static final int MAX_SNIPPET = 60;

    private final String text;
    private final List<String> literals = new ArrayList<>();
    private final List<Integer> slots = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> indexOfName = new HashMap<>();
    private final Map<String, String> apiOnlyByFolded = new LinkedHashMap<>();
    private Collection<String> apiOnly = Collections.emptyList();
    private StringBuilder literal = new StringBuilder();

    /** Literal percent pairs, and whether one of them stands right before a placeholder. */
    private int strays;

    private boolean strayBeforeSlot;

    TemplateParser(String text) {
      this.text = text;
    }

    void run() {
      int from = 0;
      int mark = text.indexOf(MARK);
      while (mark >= 0) {
        int end = special(mark);
        if (end < 0) {
          // One step, not two: the last two of a run of percent signs may open a placeholder.
          mark = text.indexOf(MARK, mark + 1);
          continue;
        }
        literal.append(text, from, mark);
        take(mark, end);
        from = end;
        mark = text.indexOf(MARK, from);
      }
      literal.append(text, from, text.length());
      closeLiteral(false);
      Set<String> found = new LinkedHashSet<>(apiOnlyByFolded.values());
      if (!slots.isEmpty() && (strays > 1 || strayBeforeSlot)) {
        found.add(MARK);
      }
      apiOnly = found;
    }

    /** The end of the placeholder or script that begins at the mark, or -1 if none begins. */
    private int special(int mark) {
      int start = mark + MARK.length();
      if (start == text.length()) {
        return -1;
      }
      return switch (text.charAt(start)) {
        case '[' -> afterScript("]%%", start + 1);
        case '=' -> afterScript("=%%", start + 1);
        default -> afterName(start);
      };
    }

    private int afterScript(String close, int from) {
      int at = text.indexOf(close, from);
      return at < 0 ? text.length() : at + close.length();
    }

    private int afterName(int start) {
      int at = start;
      int limit = Math.min(text.length(), start + MAX_NAME);
      while (at < limit && text.charAt(at) != '%') {
        if (!belongsToAName(text.charAt(at))) {
          return -1;
        }
        at++;
      }
      boolean name =
          at > start
              && text.startsWith(MARK, at)
              && !isSpace(text.charAt(start))
              && !isSpace(text.charAt(at - 1));
      return name ? at + MARK.length() : -1;
    }

    private static boolean belongsToAName(char character) {
      return !Character.isISOControl(character) && character != '\u2028' && character != '\u2029';
    }

    private static boolean isSpace(char character) {
      return Character.isSpaceChar(character) || Character.isWhitespace(character);
    }

    private void take(int mark, int end) {
      char first = text.charAt(mark + MARK.length());
      if (first == '[' || first == '=') {
        String script = snippet(text, mark, end);
        apiOnlyByFolded.putIfAbsent(script, script);
        return;
      }
      String name = text.substring(mark + MARK.length(), end - MARK.length());
      String folded = fold(name);
      if (SystemStrings.contains(folded)) {
        apiOnlyByFolded.putIfAbsent(folded, snippet(text, mark, end));
        return;
      }
      closeLiteral(true);
      Integer index = indexOfName.putIfAbsent(folded, names.size());
      if (index == null) {
        index = names.size();
        names.add(name);
      }
      slots.add(index);
    }

    private void closeLiteral(boolean beforeSlot) {
      String closed = literal.toString();
      for (int at = closed.indexOf(MARK); at >= 0; at = closed.indexOf(MARK, at + 2)) {
        strays++;
      }
      strayBeforeSlot |= beforeSlot && closed.endsWith(MARK);
      literals.add(closed);
      literal = new StringBuilder();
    }

    private static String snippet(String text, int from, int to) {
      String start = text.substring(from, Math.min(to, from + 4 * MAX_SNIPPET)).strip();
      String line = start.replaceAll("[\\s\\p{Cntrl}]+", " ");
      return line.length() <= MAX_SNIPPET && to - from <= 4 * MAX_SNIPPET
          ? line
          : line.substring(0, Math.min(MAX_SNIPPET, line.length())) + "…";
    }
  }
}
