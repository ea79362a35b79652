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
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>A null means an absent field, for every field that the API knows in either shape: clients with
 * generated classes write all of them. A failure while a request is read is a refusal of that
 * request, since it would fail the next time as well.
 *
 * <p>Immutable and thread-safe. UTF-8, UTF-16 and UTF-32 are read, as JSON allows. The length of
 * the body is limited by the caller of this class.
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

  /** Every name of the API's request, in either shape. */
  private static final Set<String> ALL_FIELDS =
      Stream.of(STANDALONE_FIELDS, MANY_FIELDS, ITEM_FIELDS, CONTENT_FIELDS, SUBSCRIPTIONS_FIELDS)
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());

  /** What is said of a number that {@link JsonNumber#plain} cannot write out. */
  static final String LONG_NUMBER =
      "a number of at most "
          + JsonNumber.MOST_CHARACTERS
          + " characters when it is written out; got a longer one (send it as text)";

  private static final int LONGEST_SHOWN = 60;

  /** Controls, and halves of surrogate pairs. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cs}]");

  /** So many faults help a person; 4 MB of unknown fields would make an answer of 80 MB. */
  private static final int MOST_FAULTS = 50;

  /**
   * How long a request may be with the shared attributes written out for each recipient, in
   * characters: what the API takes as a body (contract, section 4).
   */
  private static final long MOST_WRITTEN_OUT = 4L * 1024 * 1024;

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
    return reading(
        () ->
            single(
                RequestTree.object(body),
                messageKey,
                SINGLE_FIELDS,
                RequestReader::misplacedInUrl));
  }

  /**
   * Reads the body of the bare route: {@code recipients}, each with a key or without; keys that are
   * missing are made.
   *
   * @return one request for each recipient, in their order; at least one
   * @throws InvalidRequestException if nothing can be said of any recipient alone
   */
  public List<SendRequest> bare(byte[] body) {
    return reading(() -> many(RequestTree.object(body), recipient -> MessageKeys.make()));
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
    return reading(
        () -> {
          JsonNode root = RequestTree.object(body);
          return root.hasNonNull("recipients")
              ? many(root, keys)
              : List.of(withKey(root, () -> keys.keyOf(0), RequestReader::misplacedInFile));
        });
  }

  /**
   * Reads a request with one recipient that stands by itself, as in a message.
   *
   * @param otherwise the key if the body has none
   * @return the request; without a key if there is none in either place
   * @throws InvalidRequestException if the body is not a JSON object
   */
  public SendRequest one(byte[] body, Optional<String> otherwise) {
    return reading(
        () ->
            withKey(
                RequestTree.object(body),
                () -> otherwise.orElse(null),
                RequestReader::misplacedInMessage));
  }

  /**
   * Turns a failure while a request is read into a refusal: the same bytes would fail again, so the
   * caller must not be asked to repeat them.
   *
   * @throws InvalidRequestException also if the reader throws another exception
   */
  public static <T> T reading(Supplier<T> reader) {
    try {
      return reader.get();
    } catch (InvalidRequestException e) {
      throw e;
    } catch (RuntimeException e) {
      // Without its message, which may quote the body.
      LOG.error(
          "request not readable cause={} at={}",
          e.getClass().getName(),
          Arrays.stream(e.getStackTrace()).limit(5).toList());
      throw RequestTree.malformed("Expected a request that can be read; reading this one failed");
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
        faults);
  }

  private static SortedSet<String> names(String... names) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(names)));
  }

  /** Where the key of a recipient comes from who has none. */
  @FunctionalInterface
  public interface KeySource {
    /**
     * @param recipient its number, from 1, among many; 0 for a request with one only
     */
    String keyOf(int recipient);
  }

  private static SendRequest single(
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

  private List<SendRequest> many(JsonNode root, KeySource keys) {
    List<Fault> faults = new ArrayList<>();
    unknown(root, "", MANY_FIELDS, faults, RequestReader::misplacedInUrl);
    String definitionKey = text(root, "definitionKey", "definitionKey", faults);
    Map<String, String> attributes = attributes(root, "attributes", faults);
    String message = message(root, faults);
    boolean resubscribe = resubscribe(root, faults);

    List<JsonNode> items = recipients(root, faults);
    if (writtenOut(attributes) * items.size() > MOST_WRITTEN_OUT) {
      faults.add(
          new Fault(
              "attributes",
              ErrorCode.VALIDATION,
              "Expected attributes for all recipients that have at most "
                  + MOST_WRITTEN_OUT
                  + " characters when they are written out for each of the "
                  + items.size()
                  + "; got more"));
      attributes = Map.of();
    }
    List<Fault> shared = first(faults);
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
        recipient = withShared(attributes, recipient(item, "recipient.", ITEM_FIELDS, own));
      } else {
        own.add(wrongType("recipient", "an object", item));
      }
      own = first(own);
      own.addAll(shared);
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
    // Quotes, colon and comma included.
    return attributes.entrySet().stream()
        .mapToLong(attribute -> attribute.getKey().length() + attribute.getValue().length() + 6L)
        .sum();
  }

  /** A recipient with the attributes of all recipients; its own win, in any case of the name. */
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
    if (faults.size() <= MOST_FAULTS) {
      return faults;
    }
    List<Fault> first = new ArrayList<>(faults.subList(0, MOST_FAULTS));
    first.add(
        new Fault(
            "",
            ErrorCode.VALIDATION,
            "Expected a request without faults; "
                + (faults.size() - MOST_FAULTS)
                + " more are not listed"));
    return first;
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
      JsonNode node, String path, SortedSet<String> allowed, List<Fault> faults) {
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
      String at = path + "." + shown(name);
      Optional<String> text = scalar(value);
      if (value.isNull()) {
        continue;
      }
      if (name.isBlank()) {
        faults.add(
            new Fault(path, ErrorCode.BAD_VALUE, "Expected attributes with names; one has none"));
      } else if (value.isContainerNode()) {
        faults.add(wrongType(at, "text, a number or a boolean", value));
      } else if (text.isEmpty()) {
        faults.add(new Fault(at, ErrorCode.WRONG_TYPE, "Expected " + LONG_NUMBER));
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
                  "Expected names that differ in more than upper and lower case; "
                      + shown(other)
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
      SortedSet<String> allowed,
      List<Fault> faults,
      UnaryOperator<String> hint) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      boolean absent = field.getValue().isNull() && ALL_FIELDS.contains(name);
      if (!allowed.contains(name) && !absent) {
        faults.add(
            new Fault(
                path + shown(name),
                ErrorCode.MISPLACED_FIELD,
                "Expected only "
                    + String.join(", ", allowed)
                    + " here; "
                    + shown(name)
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

  /** A name that a caller wrote, in the form in which an answer or a log can hold it. */
  private static String shown(String name) {
    String start = name.length() <= LONGEST_SHOWN ? name : name.substring(0, LONGEST_SHOWN) + "…";
    return UNPRINTABLE.matcher(start).replaceAll("\uFFFD");
  }

  /** What stands in a place as text; empty for a number that cannot be written out. */
  static Optional<String> scalar(JsonNode node) {
    Optional<JsonNumber> number = JsonNumber.of(node);
    return number.isPresent() ? number.get().plain() : Optional.of(node.asText());
  }

  static Fault wrongType(String path, String expected, JsonNode came) {
    return new Fault(
        path, ErrorCode.WRONG_TYPE, "Expected " + expected + "; " + kind(came) + " came");
  }

  private static String kind(JsonNode came) {
    if (JsonNumber.of(came).isPresent()) {
      return "a number";
    }
    return switch (came.getNodeType()) {
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
