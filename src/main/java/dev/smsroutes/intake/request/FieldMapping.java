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
 * Makes a {@link SendRequest} of the fields in which a site tells of its business: the bean with
 * which an intake of one's own reads, set up in YAML (docs/own-intake.md).
 *
 * <p>Each setting is a text in which {@code {field}} stands for a field of what came, and {@code
 * {customer.phone}} for one inside an object. What came is never looked into for fields, script or
 * expressions. A setting without any field is a constant. There is no escape for a brace.
 *
 * <p>Fields that no setting names are ignored: a site's own message tells more than we need. What
 * is missing or of a wrong type stands in {@link SendRequest#unreadable()} under the name that the
 * API has for it and with the site's own in the message, so that the pipeline names it together
 * with all else.
 *
 * <p>Set up by one thread, then thread-safe.
 */
public class FieldMapping {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

  /** What the API calls the parts of a request, and how it complains of a missing one. */
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

  /** Which send definition; usually a constant. */
  public void setDefinitionKey(String definitionKey) {
    this.definitionKey = Value.parse("definitionKey", definitionKey);
  }

  /**
   * The key, made of what names the occasion: the same occasion must give the same key, so that it
   * is sent once, and another one another key.
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
   * A text instead of the definition's, with {@code %%Name%%} for attributes. Taken as it is:
   * braces mean nothing here, because what a stranger wrote must not become part of a template
   * (contract, section 5).
   */
  public void setMessage(String message) {
    this.message = message;
  }

  /**
   * Attributes by name, to be put in. One whose field did not come is left out: the definition
   * knows whether it is needed.
   */
  public Map<String, String> getAttributes() {
    // Camel binds a map by putting into it; so a wrong text is found at the start as well.
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
   * @param body UTF-8, UTF-16 or UTF-32; null for an empty one
   * @throws InvalidRequestException if it is no JSON object; with line and column
   */
  public SendRequest fromJson(byte[] body) {
    return RequestReader.reading(() -> map(RequestTree.object(body == null ? new byte[0] : body)));
  }

  /**
   * Reads what a data format of Camel left: a row of CSV, a record.
   *
   * @param fields texts, numbers, booleans, and maps of these, by name
   */
  public SendRequest fromMap(Map<String, ?> fields) {
    return RequestReader.reading(() -> map(JSON.valueToTree(fields)));
  }

  private SendRequest map(JsonNode came) {
    List<Fault> faults = new ArrayList<>();
    String key = part(Part.MESSAGE_KEY, messageKey, came, faults);
    String definition = part(Part.DEFINITION_KEY, definitionKey, came, faults);
    String contact = part(Part.CONTACT_KEY, contactKey, came, faults);
    String number = part(Part.TO, to, came, faults);
    Map<String, String> values = new LinkedHashMap<>();
    attributes.forEach(
        (name, value) -> {
          if (readable("recipient.attributes." + name, value, came, faults)) {
            value.of(came, field -> true).ifPresent(text -> values.put(name, text));
          }
        });
    return new SendRequest(
        key, definition, new Recipient(contact, number, values), message, false, faults);
  }

  private static String part(Part part, Value value, JsonNode came, List<Fault> faults) {
    if (value == Value.NONE || !readable(part.path, value, came, faults)) {
      return null;
    }
    // An empty field would give all its senders the same key.
    Optional<String> text = value.of(came, field -> !field.isBlank());
    if (text.isEmpty()) {
      faults.add(
          new Fault(
              part.path,
              part.missing,
              "Expected " + value.names() + ", which gives " + part.path + "; none came"));
    }
    return text.orElse(null);
  }

  private static boolean readable(String path, Value value, JsonNode came, List<Fault> faults) {
    for (String name : value.fields()) {
      JsonNode node = find(came, name);
      if (node.isContainerNode()) {
        faults.add(
            new Fault(
                path,
                ErrorCode.WRONG_TYPE,
                "Expected text, a number or a boolean in "
                    + name
                    + "; "
                    + (node.isArray() ? "an array" : "an object")
                    + " came"));
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
                "Expected whole Unicode characters in "
                    + name
                    + "; half of a surrogate pair came"));
        return false;
      }
    }
    return true;
  }

  private static JsonNode find(JsonNode came, String name) {
    JsonNode whole = came.path(name);
    if (!whole.isMissingNode()) {
      return whole;
    }
    JsonNode node = came;
    for (String step : name.split("\\.")) {
      node = node.path(step);
    }
    return node;
  }

  /**
   * One setting: literals and fields in turn, with one literal more than there are fields.
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

    /** Empty if any field did not come, or came as something that is not wanted. */
    Optional<String> of(JsonNode came, Predicate<String> wanted) {
      StringBuilder filled = new StringBuilder(literals.get(0));
      for (int i = 0; i < fields.size(); i++) {
        JsonNode node = find(came, fields.get(i));
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
