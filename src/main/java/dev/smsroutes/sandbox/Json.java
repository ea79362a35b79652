package dev.smsroutes.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads and writes JSON trees. Thread-safe. */
final class Json {
  static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static final ObjectReader TREES = MAPPER.readerFor(JsonNode.class);

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /**
   * Reads a whole UTF-8 document.
   *
   * @throws Malformed when it is not well-formed JSON, or empty
   */
  static JsonNode read(byte[] bytes) throws Malformed {
    try {
      JsonNode node = TREES.readTree(bytes);
      if (node == null || node.isMissingNode()) {
        throw new Malformed("expected a JSON document; got an empty body");
      }
      return node;
    } catch (JsonProcessingException e) {
      // Jackson's message quotes the source; the position is enough.
      String place =
          e.getLocation() == null
              ? ""
              : " at line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr();
      throw new Malformed("expected well-formed JSON; it breaks" + place);
    } catch (IOException e) {
      throw new Malformed("expected JSON in UTF-8");
    }
  }

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Not JSON. The message says where, and quotes nothing. */
  static final class Malformed extends Exception {
    Malformed(String message) {
      super(message);
    }
  }
}
