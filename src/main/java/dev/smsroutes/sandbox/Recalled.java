package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;

/**
 * Reads remembered bodies again. Keeps the last one: messages of one call stand side by side. For
 * one thread.
 */
final class Recalled {
  private Messages.Call last;
  private JsonNode body = MissingNode.getInstance();

  /** The body of a call; missing once it was forgotten. */
  JsonNode body(Messages.Call call) {
    if (call != last) {
      body = read(call.detail());
      last = call;
    }
    return body;
  }

  /** The recipient of a message; missing once it was forgotten. */
  JsonNode recipient(Messages.Message message) {
    JsonNode read = body(message.call());
    return message.call().keyed
        ? read.path("recipient")
        : read.path("recipients").path(message.index());
  }

  private static JsonNode read(Optional<Messages.Detail> detail) {
    try {
      return detail.isPresent() ? Json.read(detail.get().body()) : MissingNode.getInstance();
    } catch (Json.Malformed e) {
      throw new IllegalStateException("A body that was read once is JSON", e);
    }
  }
}
