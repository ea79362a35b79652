package dev.smsroutes.intake.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Maps a site's own message to a {@link SendRequest}: the bean for an intake of one's own, set up
 * in YAML (docs/own-intake.md).
 *
 * <p>Each setting is a text in which {@code {field}} stands for a field of the message, and {@code
 * {customer.phone}} for one inside an object. Values are never searched for fields, script or
 * expressions. A setting without any field is a constant. A brace cannot be escaped.
 *
 * <p>Fields that no setting names are ignored. {@link SendRequest#unreadable()} holds the faults of
 * missing fields and wrong types: under the API's name, with the site's name in the message. So the
 * pipeline reports them with all other faults.
 *
 * <p>Set up by one thread, then thread-safe.
 */
public class FieldMapping {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

  /** A field is never looked for in an array, so its elements are not kept. */
  private static final RequestTree.Limits KEPT =
      new RequestTree.Limits(100_000, 0, 100_000, Set.of());

  /** The API's names for the parts of a request, and its codes for a missing one. */
  private enum Part {
    MESSAGE_KEY("messageKey", ErrorCode.MISSING_MESSAGE_KEY),
    DEFINITION_KEY("definitionKey", ErrorCode.MISSING_DEFINITION_KEY),
    CONTACT_KEY("recipient.contactKey", ErrorCode.MISSING_CONTACT_KEY),
    TO("recipient.to", ErrorCode.MISSING_TO);

    private final String path;
    private final ErrorCode missing;

    Part(String path, ErrorCode missing) {
      this.path = path;
      this.missing = missing;
    }
  }

  private Value definitionKey = Value.NONE;
  private Value messageKey = Value.NONE;
  private Value contactKey = Value.NONE;
  private Value to = Value.NONE;
  private String message;
  private final Map<String, Value> attributes = new LinkedHashMap<>();

  /** The send definition; usually a constant. */
  public void setDefinitionKey(String definitionKey) {
    this.definitionKey = Value.parse("definitionKey", definitionKey);
  }

  /**
   * The message key. The same occasion must give the same key, so that it is sent once; another
   * occasion must give another key.
   */
  public void setMessageKey(String messageKey) {
    this.messageKey = Value.parse("messageKey", messageKey);
  }

  /** The subscriber's key. */
  public void setContactKey(String contactKey) {
    this.contactKey = Value.parse("contactKey", contactKey);
  }

  /** The mobile number. */
  public void setTo(String to) {
    this.to = Value.parse("to", to);
  }

  /**
   * A text instead of the definition's, with {@code %%Name%%} for attributes. Braces have no
   * meaning here, because a sender's text must not become part of a template (contract, section 5).
   */
  public void setMessage(String message) {
    this.message = message;
  }

  /**
   * Attributes by name, a map to be filled. An attribute whose field is absent is left out: the
   * definition decides whether it is needed.
   */
  public Map<String, String> getAttributes() {
    // Camel binds a map by calling put, so a faulty text is found at the start as well.
    return new AbstractMap<>() {
      @Override
      public String put(String name, String text) {
        attributes.put(name, Value.parse("attributes." + name, text));
        return null;
      }

      @Override
      public Set<Entry<String, String>> entrySet() {
        return attributes.entrySet().stream()
            .map(entry -> Map.entry(entry.getKey(), entry.getValue().text()))
            .collect(Collectors.toUnmodifiableSet());
      }
    };
  }

  /**
   * Reads a JSON object.
   *
   * @param body UTF-8, UTF-16 or UTF-32; null: empty
   * @throws InvalidRequestException if it is not a JSON object; with line and column
   */
  public SendRequest fromJson(byte[] body) {
    return RequestReader.reading(
        () -> map(RequestTree.object(body == null ? new byte[0] : body, KEPT)));
  }

  /**
   * Reads the result of one of Camel's data formats: a row of CSV, a record.
   *
   * @param fields texts, numbers, booleans, and maps of these, by name
   */
  public SendRequest fromMap(Map<String, ?> fields) {
    return RequestReader.reading(() -> map(JSON.valueToTree(fields)));
  }

  private SendRequest map(JsonNode root) {
    List<Fault> faults = new ArrayList<>();
    String key = part(Part.MESSAGE_KEY, messageKey, root, faults);
    String definition = part(Part.DEFINITION_KEY, definitionKey, root, faults);
    String contact = part(Part.CONTACT_KEY, contactKey, root, faults);
    String number = part(Part.TO, to, root, faults);
    Map<String, String> values = new LinkedHashMap<>();
    attributes.forEach(
        (name, value) -> {
          if (readable("recipient.attributes." + name, value, root, faults)) {
            value.of(root, field -> true).ifPresent(text -> values.put(name, text));
          }
        });
    return new SendRequest(
        key, definition, new Recipient(contact, number, values), message, false, faults);
  }

  private static String part(Part part, Value value, JsonNode root, List<Fault> faults) {
    if (value == Value.NONE || !readable(part.path, value, root, faults)) {
      return null;
    }
    // An empty field would give all its senders the same key.
    Optional<String> text = value.of(root, field -> !field.isBlank());
    if (text.isEmpty()) {
      faults.add(
          new Fault(
              part.path,
              part.missing,
              "Expected " + value.names() + ", which gives " + part.path + "; got none"));
    }
    return text.orElse(null);
  }

  private static boolean readable(String path, Value value, JsonNode root, List<Fault> faults) {
    for (String name : value.fields()) {
      JsonNode node = find(root, name);
      if (node.isContainerNode()) {
        faults.add(
            new Fault(
                path,
                ErrorCode.WRONG_TYPE,
                "Expected text, a number or a boolean in "
                    + name
                    + "; got "
                    + (node.isArray() ? "an array" : "an object")));
        return false;
      }
      Optional<String> text = RequestReader.scalar(node);
      if (text.isEmpty()) {
        faults.add(
            new Fault(
                path,
                ErrorCode.WRONG_TYPE,
                "Expected in " + name + " " + RequestReader.LONG_NUMBER));
        return false;
      }
      if (!RequestReader.isWritable(text.get())) {
        faults.add(
            new Fault(
                path,
                path.equals(Part.MESSAGE_KEY.path)
                    ? ErrorCode.INVALID_MESSAGE_KEY
                    : ErrorCode.BAD_VALUE,
                "Expected whole Unicode characters in " + name + "; got half of a surrogate pair"));
        return false;
      }
    }
    return true;
  }

  private static JsonNode find(JsonNode root, String name) {
    JsonNode whole = root.path(name);
    if (!whole.isMissingNode()) {
      return whole;
    }
    JsonNode node = root;
    for (String step : name.split("\\.")) {
      node = node.path(step);
    }
    return node;
  }

  /**
   * One setting: literals and fields in turn, with one more literal than fields.
   *
   * @param text as it was set
   */
  private record Value(String text, List<String> literals, List<String> fields) {
    static final Value NONE = new Value("", List.of(""), List.of());

    private static final Pattern FIELD = Pattern.compile("\\{([^{}]+)}");
    private static final Pattern BRACE = Pattern.compile("[{}]");

    static Value parse(String setting, String text) {
      List<String> literals = new ArrayList<>();
      List<String> fields = new ArrayList<>();
      Matcher matcher = FIELD.matcher(text);
      int end = 0;
      while (matcher.find()) {
        literals.add(text.substring(end, matcher.start()));
        fields.add(matcher.group(1).strip());
        end = matcher.end();
      }
      literals.add(text.substring(end));
      if (literals.stream().anyMatch(BRACE.asPredicate())) {
        throw new IllegalArgumentException(
            setting + ": expected fields such as {order}; '" + text + "' has a brace too many");
      }
      return new Value(text, List.copyOf(literals), List.copyOf(fields));
    }

    /** Empty if any field is absent, or its text is not wanted. */
    Optional<String> of(JsonNode root, Predicate<String> wanted) {
      StringBuilder filled = new StringBuilder(literals.get(0));
      for (int i = 0; i < fields.size(); i++) {
        JsonNode node = find(root, fields.get(i));
        Optional<String> text = RequestReader.scalar(node).filter(wanted);
        if (node.isMissingNode() || node.isNull() || text.isEmpty()) {
          return Optional.empty();
        }
        filled.append(text.get()).append(literals.get(i + 1));
      }
      return Optional.of(filled.toString());
    }

    String names() {
      return fields.stream().distinct().collect(Collectors.joining(" and "));
    }
  }
}
