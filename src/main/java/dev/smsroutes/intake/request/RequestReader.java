package dev.smsroutes.intake.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the API's own JSON into {@link SendRequest}s, in the API's two shapes: one {@code
 * recipient}, or many {@code recipients}.
 *
 * <p>It is strict, because a slip could send the wrong message: unknown and misplaced fields, wrong
 * types and repeated names are faults. It reports all faults at once: a JSON request is returned
 * with its faults in {@link SendRequest#unreadable()}, and the pipeline adds faults of the values.
 * It throws only for a body without requests (not JSON, not an object, no list of recipients).
 *
 * <p>A null means an absent field, for every field that the API knows in either shape: clients with
 * generated classes write all of them. A failure while a request is read refuses that request,
 * because it would fail again.
 *
 * <p>Immutable and thread-safe. It reads UTF-8, UTF-16 and UTF-32, as JSON allows. The caller of
 * this class limits the length of the body.
 */
public final class RequestReader {
  private static final Logger LOG = LoggerFactory.getLogger(RequestReader.class);

  private static final SortedSet<String> SINGLE_FIELDS =
      names("definitionKey", "recipient", "content", "subscriptions");
  private static final SortedSet<String> STANDALONE_FIELDS =
      names("definitionKey", "messageKey", "recipient", "content", "subscriptions");
  private static final SortedSet<String> MANY_FIELDS =
      names("definitionKey", "recipients", "attributes", "content", "subscriptions");
  private static final SortedSet<String> RECIPIENT_FIELDS = names("contactKey", "to", "attributes");
  private static final SortedSet<String> ITEM_FIELDS =
      names("contactKey", "to", "attributes", "messageKey");
  private static final SortedSet<String> CONTENT_FIELDS = names("message");
  private static final SortedSet<String> SUBSCRIPTIONS_FIELDS = names("resubscribe");

  /** All fields of the API's request, in either shape. */
  private static final Set<String> ALL_FIELDS =
      Stream.of(STANDALONE_FIELDS, MANY_FIELDS, ITEM_FIELDS, CONTENT_FIELDS, SUBSCRIPTIONS_FIELDS)
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());

  /** The message for a number that {@link JsonNumber#plain} cannot write out. */
  static final String LONG_NUMBER =
      "a number of at most "
          + JsonNumber.MAX_CHARACTERS
          + " characters when it is written out; got a longer one (send it as text)";

  private static final int MAX_SHOWN = 60;

  /** Control characters, and halves of surrogate pairs. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cs}]");

  /** Enough for a person; 4 MB of unknown fields would make an answer of 80 MB. */
  private static final int MAX_FAULTS = Fault.MAX_LISTED;

  /** Values of a request with few recipients, whatever the limits are. */
  private static final int LEAST_VALUES = 10_000;

  /** Values for each recipient of many: no more than that on average. */
  private static final int VALUES_A_RECIPIENT = 200;

  /**
   * The maximum length of a request with the shared attributes written out for each recipient, in
   * characters: the API's limit of a body (contract, section 4).
   */
  private static final long MAX_WRITTEN_OUT = 4L * 1024 * 1024;

  private final int maxRecipients;
  private final AttributeLimits limits;
  private final RequestTree.Limits kept;

  /**
   * The limits of one recipient's attributes.
   *
   * @param count how many there may be
   * @param nameLength the maximum length of a name, in characters
   * @param valueLength the maximum length of a value, in characters
   */
  public record AttributeLimits(int count, int nameLength, int valueLength) {
    /** For requests that were taken before. */
    public static final AttributeLimits NONE =
        new AttributeLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * @param maxRecipients the maximum number of recipients in one request; more are refused with
   *     109101
   */
  public RequestReader(int maxRecipients, AttributeLimits limits) {
    this.maxRecipients = maxRecipients;
    this.limits = limits;
    kept =
        new RequestTree.Limits(
            Math.max(limits.count, MAX_FAULTS),
            maxRecipients,
            (int)
                Math.min(
                    Integer.MAX_VALUE,
                    Math.max(
                        LEAST_VALUES + (long) limits.count,
                        (long) VALUES_A_RECIPIENT * maxRecipients)),
            ALL_FIELDS);
  }

  /** A reader without limits of attributes. */
  public RequestReader(int maxRecipients) {
    this(maxRecipients, AttributeLimits.NONE);
  }

  /**
   * Reads the body of the keyed route: {@code recipient}; the key is in the URL.
   *
   * @throws InvalidRequestException if the body is not a JSON object
   */
  public SendRequest keyed(byte[] body, String messageKey) {
    return reading(
        () ->
            single(
                RequestTree.object(body, kept),
                messageKey,
                SINGLE_FIELDS,
                RequestReader::misplacedInUrl));
  }

  /**
   * Reads the body of the bare route: {@code recipients}, each with or without a key; missing keys
   * are made.
   *
   * @return one request for each recipient, in their order; at least one
   * @throws InvalidRequestException if the body has no list of recipients
   */
  public List<SendRequest> bare(byte[] body) {
    return reading(
        () ->
            many(
                RequestTree.object(body, kept),
                recipient -> UUID.randomUUID().toString(),
                MAX_FAULTS));
  }

  /**
   * Reads a standalone request, as in a file: either shape. With one recipient, the request may
   * have a {@code messageKey}.
   *
   * @param keys makes the key of a recipient without one
   * @return one request for each recipient, in their order; at least one
   * @throws InvalidRequestException as for the two routes
   */
  public List<SendRequest> standalone(byte[] body, KeySource keys) {
    return reading(
        () -> {
          JsonNode root = RequestTree.object(body, kept);
          return root.hasNonNull("recipients")
              ? many(root, keys, Integer.MAX_VALUE)
              : List.of(withKey(root, () -> keys.keyOf(0), RequestReader::misplacedInFile));
        });
  }

  /**
   * Reads a standalone request with one recipient, as in a JMS message.
   *
   * @param otherwise the key if the body has none
   * @return the request; without a key if neither the body nor {@code otherwise} has one
   * @throws InvalidRequestException if the body is not a JSON object
   */
  public SendRequest one(byte[] body, Optional<String> otherwise) {
    return reading(
        () ->
            withKey(
                RequestTree.object(body, kept),
                () -> otherwise.orElse(null),
                RequestReader::misplacedInMessage));
  }

  /**
   * Turns a failure while a request is read into a refusal: the same bytes would fail again, so the
   * caller must not repeat them.
   *
   * @throws InvalidRequestException also if the reader throws another exception
   */
  public static <T> T reading(Supplier<T> reader) {
    try {
      return reader.get();
    } catch (InvalidRequestException e) {
      throw e;
    } catch (RuntimeException e) {
      // Without the message of the exception, which may quote the body.
      LOG.error(
          "request not readable cause={} at={}",
          e.getClass().getName(),
          Arrays.stream(e.getStackTrace()).limit(5).toList());
      throw RequestTree.malformed(
          "Expected a readable request; got one that sms-routes failed to read");
    }
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
        first(faults));
  }

  private static SortedSet<String> names(String... names) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(names)));
  }

  /** Makes keys for recipients without one. */
  @FunctionalInterface
  public interface KeySource {
    /**
     * @param recipient its number among many, from 1; 0 for a request with one recipient
     */
    String keyOf(int recipient);
  }

  private SendRequest single(
      JsonNode root, String messageKey, SortedSet<String> allowed, UnaryOperator<String> hint) {
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
        first(faults));
  }

  /**
   * @param most how many faults of the recipients are listed, of all together; one at least of each
   */
  private List<SendRequest> many(JsonNode root, KeySource keys, int most) {
    List<Fault> faults = new ArrayList<>();
    unknown(root, "", MANY_FIELDS, faults, RequestReader::misplacedInUrl);
    String definitionKey = text(root, "definitionKey", "definitionKey", faults);
    Map<String, String> attributes = attributes(root, "attributes", faults);
    String message = message(root, faults);
    boolean resubscribe = resubscribe(root, faults);

    List<JsonNode> items = recipients(root, faults);
    if (writtenOut(attributes) * items.size() > MAX_WRITTEN_OUT) {
      faults.add(
          new Fault(
              "attributes",
              ErrorCode.VALIDATION,
              "Expected attributes for all recipients that have at most "
                  + MAX_WRITTEN_OUT
                  + " characters when they are written out for each of the "
                  + items.size()
                  + "; got more"));
      attributes = Map.of();
    }
    List<Fault> shared = first(faults);
    Set<String> seen = new HashSet<>();
    List<SendRequest> requests = new ArrayList<>(items.size());
    int left = most;
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
        recipient = withShared(attributes, recipient(item, "recipient.", ITEM_FIELDS, own));
      } else {
        own.add(wrongType("recipient", "an object", item));
      }
      own = Fault.first(own, Math.max(1, Math.min(left, MAX_FAULTS)));
      left -= own.size();
      if (!shared.isEmpty()) {
        own = new ArrayList<>(own);
        own.addAll(shared);
        own = first(own);
      }
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

  private static long writtenOut(Map<String, String> attributes) {
    // Includes quotes, colon and comma.
    return attributes.entrySet().stream()
        .mapToLong(attribute -> attribute.getKey().length() + attribute.getValue().length() + 6L)
        .sum();
  }

  /** Adds the attributes of all recipients; its own win, in any case of the name. */
  private static Recipient withShared(Map<String, String> shared, Recipient recipient) {
    if (shared.isEmpty()) {
      return recipient;
    }
    Set<String> own =
        recipient.attributes().keySet().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    Map<String, String> all = new LinkedHashMap<>();
    shared.forEach(
        (name, value) -> {
          if (!own.contains(name.toLowerCase(Locale.ROOT))) {
            all.put(name, value);
          }
        });
    all.putAll(recipient.attributes());
    return new Recipient(recipient.contactKey(), recipient.to(), all);
  }

  private static List<Fault> first(List<Fault> faults) {
    return Fault.first(faults, MAX_FAULTS);
  }

  private List<JsonNode> recipients(JsonNode root, List<Fault> faults) {
    JsonNode node = root.get("recipients");
    Fault fault = null;
    if (absent(node)) {
      fault = noRecipients("an array of objects with contactKey and to; got none");
    } else if (!node.isArray()) {
      fault = wrongType("recipients", "an array", node);
    } else if (node.isEmpty()) {
      fault = noRecipients("at least one recipient; got an empty array");
    } else if (node.size() + RequestTree.omitted(node) > maxRecipients) {
      fault =
          new Fault(
              "recipients",
              ErrorCode.TOO_MANY_RECIPIENTS,
              "Expected at most "
                  + maxRecipients
                  + " recipients; got "
                  + (node.size() + RequestTree.omitted(node)));
    }
    if (fault != null) {
      faults.add(fault);
      throw new InvalidRequestException(first(faults));
    }
    List<JsonNode> items = new ArrayList<>(node.size());
    node.forEach(items::add);
    return items;
  }

  private static Fault noRecipients(String expected) {
    return new Fault("recipients", ErrorCode.NO_RECIPIENTS, "Expected " + expected);
  }

  private Recipient recipient(
      JsonNode node, String path, SortedSet<String> allowed, List<Fault> faults) {
    unknown(node, path, allowed, faults, field -> "");
    return new Recipient(
        text(node, "contactKey", path + "contactKey", faults),
        text(node, "to", path + "to", faults),
        attributes(node, path + "attributes", faults));
  }

  private Map<String, String> attributes(JsonNode parent, String path, List<Fault> faults) {
    JsonNode node = object(parent, "attributes", path, faults);
    if (node == null) {
      return Map.of();
    }
    int count = node.size() + RequestTree.omitted(node);
    if (count > limits.count) {
      faults.add(
          new Fault(
              path,
              ErrorCode.BAD_VALUE,
              "Expected at most "
                  + limits.count
                  + " attributes (sms.http.max-attributes); got "
                  + count));
      return Map.of();
    }
    Map<String, String> attributes = new LinkedHashMap<>();
    Map<String, String> byLowerCase = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      String at = path + "." + shown(name);
      Optional<String> text = scalar(value);
      if (value.isNull()) {
        continue;
      }
      if (name.isBlank()) {
        faults.add(
            new Fault(
                path, ErrorCode.BAD_VALUE, "Expected attributes with names; got one without"));
      } else if (name.length() > limits.nameLength) {
        faults.add(
            tooLong(at, "a name", limits.nameLength, "sms.http.max-attribute-name-length", name));
      } else if (value.isContainerNode()) {
        faults.add(wrongType(at, "text, a number or a boolean", value));
      } else if (text.isEmpty()) {
        faults.add(new Fault(at, ErrorCode.WRONG_TYPE, "Expected " + LONG_NUMBER));
      } else if (text.get().length() > limits.valueLength) {
        faults.add(
            tooLong(
                at, "a value", limits.valueLength, "sms.http.max-attribute-length", text.get()));
      } else if (!isWritable(name) || !isWritable(text.get())) {
        faults.add(halfCharacter(isWritable(name) ? at : path, ErrorCode.BAD_VALUE));
      } else {
        attributes.put(name, text.get());
        String other = byLowerCase.put(name.toLowerCase(Locale.ROOT), name);
        if (other != null) {
          faults.add(
              new Fault(
                  at,
                  ErrorCode.BAD_VALUE,
                  "Expected names that differ in more than upper and lower case; also got "
                      + shown(other)));
        }
      }
    }
    return attributes;
  }

  private static Fault tooLong(String at, String what, int most, String key, String found) {
    return new Fault(
        at,
        ErrorCode.BAD_VALUE,
        "Expected %s of at most %d characters (%s); got %d"
            .formatted(what, most, key, found.length()));
  }

  private static String message(JsonNode root, List<Fault> faults) {
    JsonNode content = object(root, "content", "content", faults);
    if (content == null) {
      return null;
    }
    unknown(content, "content.", CONTENT_FIELDS, faults, field -> "");
    return text(content, "message", "content.message", faults);
  }

  private static boolean resubscribe(JsonNode root, List<Fault> faults) {
    JsonNode subscriptions = object(root, "subscriptions", "subscriptions", faults);
    if (subscriptions == null) {
      return false;
    }
    unknown(subscriptions, "subscriptions.", SUBSCRIPTIONS_FIELDS, faults, field -> "");
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
   * JSON can escape half of a surrogate pair, which no encoding can write (RFC 8259, section 8.2).
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
    return new Fault(path, code, "Expected whole Unicode characters; got half of a surrogate pair");
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
      SortedSet<String> allowed,
      List<Fault> faults,
      UnaryOperator<String> hint) {
    int more = RequestTree.omitted(node);
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      boolean absent = field.getValue().isNull() && ALL_FIELDS.contains(name);
      if (allowed.contains(name) || absent) {
        continue;
      }
      if (faults.size() >= MAX_FAULTS) {
        more++;
      } else {
        faults.add(
            new Fault(
                path + shown(name),
                ErrorCode.MISPLACED_FIELD,
                "Expected only "
                    + String.join(", ", allowed)
                    + " here; got "
                    + shown(name)
                    + hint.apply(name)));
      }
    }
    if (more > 0) {
      faults.add(Fault.more(more));
    }
  }

  private static String misplacedInUrl(String name) {
    return switch (name) {
      case "recipients" -> " (many recipients go to POST /messaging/v1/sms/messages/)";
      case "recipient" -> " (one recipient goes to POST /messaging/v1/sms/messages/{messageKey})";
      case "messageKey" -> " (the key is in the URL, or with each of many recipients)";
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
      case "to", "contactKey", "attributes" -> " (it belongs in the recipient)";
      case "message" -> " (it belongs in content)";
      default -> "";
    };
  }

  /** A caller's name for a field, made fit for an answer or a log. */
  private static String shown(String name) {
    String start = name.length() <= MAX_SHOWN ? name : name.substring(0, MAX_SHOWN) + "…";
    return UNPRINTABLE.matcher(start).replaceAll("\uFFFD");
  }

  /** The value as text; empty for a number that cannot be written out. */
  static Optional<String> scalar(JsonNode node) {
    Optional<JsonNumber> number = JsonNumber.of(node);
    return number.isPresent() ? number.get().plain() : Optional.of(node.asText());
  }

  static Fault wrongType(String path, String expected, JsonNode found) {
    return new Fault(path, ErrorCode.WRONG_TYPE, "Expected " + expected + "; got " + kind(found));
  }

  private static String kind(JsonNode found) {
    if (JsonNumber.of(found).isPresent()) {
      return "a number";
    }
    return switch (found.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "text";
      case NUMBER -> "a number";
      case BOOLEAN -> "a boolean";
      case NULL -> "null";
      case BINARY, MISSING, POJO -> "something else";
    };
  }
}
