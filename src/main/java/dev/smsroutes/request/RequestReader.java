package dev.smsroutes.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import dev.smsroutes.outcome.ErrorCode;
import dev.smsroutes.outcome.Fault;
import dev.smsroutes.outcome.InvalidRequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Reads the API's own JSON into {@link SendRequest}s, in the two shapes that the API knows: one
 * {@code recipient}, or many {@code recipients}.
 *
 * <p>Strict where a slip could send the wrong thing: unknown and misplaced fields, wrong types and
 * repeated names are faults. All that can be named is named at once: a request that is JSON at all
 * is returned with its faults in {@link SendRequest#unreadable()}, and the pipeline adds what is
 * wrong with the values. Only a body that has no requests to speak of (not JSON, not an object, no
 * list of recipients) throws.
 *
 * <p>Immutable and thread-safe. UTF-8, UTF-16 and UTF-32 are read, as JSON allows. Nesting and the
 * length of numbers are limited by Jackson's defaults; the length of the body by whoever read it.
 */
public final class RequestReader {
  private static final Set<String> SINGLE_FIELDS =
      Set.of("definitionKey", "recipient", "content", "subscriptions");
  private static final Set<String> MANY_FIELDS =
      Set.of("definitionKey", "recipients", "content", "subscriptions");
  private static final Set<String> RECIPIENT_FIELDS = Set.of("contactKey", "to", "attributes");
  private static final Set<String> STANDALONE_FIELDS = plus(SINGLE_FIELDS, "messageKey");
  private static final Set<String> ITEM_FIELDS = plus(RECIPIENT_FIELDS, "messageKey");

  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(50).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build()
          .readerFor(JsonNode.class);

  private final int maxRecipients;

  /**
   * @param maxRecipients the most recipients in one request; more are refused with 109101
   */
  public RequestReader(int maxRecipients) {
    this.maxRecipients = maxRecipients;
  }

  /**
   * Reads the body of the keyed route: {@code recipient}, and the key stands in the URL.
   *
   * @throws InvalidRequestException if the body is not a JSON object
   */
  public SendRequest keyed(byte[] body, String messageKey) {
    return single(object(body), messageKey, SINGLE_FIELDS, RequestReader::misplacedInUrl);
  }

  /**
   * Reads the body of the bare route: {@code recipients}, each with a key or without; keys that are
   * missing are made.
   *
   * @return one request for each recipient, in their order; at least one
   * @throws InvalidRequestException if nothing can be said of any recipient alone
   */
  public List<SendRequest> bare(byte[] body) {
    return many(object(body), MANY_FIELDS, recipient -> MessageKeys.make());
  }

  /**
   * Reads a request that stands by itself, as in a file: either shape, and with one recipient the
   * key may stand beside it as {@code messageKey}.
   *
   * @param keys gives the key of a recipient that has none
   * @return one request for each recipient, in their order; at least one
   * @throws InvalidRequestException as for the two routes
   */
  public List<SendRequest> standalone(byte[] body, KeySource keys) {
    JsonNode root = object(body);
    if (root.has("recipients")) {
      return many(root, MANY_FIELDS, keys);
    }
    return List.of(withKey(root, () -> keys.keyOf(0), RequestReader::misplacedInFile));
  }

  /**
   * Reads a request with one recipient that stands by itself, as in a message.
   *
   * @param otherwise the key if the body has none
   * @return the request; without a key if there is none in either place
   * @throws InvalidRequestException if the body is not a JSON object
   */
  public SendRequest one(byte[] body, Optional<String> otherwise) {
    return withKey(object(body), () -> otherwise.orElse(null), RequestReader::misplacedInMessage);
  }

  private SendRequest withKey(
      JsonNode root, Supplier<String> otherwise, UnaryOperator<String> hint) {
    List<Fault> faults = new ArrayList<>();
    String own = text(root, "messageKey", "messageKey", faults);
    String key = own == null ? otherwise.get() : own;
    if (own == null && key != null && !isWritable(key)) {
      faults.add(halfCharacter("messageKey", ErrorCode.INVALID_MESSAGE_KEY));
    }
    SendRequest request = single(root, key, STANDALONE_FIELDS, hint);
    faults.addAll(request.unreadable());
    return new SendRequest(
        key,
        request.definitionKey(),
        request.recipient(),
        request.message(),
        request.resubscribe(),
        faults);
  }

  private static Set<String> plus(Set<String> names, String more) {
    Set<String> all = new HashSet<>(names);
    all.add(more);
    return Set.copyOf(all);
  }

  /** Where the key of a recipient comes from who has none. */
  @FunctionalInterface
  public interface KeySource {
    /**
     * @param recipient its number, from 1, among many; 0 for a request with one only
     */
    String keyOf(int recipient);
  }

  private SendRequest single(
      JsonNode root, String messageKey, Set<String> allowed, UnaryOperator<String> hint) {
    List<Fault> faults = new ArrayList<>();
    unknown(root, "", allowed, faults, hint);
    String definitionKey = text(root, "definitionKey", "definitionKey", faults);
    JsonNode node = object(root, "recipient", "recipient", faults);
    Recipient recipient =
        node == null ? null : recipient(node, "recipient.", RECIPIENT_FIELDS, faults);
    return new SendRequest(
        messageKey,
        definitionKey,
        recipient,
        message(root, faults),
        resubscribe(root, faults),
        faults);
  }

  private List<SendRequest> many(JsonNode root, Set<String> allowed, KeySource keys) {
    List<Fault> faults = new ArrayList<>();
    unknown(root, "", allowed, faults, RequestReader::misplacedInUrl);
    String definitionKey = text(root, "definitionKey", "definitionKey", faults);
    String message = message(root, faults);
    boolean resubscribe = resubscribe(root, faults);

    List<JsonNode> items = recipients(root, faults);
    Set<String> seen = new HashSet<>();
    List<SendRequest> requests = new ArrayList<>(items.size());
    for (JsonNode item : items) {
      List<Fault> own = new ArrayList<>();
      String key = null;
      Recipient recipient = null;
      if (item.isObject()) {
        key = text(item, "messageKey", "messageKey", own);
        if (key != null && !seen.add(key)) {
          own.add(
              0,
              new Fault(
                  "messageKey",
                  ErrorCode.DUPLICATE_MESSAGE_KEY,
                  "Expected a messageKey of its own for each recipient; an earlier recipient of"
                      + " this request has the same"));
        }
        recipient = recipient(item, "recipient.", ITEM_FIELDS, own);
      } else {
        own.add(wrongType("recipient", "an object", item));
      }
      own.addAll(faults);
      requests.add(
          new SendRequest(
              key == null ? keys.keyOf(requests.size() + 1) : key,
              definitionKey,
              recipient,
              message,
              resubscribe,
              own));
    }
    return requests;
  }

  private List<JsonNode> recipients(JsonNode root, List<Fault> faults) {
    JsonNode node = root.get("recipients");
    if (absent(node)) {
      faults.add(
          new Fault(
              "recipients",
              ErrorCode.NO_RECIPIENTS,
              "Expected an array of objects with contactKey and to; none came"));
      throw new InvalidRequestException(faults);
    }
    if (!node.isArray()) {
      faults.add(wrongType("recipients", "an array", node));
      throw new InvalidRequestException(faults);
    }
    if (node.isEmpty()) {
      faults.add(
          new Fault(
              "recipients",
              ErrorCode.NO_RECIPIENTS,
              "Expected at least one recipient; the array came empty"));
      throw new InvalidRequestException(faults);
    }
    if (node.size() > maxRecipients) {
      faults.add(
          new Fault(
              "recipients",
              ErrorCode.TOO_MANY_RECIPIENTS,
              "Expected at most " + maxRecipients + " recipients; " + node.size() + " came"));
      throw new InvalidRequestException(faults);
    }
    List<JsonNode> items = new ArrayList<>(node.size());
    node.forEach(items::add);
    return items;
  }

  private static Recipient recipient(
      JsonNode node, String path, Set<String> allowed, List<Fault> faults) {
    unknown(node, path, allowed, faults, field -> "");
    return new Recipient(
        text(node, "contactKey", path + "contactKey", faults),
        text(node, "to", path + "to", faults),
        attributes(node, path + "attributes", faults));
  }

  private static Map<String, String> attributes(JsonNode parent, String path, List<Fault> faults) {
    JsonNode node = object(parent, "attributes", path, faults);
    if (node == null) {
      return Map.of();
    }
    Map<String, String> attributes = new LinkedHashMap<>();
    Map<String, String> byLowerCase = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      String at = path + "." + name;
      if (name.isBlank()) {
        faults.add(
            new Fault(path, ErrorCode.BAD_VALUE, "Expected attributes with names; one has none"));
      } else if (!value.isValueNode() || value.isNull()) {
        faults.add(wrongType(at, "text, a number or a boolean", value));
      } else if (!isWritable(name) || !isWritable(value.asText())) {
        faults.add(halfCharacter(isWritable(name) ? at : path, ErrorCode.BAD_VALUE));
      } else {
        attributes.put(name, value.asText());
        String other = byLowerCase.put(name.toLowerCase(Locale.ROOT), name);
        if (other != null) {
          faults.add(
              new Fault(
                  at,
                  ErrorCode.BAD_VALUE,
                  "Expected names that differ in more than upper and lower case; "
                      + other
                      + " came too"));
        }
      }
    }
    return attributes;
  }

  private static String message(JsonNode root, List<Fault> faults) {
    JsonNode content = object(root, "content", "content", faults);
    if (content == null) {
      return null;
    }
    unknown(content, "content.", Set.of("message"), faults, field -> "");
    return text(content, "message", "content.message", faults);
  }

  private static boolean resubscribe(JsonNode root, List<Fault> faults) {
    JsonNode subscriptions = object(root, "subscriptions", "subscriptions", faults);
    if (subscriptions == null) {
      return false;
    }
    unknown(subscriptions, "subscriptions.", Set.of("resubscribe"), faults, field -> "");
    JsonNode value = subscriptions.get("resubscribe");
    if (absent(value)) {
      return false;
    }
    if (!value.isBoolean()) {
      faults.add(wrongType("subscriptions.resubscribe", "true or false", value));
      return false;
    }
    return value.booleanValue();
  }

  private static String text(JsonNode parent, String name, String path, List<Fault> faults) {
    JsonNode node = parent.get(name);
    if (absent(node)) {
      return null;
    }
    if (!node.isTextual()) {
      faults.add(wrongType(path, "text", node));
      return null;
    }
    if (!isWritable(node.textValue())) {
      faults.add(
          halfCharacter(
              path,
              name.equals("messageKey") ? ErrorCode.INVALID_MESSAGE_KEY : ErrorCode.BAD_VALUE));
      return null;
    }
    return node.textValue();
  }

  /**
   * JSON can name half of a surrogate pair, which no encoding can write (RFC 8259, section 8.2).
   */
  static boolean isWritable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSurrogatePair(
            text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : ' ')) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static Fault halfCharacter(String path, ErrorCode code) {
    return new Fault(
        path, code, "Expected whole Unicode characters; half of a surrogate pair came");
  }

  private static JsonNode object(JsonNode parent, String name, String path, List<Fault> faults) {
    JsonNode node = parent.get(name);
    if (absent(node)) {
      return null;
    }
    if (!node.isObject()) {
      faults.add(wrongType(path, "an object", node));
      return null;
    }
    return node;
  }

  private static boolean absent(JsonNode node) {
    return node == null || node.isNull();
  }

  private static void unknown(
      JsonNode node,
      String path,
      Set<String> allowed,
      List<Fault> faults,
      UnaryOperator<String> hint) {
    Iterator<String> names = node.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!allowed.contains(name)) {
        faults.add(
            new Fault(
                path + name,
                ErrorCode.MISPLACED_FIELD,
                "Expected only "
                    + String.join(", ", allowed.stream().sorted().toList())
                    + " here; "
                    + shorten(name)
                    + " came"
                    + hint.apply(name)));
      }
    }
  }

  private static String misplacedInUrl(String name) {
    return switch (name) {
      case "recipients" -> " (many recipients go to POST /messaging/v1/sms/messages/)";
      case "recipient" -> " (one recipient goes to POST /messaging/v1/sms/messages/{messageKey})";
      case "messageKey" -> " (the key stands in the URL, or with each of many recipients)";
      default -> misplacedInRequest(name);
    };
  }

  private static String misplacedInFile(String name) {
    return name.equals("recipient")
        ? " (a request has one recipient or many recipients)"
        : misplacedInRequest(name);
  }

  private static String misplacedInMessage(String name) {
    return name.equals("recipients")
        ? " (a message holds a request with one recipient)"
        : misplacedInRequest(name);
  }

  private static String misplacedInRequest(String name) {
    return switch (name) {
      case "to", "contactKey", "attributes" -> " (it belongs into the recipient)";
      case "message" -> " (it belongs into content)";
      default -> "";
    };
  }

  private static String shorten(String name) {
    return name.length() <= 60 ? name : name.substring(0, 60) + "…";
  }

  private static Fault wrongType(String path, String expected, JsonNode came) {
    return new Fault(
        path,
        ErrorCode.WRONG_TYPE,
        "Expected " + expected + "; " + kind(came.getNodeType()) + " came");
  }

  private static String kind(JsonNodeType type) {
    return switch (type) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case NULL -> "null";
      case BINARY, MISSING, POJO -> "something else";
    };
  }

  static JsonNode object(byte[] body) {
    JsonNode root = parse(body);
    if (root.isMissingNode()) {
      throw malformed("Expected a JSON object; an empty body came");
    }
    if (!root.isObject()) {
      throw new InvalidRequestException(wrongType("", "a JSON object", root));
    }
    return root;
  }

  private static JsonNode parse(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw malformed(
          "Expected JSON; "
              + position(e.getLocation()).map(at -> at + ": ").orElse("")
              + reason(e));
    } catch (IOException e) {
      // Bytes that are no text in the encoding that Jackson found.
      throw malformed("Expected JSON in UTF-8; the bytes are not");
    }
  }

  private static Optional<String> position(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? Optional.empty()
        : Optional.of("line " + location.getLineNr() + ", column " + location.getColumnNr());
  }

  /** Only the kind of fault: Jackson's own text quotes the input, which may hold a number. */
  private static String reason(JsonProcessingException e) {
    String said = e.getOriginalMessage();
    if (said.startsWith("Duplicate field")) {
      return "a name came twice in one object";
    }
    if (said.startsWith("Unexpected end-of-input")) {
      return "it ends too early";
    }
    if (said.startsWith("Trailing token")) {
      return "more came after the end of the object";
    }
    if (said.startsWith("Document nesting depth")) {
      return "it is nested too deeply";
    }
    return "something that is not JSON came";
  }

  private static InvalidRequestException malformed(String message) {
    return new InvalidRequestException(new Fault("", ErrorCode.MALFORMED_JSON, message));
  }
}
