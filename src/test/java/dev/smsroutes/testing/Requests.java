package dev.smsroutes.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests that are fine as they are, for tests to spoil, and keys that no other test uses. */
public final class Requests {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private Requests() {}

  /** A body of the keyed route for {@code definitions/account-reset.json}. */
  public static ObjectNode keyed() {
    ObjectNode body = JSON.createObjectNode().put("definitionKey", "account-reset");
    body.set("recipient", recipient());
    return body;
  }

  /** A body of the bare route with these recipients. */
  public static ObjectNode bare(ObjectNode... recipients) {
    ObjectNode body = JSON.createObjectNode().put("definitionKey", "account-reset");
    ArrayNode array = body.putArray("recipients");
    for (ObjectNode recipient : recipients) {
      array.add(recipient);
    }
    return body;
  }

  public static ObjectNode recipient() {
    ObjectNode recipient =
        JSON.createObjectNode().put("contactKey", "ada@example.com").put("to", "4915112345678");
    recipient.putObject("attributes").put("FirstName", "Ada").put("password", "31415");
    return recipient;
  }

  public static ObjectNode recipient(String messageKey) {
    return recipient().put("messageKey", messageKey);
  }

  /** JSON that a person wrote down. */
  public static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** A key that was not used before. */
  public static String key() {
    return "key-" + NUMBER.incrementAndGet();
  }
}
