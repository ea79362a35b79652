package dev.smsroutes.intake.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import java.io.IOException;
import java.util.Set;

/**
 * Reads the JSON of a request into a tree: one document, no name twice, at most 50 levels. Numbers
 * stay as they were written. All channels use it, so that they read the same. It reads UTF-8,
 * UTF-16 and UTF-32, as JSON allows. Stateless.
 *
 * <p>A tree takes up to 80 times the memory of its text. So {@link #object} keeps no more of it
 * than a request may have, and counts the rest.
 */
public final class RequestTree {
  /** How Jackson's own messages begin. */
  private static final String DUPLICATE = "Duplicate field";

  private static final String TRAILING = "Trailing token";

  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(50)
                          .maxNameLength(50_000)
                          // The limit of a body.
                          .maxStringLength(4 * 1024 * 1024)
                          // Numbers are not converted, so their length costs nothing.
                          .maxNumberLength(Integer.MAX_VALUE)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  // A stranger's names would stay in a table of the Java machine.
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  /** The same without the memory of names that Jackson would have: {@link Builder} has its own. */
  private static final JsonFactory PRUNED =
      JSON.getFactory().rebuild().disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private RequestTree() {}

  /**
   * What is kept of a request; the rest is counted.
   *
   * @param fields the maximum number of fields of one object, besides those that are known
   * @param elements the maximum number of elements of one array
   * @param all the maximum number of values of the whole request; with more it is refused
   * @param known the names that are always kept
   */
  record Limits(int fields, int elements, int all, Set<String> known) {}

  /** An object of which only the first fields were kept. */
  static final class Fields extends ObjectNode {
    private int omitted;

    private Fields() {
      super(JsonNodeFactory.instance);
    }
  }

  /** An array of which only the first elements were kept. */
  static final class Elements extends ArrayNode {
    private int omitted;

    private Elements() {
      super(JsonNodeFactory.instance);
    }
  }

  /** How many fields or elements of this node were not kept. */
  static int omitted(JsonNode node) {
    if (node instanceof Fields fields) {
      return fields.omitted;
    }
    return node instanceof Elements elements ? elements.omitted : 0;
  }

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
   * Reads a JSON object. {@link #omitted} tells how much of a node was left out.
   *
   * @throws InvalidRequestException if the bytes are not a JSON object, or have too many values;
   *     names line and column, and quotes nothing
   */
  static JsonNode object(byte[] json, Limits limits) {
    JsonNode root;
    try (JsonParser parser = PRUNED.createParser(json)) {
      root = new Builder(parser, limits).document();
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

  /** Builds the tree of one document. */
  private static final class Builder {
    private final JsonParser parser;
    private final Limits limits;
    private int left;

    Builder(JsonParser parser, Limits limits) {
      this.parser = parser;
      this.limits = limits;
      left = limits.all;
    }

    JsonNode document() throws IOException {
      if (parser.nextToken() == null) {
        return MissingNode.getInstance();
      }
      JsonNode root = value();
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, TRAILING);
      }
      return root;
    }

    private JsonNode value() throws IOException {
      if (--left < 0) {
        throw new InvalidRequestException(
            new Fault(
                "",
                ErrorCode.VALIDATION,
                "Expected a request of at most " + limits.all + " values; got more"));
      }
      return switch (parser.currentToken()) {
        case START_OBJECT -> object();
        case START_ARRAY -> array();
        case VALUE_NULL -> NullNode.getInstance();
        case VALUE_TRUE -> BooleanNode.TRUE;
        case VALUE_FALSE -> BooleanNode.FALSE;
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new POJONode(new JsonNumber(parser.getText()));
        default -> TextNode.valueOf(parser.getText());
      };
    }

    private Fields object() throws IOException {
      Fields object = new Fields();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        if (object.size() >= limits.fields && !limits.known.contains(name)) {
          parser.nextToken();
          parser.skipChildren();
          object.omitted++;
          continue;
        }
        if (object.has(name)) {
          throw new JsonParseException(parser, DUPLICATE, parser.currentTokenLocation());
        }
        parser.nextToken();
        object.set(name, value());
      }
      return object;
    }

    private Elements array() throws IOException {
      Elements array = new Elements();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (array.size() < limits.elements) {
          array.add(value());
        } else {
          parser.skipChildren();
          array.omitted++;
        }
      }
      return array;
    }
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
    if (said.startsWith(DUPLICATE)) {
      return "the same name twice in one object";
    }
    if (said.startsWith("Unexpected end-of-input")) {
      return "it ends too early";
    }
    if (said.startsWith(TRAILING)) {
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
