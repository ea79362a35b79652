package dev.smsroutes.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.smsroutes.batch.format.SafeCell;
import dev.smsroutes.records.EntryJson;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.stream.Stream;

/** Writes entries as rows of CSV (RFC 4180), under one header row. */
final class EntryCsv {
  private static final List<String> PLAIN =
      List.of(
          "messageKey",
          "state",
          "code",
          "message",
          "uncertain",
          "attempts",
          "definitionKey",
          "channel",
          "source",
          "admittedAt",
          "firstAttemptAt",
          "lastAttemptAt",
          "changedAt",
          "requestId",
          "caller",
          "traceId",
          "callerRequestId");
  private static final List<String> PERSONAL = List.of("contactKey", "to", "attributes", "text");

  private final CsvWriter csv;
  private final boolean personalData;

  /** Writes the header. */
  EntryCsv(Writer out, boolean personalData) {
    this.csv = CsvWriter.builder().build(out);
    this.personalData = personalData;
    csv.writeRecord(
        personalData ? Stream.concat(PLAIN.stream(), PERSONAL.stream()).toList() : PLAIN);
  }

  /**
   * @param entry made by {@link EntryJson}, with its request if there are columns for it
   */
  void write(ObjectNode entry) {
    Stream<JsonNode> cells = PLAIN.stream().map(entry::path);
    if (personalData) {
      JsonNode request = entry.path(EntryJson.REQUEST);
      JsonNode recipient = request.path("recipient");
      cells =
          Stream.concat(
              cells,
              Stream.of(
                  recipient.path("contactKey"),
                  recipient.path("to"),
                  recipient.path("attributes"),
                  request.path("content").path("message")));
    }
    csv.writeRecord(cells.map(EntryCsv::cell).toList());
  }

  void finish() throws IOException {
    csv.flush();
  }

  private static String cell(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    return SafeCell.of(value.isObject() ? value.toString() : value.asText());
  }
}
