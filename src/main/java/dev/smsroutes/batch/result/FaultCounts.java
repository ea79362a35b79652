package dev.smsroutes.batch.result;

import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.format.RowSource;
import dev.smsroutes.batch.result.FaultSummary.Cause;
import dev.smsroutes.batch.result.FaultSummary.Place;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Masked;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the faults of a file's rows by their cause, so that what is wrong with a million rows is
 * one entry. At most {@value #MAX_CAUSES} causes have an entry of their own, so that memory does
 * not grow with the file; what comes later is counted by its code. Not thread-safe.
 */
public final class FaultCounts {
  static final int MAX_CAUSES = 1_000;

  /** Of a cause, so many rows are named. */
  static final int FIRST_ROWS = 3;

  /** A longer message is cut: with so many causes, it is the text of a stranger. */
  private static final int MAX_MESSAGE = 500;

  private static final String ATTRIBUTE = "recipient.attributes.";

  /** A number that is no part of a name: a line, a length, how many came. */
  private static final Pattern NUMBER =
      Pattern.compile("(?<![\\p{L}\\p{N}'_.%-])\\d[\\d,]*+(?![\\p{L}\\p{N}'_.%-])");

  private static final String ANY = "…";
  private static final Pattern NUMBER_OR_ANY = Pattern.compile(NUMBER.pattern() + "|" + ANY);

  /**
   * @param message without its numbers: rows whose messages differ in nothing else have one cause
   * @param definitionKey null unless it matters
   */
  private record Key(String column, int code, String message, String definitionKey) {}

  private static final class Count {
    /** Of all rows, with {@value #ANY} for numbers that differ; null once the texts differ too. */
    private String message;

    private final List<Place> first = new ArrayList<>(FIRST_ROWS);
    private long rows;

    private Count(String message) {
      this.message = message;
    }

    private void add(Place place, String said) {
      rows++;
      if (first.size() < FIRST_ROWS) {
        first.add(place);
      }
      if (message != null && !message.equals(said)) {
        message = common(message, said);
      }
    }
  }

  private final RowSource source;
  private final boolean quotesTheApi;
  private final Map<Key, Count> causes = new LinkedHashMap<>();

  /** Those that found no room, by code. */
  private final Map<Integer, Count> later = new LinkedHashMap<>();

  private long more;

  /**
   * @param quotesTheApi whether messages of the API may be told, which may quote a number
   */
  public FaultCounts(RowSource source, boolean quotesTheApi) {
    this.source = source;
    this.quotesTheApi = quotesTheApi;
  }

  /** Counts what is wrong with a row; nothing if it was accepted. */
  public void add(RawRow row, Outcome outcome) {
    if (outcome.accepted()) {
      return;
    }
    if (outcome.faults().isEmpty()) {
      boolean ownWords = outcome instanceof Unsettled open && open.reason() != Reason.FORBIDDEN;
      String message =
          ownWords || quotesTheApi ? cut(outcome.message()) : ErrorCode.words(outcome.errorCode());
      count(
          row,
          // Whatever the API says of each row, its code is the cause.
          new Key("", outcome.errorCode(), ownWords ? withoutNumbers(message) : "", null),
          message);
    }
    for (Fault fault : outcome.faults()) {
      String column = Masked.text(source.field(fault.field()));
      int code = fault.code().number();
      Optional<String> absent = absent(row, fault);
      String message = absent.orElseGet(() -> Masked.text(cut(fault.message())));
      count(
          row,
          new Key(
              column,
              code,
              withoutNumbers(message),
              absent.isPresent() ? row.request().definitionKey() : null),
          message);
    }
  }

  /** Which attribute a row lacks: said in the same words whatever other attributes it has. */
  private Optional<String> absent(RawRow row, Fault fault) {
    return fault.code() == ErrorCode.MISSING_FIELD
            && fault.field().startsWith(ATTRIBUTE)
            && row.request() != null
        ? Optional.of(source.absent(fault.field().substring(ATTRIBUTE.length())))
        : Optional.empty();
  }

  private void count(RawRow row, Key key, String message) {
    Count count = causes.get(key);
    if (count == null && causes.size() < MAX_CAUSES) {
      count = new Count(message);
      causes.put(key, count);
    }
    if (count == null && (later.containsKey(key.code()) || later.size() < MAX_CAUSES)) {
      count = later.computeIfAbsent(key.code(), code -> new Count(null));
    }
    if (count == null) {
      more++;
    } else {
      count.add(new Place(row.number(), row.item()), message);
    }
  }

  private static String withoutNumbers(String message) {
    return NUMBER.matcher(message).replaceAll(ANY);
  }

  /**
   * What two messages say alike, with {@value #ANY} for numbers that differ; null if the rest does.
   */
  private static String common(String one, String other) {
    Matcher left = NUMBER_OR_ANY.matcher(one);
    Matcher right = NUMBER_OR_ANY.matcher(other);
    StringBuilder common = new StringBuilder();
    int leftEnd = 0;
    int rightEnd = 0;
    while (true) {
      boolean found = left.find();
      if (found != right.find()) {
        return null;
      }
      String text = one.substring(leftEnd, found ? left.start() : one.length());
      if (!text.equals(other.substring(rightEnd, found ? right.start() : other.length()))) {
        return null;
      }
      common.append(text);
      if (!found) {
        return common.toString();
      }
      common.append(left.group().equals(right.group()) ? left.group() : ANY);
      leftEnd = left.end();
      rightEnd = right.end();
    }
  }

  private static String cut(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
  }

  /** All causes, the one with the most rows first. */
  public FaultSummary faults() {
    List<Cause> all = new ArrayList<>();
    causes.forEach(
        (key, count) ->
            all.add(
                new Cause(
                    key.column(),
                    key.code(),
                    count.message == null ? ErrorCode.words(key.code()) : count.message,
                    Optional.ofNullable(key.definitionKey()),
                    count.rows,
                    count.first)));
    later.forEach(
        (code, count) ->
            all.add(
                new Cause(
                    "",
                    code,
                    ("Other faults: " + ErrorCode.words(code)).stripTrailing(),
                    Optional.empty(),
                    count.rows,
                    count.first)));
    all.sort(Comparator.comparing(Cause::rows).reversed());
    return new FaultSummary(all, more);
  }
}
