package dev.smsroutes.intake.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Outcome;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes outcomes in the API's own JSON, as the delivery contract specifies. Thread-safe.
 *
 * <p>An outcome that the API or the queue accepted is {@code {requestId, errorcode: 0, responses:
 * [{messageKey}]}}; every other one is {@code {requestId, messageKey, errorcode, message, errors:
 * [{field, errorcode, message}]}}.
 */
public final class OutcomeJson {
  private static final JsonFactory JSON = new JsonFactory();

  private OutcomeJson() {}

  /** The outcome of one request. */
  public static String one(Outcome outcome) {
    return write(json -> outcome(json, outcome));
  }

  /**
   * The outcomes of a request with many recipients, in their order. The top code is 0 if all were
   * accepted, 109001 if some were; each failed item has its own code and message. Of all items
   * together, {@link Fault#MAX_LISTED} faults are listed.
   *
   * @param requestId the id of the request as a whole
   * @param top the code on top
   */
  static String many(String requestId, ErrorCode top, List<Outcome> outcomes) {
    return write(
        json -> {
          json.writeStartObject();
          json.writeStringField("requestId", requestId);
          json.writeNumberField("errorcode", top.number());
          if (top != ErrorCode.OK) {
            json.writeStringField("message", top.words());
          }
          json.writeArrayFieldStart("responses");
          items(json, outcomes);
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void items(JsonGenerator json, List<Outcome> outcomes) throws IOException {
    int all = outcomes.stream().mapToInt(outcome -> Fault.count(outcome.faults())).sum();
    int listed = 0;
    for (int i = 0; i < outcomes.size(); i++) {
      List<Fault> told = outcomes.get(i).faults();
      if (all > Fault.MAX_LISTED) {
        int left = Fault.MAX_LISTED - listed;
        told = new ArrayList<>(told);
        told.removeIf(fault -> fault.count() > 1);
        told.subList(Math.min(left, told.size()), told.size()).clear();
        listed += told.size();
        if (left > 0 && (listed == Fault.MAX_LISTED || i == outcomes.size() - 1)) {
          told.add(Fault.more(all - listed));
        }
      }
      item(json, outcomes.get(i), told, "recipients[" + i + "]");
    }
  }

  /** An answer without a request: a wrong path, a wrong method, a caller who may not come in. */
  public static String error(ErrorCode code, String message) {
    return error(code, message, Optional.empty());
  }

  /** As {@link #error(ErrorCode, String)}, about a key. */
  static String error(ErrorCode code, String message, Optional<String> messageKey) {
    return write(
        json -> {
          json.writeStartObject();
          json.writeStringField("requestId", UUID.randomUUID().toString());
          key(json, messageKey);
          json.writeNumberField("errorcode", code.number());
          json.writeStringField("message", message);
          json.writeArrayFieldStart("errors");
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void outcome(JsonGenerator json, Outcome outcome) throws IOException {
    json.writeStartObject();
    json.writeStringField("requestId", outcome.requestId());
    if (isTaken(outcome)) {
      json.writeNumberField("errorcode", ErrorCode.OK.number());
      json.writeArrayFieldStart("responses");
      item(json, outcome, outcome.faults(), "");
      json.writeEndArray();
    } else {
      key(json, outcome.messageKey());
      json.writeNumberField("errorcode", outcome.errorCode());
      json.writeStringField("message", outcome.message());
      faults(json, Fault.first(outcome.faults(), Fault.MAX_LISTED), "");
    }
    json.writeEndObject();
  }

  /** Whether the caller is done; the code alone does not tell, because other outcomes share it. */
  static boolean isTaken(Outcome outcome) {
    return outcome.accepted() || outcome.queued();
  }

  private static void item(JsonGenerator json, Outcome outcome, List<Fault> told, String path)
      throws IOException {
    json.writeStartObject();
    key(json, outcome.messageKey());
    if (!isTaken(outcome)) {
      json.writeNumberField("errorcode", outcome.errorCode());
      json.writeStringField("message", outcome.message());
      faults(json, told, path);
    }
    json.writeEndObject();
  }

  private static void key(JsonGenerator json, Optional<String> messageKey) throws IOException {
    if (messageKey.isPresent()) {
      json.writeStringField("messageKey", messageKey.get());
    }
  }

  private static void faults(JsonGenerator json, List<Fault> faults, String path)
      throws IOException {
    json.writeArrayFieldStart("errors");
    for (Fault fault : faults) {
      json.writeStartObject();
      json.writeStringField("field", path.isEmpty() ? fault.field() : ofItem(fault, path));
      json.writeNumberField("errorcode", fault.code().number());
      json.writeStringField("message", fault.message());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** A caller with many recipients wrote no {@code recipient}: names the item of the list. */
  private static String ofItem(Fault fault, String path) {
    String field = fault.field();
    if (field.equals("recipient") && fault.code() == ErrorCode.MISPLACED_FIELD) {
      // The caller wrote a recipient as well as the list.
      return field;
    }
    if (field.equals("recipient") || field.startsWith("recipient.")) {
      return path + field.substring("recipient".length());
    }
    return field.equals("messageKey") ? path + ".messageKey" : field;
  }

  static String write(Writing writing) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      writing.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  @FunctionalInterface
  interface Writing {
    void write(JsonGenerator json) throws IOException;
  }
}
