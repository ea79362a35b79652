package dev.smsroutes.batch.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.model.Outcome.State;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of a file, as {@code <name>.summary.json} tells it afterwards. Immutable; holds no
 * number, no attribute's value and no text of the file.
 *
 * @param file the name as it was dropped
 * @param as the name under which it and its results are found
 * @param failed why it is in the failed folder; empty when it is done
 * @param cancelled whether rows of it were not handed out because an operator cancelled it
 * @param counts of its rows
 * @param faults why rows were not accepted, by cause; empty if an earlier version wrote it
 * @param bytes how long it is, as it was dropped
 * @param sha256 of it as it was dropped, in hexadecimal: what {@code sha256sum} prints
 * @param started when this pass took it
 * @param finished when all rows had an outcome
 */
public record BatchReport(
    String file,
    String as,
    Optional<String> failed,
    boolean cancelled,
    Counts counts,
    Optional<FaultSummary> faults,
    long bytes,
    String sha256,
    Instant started,
    Instant finished) {
  private static final String CANCELLED = "cancelled";

  /**
   * How many rows became what.
   *
   * @param rows how many messages the file asked for
   * @param recorded how many of them were settled when an earlier pass was interrupted, and were
   *     not sent again
   * @param states the others are none
   * @param refusedByCode those that are refused or duplicates, by the API's numbers
   * @param parts as how many messages the accepted rows travel and are billed, those that were
   *     accepted earlier included
   * @param partsEarlier how many of these are of rows that were accepted earlier
   * @param partsUnknown how many accepted rows are not in {@code parts}, because only the API knows
   *     their length
   */
  public record Counts(
      long rows,
      long recorded,
      Map<State, Long> states,
      SortedMap<Integer, Long> refusedByCode,
      long parts,
      long partsEarlier,
      long partsUnknown) {
    public Counts {
      Map<State, Long> all = new EnumMap<>(State.class);
      for (State state : State.values()) {
        all.put(state, states.getOrDefault(state, 0L));
      }
      states = Collections.unmodifiableMap(all);
      refusedByCode = Collections.unmodifiableSortedMap(new TreeMap<>(refusedByCode));
    }

    /** How many rows ended in one of these states. */
    public long of(State... wanted) {
      long sum = 0;
      for (State state : wanted) {
        sum += states.get(state);
      }
      return sum;
    }

    /** The same in a few numbers. */
    BatchSummary summary(String name, long millis) {
      return new BatchSummary(
          name,
          rows,
          recorded,
          of(State.ACCEPTED, State.ACCEPTED_EARLIER),
          of(State.REFUSED, State.DUPLICATE),
          of(State.WAITING, State.UNCERTAIN, State.PARKED),
          millis);
    }
  }

  /** From taking the file to the last outcome; never negative, whatever was done to the clock. */
  public Duration took() {
    Duration took = Duration.between(started, finished);
    return took.isNegative() ? Duration.ZERO : took;
  }

  /** Rows a second in this pass, without those that an earlier one had settled. */
  public double rate() {
    return rounded((counts.rows - counts.recorded) * 1000.0 / Math.max(took().toMillis(), 1));
  }

  public static double rounded(double rate) {
    return Math.round(rate * 10) / 10.0;
  }

  /** How it ended, in one word. */
  public String state() {
    return state(failed, cancelled);
  }

  public static String state(Optional<String> failed, boolean cancelled) {
    return failed.isPresent() ? "failed" : cancelled ? CANCELLED : "done";
  }

  /** The same in a few numbers. */
  public BatchSummary summary() {
    return counts.summary(as, took().toMillis());
  }

  /** As it is written: the names of the fields, in one place. */
  public ObjectNode json() {
    ObjectNode json = JsonOriginal.MAPPER.createObjectNode();
    json.put("file", file);
    json.put("as", as);
    json.put("state", state());
    failed.ifPresent(why -> json.put("reason", why));
    json.put("rows", counts.rows);
    json.put("accepted", counts.of(State.ACCEPTED));
    json.put("acceptedEarlier", counts.of(State.ACCEPTED_EARLIER));
    json.put("refused", counts.of(State.REFUSED));
    json.put("duplicate", counts.of(State.DUPLICATE));
    json.put("waiting", counts.of(State.WAITING));
    json.put("uncertain", counts.of(State.UNCERTAIN));
    json.put("parked", counts.of(State.PARKED));
    json.put("recorded", counts.recorded);
    ObjectNode codes = json.putObject("refusedByCode");
    counts.refusedByCode.forEach((code, rows) -> codes.put(Integer.toString(code), rows));
    faults.ifPresent(these -> these.write(json));
    json.put("parts", counts.parts);
    json.put("partsEarlier", counts.partsEarlier);
    json.put("partsUnknown", counts.partsUnknown);
    json.put("bytes", bytes);
    json.put("sha256", sha256);
    json.put("started", started.toString());
    json.put("finished", finished.toString());
    json.put("milliseconds", took().toMillis());
    json.put("rowsPerSecond", rate());
    return json;
  }

  /**
   * Reads what {@link #json} made.
   *
   * @throws IOException when it is something else
   */
  public static BatchReport read(byte[] text) throws IOException {
    try {
      JsonNode json = JsonOriginal.MAPPER.readTree(text);
      Map<State, Long> states = new EnumMap<>(State.class);
      states.put(State.ACCEPTED, json.required("accepted").asLong());
      states.put(State.ACCEPTED_EARLIER, json.required("acceptedEarlier").asLong());
      states.put(State.REFUSED, json.required("refused").asLong());
      states.put(State.DUPLICATE, json.required("duplicate").asLong());
      states.put(State.WAITING, json.required("waiting").asLong());
      states.put(State.UNCERTAIN, json.required("uncertain").asLong());
      states.put(State.PARKED, json.required("parked").asLong());
      SortedMap<Integer, Long> codes = new TreeMap<>();
      json.required("refusedByCode")
          .properties()
          .forEach(code -> codes.put(Integer.valueOf(code.getKey()), code.getValue().asLong()));
      return new BatchReport(
          json.required("file").asText(),
          json.required("as").asText(),
          Optional.ofNullable(json.path("reason").textValue()),
          json.path("state").asText().equals(CANCELLED),
          new Counts(
              json.required("rows").asLong(),
              json.required("recorded").asLong(),
              states,
              codes,
              json.required("parts").asLong(),
              json.required("partsEarlier").asLong(),
              json.required("partsUnknown").asLong()),
          FaultSummary.read(json),
          json.required("bytes").asLong(),
          json.required("sha256").asText(),
          Instant.parse(json.required("started").asText()),
          Instant.parse(json.required("finished").asText()));
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      throw new IOException("Expected the summary of a file; got something else", e);
    }
  }
}
