package dev.smsroutes.records;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An entry as a JSON object; the only place with the names of its fields. */
public final class EntryJson {
  public static final String REQUEST = "request";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private EntryJson() {}

  /** Without personal data; a field without a value is {@code null}. */
  public static ObjectNode of(Entry entry) {
    ObjectNode json = JSON.createObjectNode();
    json.put("messageKey", entry.messageKey());
    json.put("state", entry.state().name());
    json.put("code", entry.code().orElse(null));
    json.put("message", entry.message());
    json.put("uncertain", entry.uncertain());
    json.put("attempts", entry.attempts());
    json.put("definitionKey", entry.definitionKey());
    json.put("channel", entry.origin().channel());
    json.put("source", entry.origin().source());
    json.put("admittedAt", entry.admittedAt().toString());
    json.put("firstAttemptAt", entry.firstAttemptAt().map(Instant::toString).orElse(null));
    json.put("lastAttemptAt", entry.lastAttemptAt().map(Instant::toString).orElse(null));
    json.put("changedAt", entry.changedAt().toString());
    json.put("requestId", entry.requestId().orElse(null));
    json.put("caller", entry.caller().orElse(null));
    json.put("traceId", entry.correlation().traceId().orElse(null));
    json.put("callerRequestId", entry.correlation().callerRequestId().orElse(null));
    return json;
  }

  /** With its request, which is {@code null} once it is erased. */
  public static ObjectNode of(Entry entry, Optional<SendRequest> request) {
    ObjectNode json = of(entry);
    json.set(REQUEST, request.map(EntryJson::request).orElse(JSON.nullNode()));
    return json;
  }

  /** With its request and its history. */
  public static ObjectNode of(
      Entry entry, Optional<SendRequest> request, List<Entry.Event> events) {
    ObjectNode json = of(entry, request);
    ArrayNode history = json.putArray("history");
    for (Entry.Event event : events) {
      history
          .addObject()
          .put("at", event.at().toString())
          .put("what", event.what())
          .put("code", event.code())
          .put("detail", event.detail());
    }
    return json;
  }

  private static JsonNode request(SendRequest request) {
    try {
      return JSON.readTree(RequestJson.write(request));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Expected JSON, because the ledger wrote this request", e);
    }
  }
}
