package dev.smsroutes.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The parts of a reply's body that mean something, read with every spelling that was seen: {@code
 * errorcode} or {@code errorCode}, number or text, on top or on the item (contract, section 3). A
 * body that is not JSON, as a proxy in front may send, is simply {@link #isJson() not JSON}.
 */
record ReplyBody(
    boolean isJson,
    Optional<String> requestId,
    OptionalInt topCode,
    OptionalInt itemCode,
    String message,
    Optional<String> retryAfter) {

  private static final int MAX_MESSAGE = 500;

  private static final ReplyBody NOT_JSON =
      new ReplyBody(
          false, Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), "", Optional.empty());

  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(50).build())
                  .build())
          .build()
          .readerFor(JsonNode.class);

  /** What a reply to a bulk call says, of all and of each. */
  record OfMany(ReplyBody ofAll, List<Item> items) {
    /** The same reply, read as one to a single message. */
    ReplyBody ofOne() {
      return items.isEmpty() ? ofAll : items.get(0).body();
    }
  }

  /**
   * What it says of one of them.
   *
   * @param messageKey empty if the item does not say which one it is about
   */
  record Item(Optional<String> messageKey, ReplyBody body) {}

  static ReplyBody read(byte[] body) {
    return readMany(body).ofOne();
  }

  static OfMany readMany(byte[] body) {
    Optional<JsonNode> root = tree(body);
    if (root.isEmpty()) {
      return new OfMany(NOT_JSON, List.of());
    }
    JsonNode responses = root.get().path("responses");
    List<Item> items = new ArrayList<>(responses.size());
    for (JsonNode item : responses.isArray() ? responses : MissingNode.getInstance()) {
      Optional<String> key = Optional.ofNullable(item.path("messageKey").textValue());
      items.add(new Item(key, of(root.get(), item)));
    }
    return new OfMany(of(root.get(), MissingNode.getInstance()), items);
  }

  private static Optional<JsonNode> tree(byte[] body) {
    try {
      return Optional.ofNullable(JSON.readTree(body)).filter(JsonNode::isObject);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static ReplyBody of(JsonNode root, JsonNode item) {
    String itemMessage = item.path("message").asText("");
    return new ReplyBody(
        true,
        text(root, "requestId"),
        code(root),
        code(item),
        shorten(itemMessage.isBlank() ? root.path("message").asText("") : itemMessage),
        text(root, "retryAfter"));
  }

  /** The code that decides: the item's if it has one, else the one on top. */
  OptionalInt code() {
    return itemCode.isPresent() && itemCode.getAsInt() != 0 ? itemCode : topCode;
  }

  boolean saysOk() {
    return topCode.isPresent()
        && topCode.getAsInt() == 0
        && (itemCode.isEmpty() || itemCode.getAsInt() == 0);
  }

  private static OptionalInt code(JsonNode node) {
    JsonNode code = node.has("errorcode") ? node.get("errorcode") : node.path("errorCode");
    if (code.isIntegralNumber() && code.canConvertToInt()) {
      return OptionalInt.of(code.intValue());
    }
    if (code.isTextual()) {
      try {
        return OptionalInt.of(Integer.parseInt(code.textValue().trim()));
      } catch (NumberFormatException e) {
        return OptionalInt.empty();
      }
    }
    return OptionalInt.empty();
  }

  private static Optional<String> text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isValueNode() && !value.isNull() && !value.asText().isBlank()
        ? Optional.of(shorten(value.asText()))
        : Optional.empty();
  }

  private static String shorten(String text) {
    return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
  }
}
