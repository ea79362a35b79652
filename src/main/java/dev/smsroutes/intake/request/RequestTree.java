package dev.smsroutes.intake.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import java.io.IOException;

/**
 * Reads the JSON of a request into a tree: one document, no name twice, at most 50 levels. Numbers
 * stay as they were written. All channels use it, so that they read the same. It reads UTF-8,
 * UTF-16 and UTF-32, as JSON allows. Stateless.
 */
public final class RequestTree {
  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(50)
                          // Numbers are not converted, so their length costs nothing.
                          .maxNumberLength(Integer.MAX_VALUE)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  private RequestTree() {}

  /**
   * @return a missing node for an empty text
   * @throws IOException if it is not JSON; its message may quote the text, so do not log it
   */
  public static JsonNode read(byte[] json) throws IOException {
    try (JsonParser parser = parser(json)) {
      JsonNode tree = JSON.readTree(parser);
      return tree == null ? MissingNode.getInstance() : tree;
    }
  }

  /** The tokens of which {@link #read} makes its tree; a number is an embedded object. */
  public static JsonParser parser(byte[] json) throws IOException {
    return new JsonNumber.ExactParser(JSON.getFactory().createParser(json));
  }

  /**
   * Reads a JSON object.
   *
   * @throws InvalidRequestException if the bytes are not a JSON object; names line and column, and
   *     quotes nothing
   */
  static JsonNode object(byte[] json) {
    JsonNode root;
    try {
      root = read(json);
    } catch (IOException e) {
      throw malformed(isGzip(json) ? "Expected JSON; got gzip. Send it uncompressed" : words(e));
    }
    if (root.isMissingNode()) {
      throw malformed("Expected a JSON object; got an empty body");
    }
    if (!root.isObject()) {
      throw new InvalidRequestException(RequestReader.wrongType("", "a JSON object", root));
    }
    return root;
  }

  static InvalidRequestException malformed(String message) {
    return new InvalidRequestException(new Fault("", ErrorCode.MALFORMED_JSON, message));
  }

  /** The magic number of RFC 1952. */
  private static boolean isGzip(byte[] json) {
    return json.length > 1 && json[0] == 0x1f && json[1] == (byte) 0x8b;
  }

  private static String words(IOException e) {
    if (!(e instanceof JsonProcessingException broken)) {
      // Bytes that are not text in the encoding that Jackson detected.
      return "Expected JSON in UTF-8; got other bytes";
    }
    JsonLocation place = broken.getLocation();
    return "Expected JSON; "
        + (place == null || place.getLineNr() < 1
            ? ""
            : "line " + place.getLineNr() + ", column " + place.getColumnNr() + ": ")
        + reason(broken);
  }

  /** Only the kind of fault: Jackson's own text quotes the input, which may hold a phone number. */
  private static String reason(JsonProcessingException e) {
    String said = e.getOriginalMessage();
    if (said.startsWith("Duplicate field")) {
      return "the same name twice in one object";
    }
    if (said.startsWith("Unexpected end-of-input")) {
      return "it ends too early";
    }
    if (said.startsWith("Trailing token")) {
      return "more text after the end of the object";
    }
    if (e instanceof StreamConstraintsException) {
      return said.startsWith("Document nesting depth")
          ? "it is nested too deeply"
          : "a name or a text is longer than the limit";
    }
    return "text that is not JSON";
  }
}
