package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Parses remembered bodies again. Caches the last one, because messages of one call follow each
 * other. For one thread.
 */
final class RememberedBodies {
  private AcceptedMessages.AcceptedCall last;
  private JsonNode body = MissingNode.getInstance();

  /** The body of a call; missing once it is forgotten. */
  JsonNode body(AcceptedMessages.AcceptedCall call) {
    if (call != last) {
      body = read(call.detail());
      last = call;
    }
    return body;
  }

  /** The recipient of a message; missing once it is forgotten. */
  JsonNode recipient(AcceptedMessages.AcceptedMessage message) {
    JsonNode read = body(message.call());
    return message.call().keyed
        ? read.path("recipient")
        : withShared(read.path("recipients").path(message.index()), read.path("attributes"));
  }

  /** Adds the attributes of all recipients; its own win, in any case of the name. */
  private static JsonNode withShared(JsonNode recipient, JsonNode shared) {
    if (!(recipient instanceof ObjectNode own) || shared.isEmpty()) {
      return recipient;
    }
    Map<String, JsonNode> merged = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (JsonNode attributes : List.of(shared, own.path("attributes"))) {
      attributes
          .properties()
          .forEach(
              attribute -> {
                if (!attribute.getValue().isNull()) {
                  merged.remove(attribute.getKey());
                  merged.put(attribute.getKey(), attribute.getValue());
                }
              });
    }
    ObjectNode copy = own.deepCopy();
    copy.putObject("attributes").setAll(merged);
    return copy;
  }

  private static JsonNode read(Optional<AcceptedMessages.Detail> detail) {
    try {
      return detail.isPresent() ? Json.read(detail.get().body()) : MissingNode.getInstance();
    } catch (Json.Malformed e) {
      throw new IllegalStateException("Expected JSON, because this body was parsed before", e);
    }
  }
}
