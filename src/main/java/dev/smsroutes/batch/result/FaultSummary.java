package dev.smsroutes.batch.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is wrong with a file, each cause once with how many rows have it. Immutable; holds no number
 * and no attribute's value.
 *
 * @param causes the one with the most rows first
 * @param more how many faults there are besides
 */
public record FaultSummary(List<Cause> causes, long more) {
  /** Nothing is wrong. */
  public static final FaultSummary NONE = new FaultSummary(List.of(), 0);

  public FaultSummary {
    causes = List.copyOf(causes);
  }

  /**
   * Where a fault is.
   *
   * @param row from 1, as in the results
   * @param item which recipient of the row, from 1; 0 when the row is one recipient
   */
  public record Place(long row, int item) {}

  /**
   * One cause.
   *
   * @param column or path of the field; empty when it is the row as a whole
   * @param code the API's number
   * @param message what was expected and what came; if an attribute is absent, which one
   * @param definitionKey whose rows lack an attribute; empty for every other cause
   * @param rows how many have it
   * @param first the first of them
   */
  public record Cause(
      String column,
      int code,
      String message,
      Optional<String> definitionKey,
      long rows,
      List<Place> first) {
    public Cause {
      first = List.copyOf(first);
    }

    /** {@code row 7}, or {@code rows 2, 3, 4 and 2,937 more}; an item is behind a dot. */
    public String places() {
      StringBuilder places = new StringBuilder(rows == 1 ? "row " : "rows ");
      for (int i = 0; i < first.size(); i++) {
        Place place = first.get(i);
        places.append(i == 0 ? "" : ", ").append(place.row());
        if (place.item() > 0) {
          places.append(rows == 1 ? " item " : ".").append(place.item());
        }
      }
      if (rows > first.size()) {
        places.append(" and ").append(grouped(rows - first.size())).append(" more");
      }
      return places.toString();
    }
  }

  /** As many causes as that, the others counted. */
  public FaultSummary first(int most) {
    if (causes.size() <= most) {
      return this;
    }
    long left = causes.subList(most, causes.size()).stream().mapToLong(Cause::rows).sum();
    return new FaultSummary(causes.subList(0, most), more + left);
  }

  public static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Adds the fields {@code faults} and {@code moreFaults}. */
  public void write(ObjectNode json) {
    ArrayNode all = json.putArray("faults");
    for (Cause cause : causes) {
      ObjectNode one = all.addObject();
      one.put("column", cause.column());
      one.put("code", cause.code());
      one.put("message", cause.message());
      cause.definitionKey().ifPresent(key -> one.put("definitionKey", key));
      one.put("rows", cause.rows());
      ArrayNode first = one.putArray("first");
      for (Place place : cause.first()) {
        ObjectNode where = first.addObject().put("row", place.row());
        if (place.item() > 0) {
          where.put("item", place.item());
        }
      }
    }
    json.put("moreFaults", more);
  }

  /**
   * Reads what {@link #write} added; empty where it added nothing.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static Optional<FaultSummary> read(JsonNode json) {
    if (!json.has("faults")) {
      return Optional.empty();
    }
    List<Cause> causes = new ArrayList<>();
    for (JsonNode one : json.path("faults")) {
      List<Place> first = new ArrayList<>();
      for (JsonNode where : one.path("first")) {
        first.add(new Place(where.required("row").asLong(), where.path("item").asInt()));
      }
      causes.add(
          new Cause(
              one.required("column").asText(),
              one.required("code").asInt(),
              one.required("message").asText(),
              Optional.ofNullable(one.path("definitionKey").textValue()),
              one.required("rows").asLong(),
              first));
    }
    return Optional.of(new FaultSummary(causes, json.required("moreFaults").asLong()));
  }
}
