package dev.smsroutes.batch.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.JsonOriginal;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a file is, at one moment. Immutable; holds nothing of the file's content.
 *
 * @param file the name as it was dropped
 * @param as the name under which it and its results will be found
 * @param rows how many messages have an outcome
 * @param total how many there will be, if that is known; where a line has many recipients, as many
 *     as the bytes make one expect
 * @param recorded how many of the rows were settled when an earlier pass was interrupted
 * @param accepted how many the API took, now or earlier
 * @param refused how many can never be sent as they are, duplicates included
 * @param unsettled how many nobody can be sure of, or were surely not sent
 * @param rate rows a second over the last 15 s, without those that an earlier pass had settled
 * @param left the time that is left at this pace; empty when nobody can say
 * @param firstOpenRow the number of the first row that was begun and has no outcome; empty without
 *     such a row
 * @param started when this pass took the file
 * @param at when it was so
 */
public record BatchProgress(
    String file,
    String as,
    Phase state,
    long rows,
    OptionalLong total,
    long recorded,
    long accepted,
    long refused,
    long unsettled,
    double rate,
    Optional<Duration> left,
    OptionalLong firstOpenRow,
    Instant started,
    Instant at) {

  /** What is being done with a file. */
  public enum Phase {
    /** It is read for the first time, before anything is sent. */
    READING,
    /** Its rows are sent. */
    SENDING,
    /** No row is begun until an operator resumes it. */
    PAUSED,
    /** All rows have an outcome, and the results are put on disk. */
    FINISHING;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** As it is written: the names of the fields, in one place. */
  public ObjectNode json() {
    ObjectNode json = JsonOriginal.MAPPER.createObjectNode();
    json.put("file", file);
    json.put("as", as);
    json.put("state", state.word());
    json.put("rows", rows);
    json.put("total", total.isPresent() ? total.getAsLong() : null);
    json.put("recorded", recorded);
    json.put("accepted", accepted);
    json.put("refused", refused);
    json.put("unsettled", unsettled);
    json.put("rowsPerSecond", rate);
    json.put("secondsLeft", left.map(Duration::toSeconds).orElse(null));
    json.put("firstOpenRow", firstOpenRow.isPresent() ? firstOpenRow.getAsLong() : null);
    json.put("started", started.toString());
    json.put("at", at.toString());
    return json;
  }

  /**
   * Reads what {@link #json} made.
   *
   * @throws IOException when it is something else
   */
  public static BatchProgress read(byte[] text) throws IOException {
    try {
      JsonNode json = JsonOriginal.MAPPER.readTree(text);
      return new BatchProgress(
          json.required("file").asText(),
          json.required("as").asText(),
          Phase.valueOf(json.required("state").asText().toUpperCase(Locale.ROOT)),
          json.required("rows").asLong(),
          number(json.required("total")),
          json.required("recorded").asLong(),
          json.required("accepted").asLong(),
          json.required("refused").asLong(),
          json.required("unsettled").asLong(),
          json.required("rowsPerSecond").asDouble(),
          number(json.required("secondsLeft")).stream().mapToObj(Duration::ofSeconds).findFirst(),
          number(json.required("firstOpenRow")),
          Instant.parse(json.required("started").asText()),
          Instant.parse(json.required("at").asText()));
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      throw new IOException("Expected the progress of a file; got something else", e);
    }
  }

  private static OptionalLong number(JsonNode node) {
    return node.isNumber() ? OptionalLong.of(node.asLong()) : OptionalLong.empty();
  }
}
