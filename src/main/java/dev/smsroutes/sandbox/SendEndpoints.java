package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The two send routes (contract, sections 1 to 3). Thread-safe. */
record SendEndpoints(
    SandboxDefinitions definitions,
    AcceptedMessages messages,
    Replies replies,
    Supplier<SandboxSettings> settings,
    int maxRecipients) {
  static final int MAX_KEY_CHARACTERS = 100;

  private static final Set<String> KEYED_FIELDS =
      Set.of("definitionKey", "recipient", "content", "subscriptions");
  private static final Set<String> BARE_FIELDS =
      Set.of("definitionKey", "recipients", "attributes", "content", "subscriptions");
  private static final Set<String> KEYED_RECIPIENT = Set.of("contactKey", "to", "attributes");
  private static final Set<String> BARE_RECIPIENT =
      Set.of("contactKey", "to", "attributes", "messageKey");
  private static final Set<String> CONTENT_FIELDS = Set.of("message");
  private static final Set<String> SUBSCRIPTION_FIELDS = Set.of("resubscribe");

  /** A null in one of these fields means that it is absent, in any object. */
  private static final Set<String> ALL_FIELDS =
      Stream.of(KEYED_FIELDS, BARE_FIELDS, BARE_RECIPIENT, CONTENT_FIELDS, SUBSCRIPTION_FIELDS)
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());

  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,15}");
  private static final Pattern PLUS_DIGITS = Pattern.compile("\\+?[0-9]{1,15}");

  /** A refusal, on its way to the answer. */
  private static final class RefusedSend extends Exception {
    final ApiCode code;
    final String detail;

    RefusedSend(ApiCode code, String detail) {
      super(code.message(detail), null, false, false);
      this.code = code;
      this.detail = detail;
    }
  }

  WireAnswer keyed(Incoming call) {
    UUID requestId = Replies.id();
    String key = call.key().orElse(null);
    try {
      JsonNode body = body(call, KEYED_FIELDS);
      ObjectNode definition = definition(body);
      checkContent(body, definition);
      JsonNode recipient = body.path("recipient");
      if (recipient.isMissingNode() || recipient.isNull()) {
        throw new RefusedSend(ApiCode.NO_RECIPIENTS, "recipient");
      }
      checkRecipient("recipient", recipient, KEYED_RECIPIENT);
      checkKey(key);
      BitSet duplicates = messages.accept(record(call, requestId, true, definition), List.of(key));
      if (!duplicates.isEmpty()) {
        throw new RefusedSend(ApiCode.DUPLICATE_MESSAGE_KEY, "");
      }
    } catch (RefusedSend refused) {
      if (!settings.get().as202(refused.code)) {
        return replies.error(refused.code, refused.detail);
      }
      ObjectNode body = replies.responses(requestId, ApiCode.SOME_FAILED);
      replies.addRefused(body.putArray("responses"), key, refused.code, refused.detail);
      return WireAnswer.json(202, body);
    }
    ObjectNode body = replies.responses(requestId, ApiCode.OK);
    replies.addAccepted(body.putArray("responses"), key);
    return WireAnswer.json(202, body);
  }

  WireAnswer bare(Incoming call) {
    try {
      JsonNode body = body(call, BARE_FIELDS);
      ObjectNode definition = definition(body);
      checkContent(body, definition);
      checkAttributes("attributes", body.path("attributes"));
      JsonNode recipients = body.path("recipients");
      if (recipients.isMissingNode() || recipients.isNull()) {
        throw new RefusedSend(ApiCode.NO_RECIPIENTS, "recipients");
      }
      if (!recipients.isArray()) {
        throw new RefusedSend(ApiCode.WRONG_TYPE, "recipients: expected an array");
      }
      if (recipients.isEmpty()) {
        throw new RefusedSend(ApiCode.NO_RECIPIENTS, "recipients");
      }
      if (recipients.size() > maxRecipients) {
        throw new RefusedSend(
            ApiCode.TOO_MANY_RECIPIENTS,
            "expected up to " + maxRecipients + "; got " + recipients.size());
      }
      return bare(call, recipients, definition);
    } catch (RefusedSend refused) {
      return replies.error(refused.code, refused.detail);
    }
  }

  private WireAnswer bare(Incoming call, JsonNode recipients, ObjectNode definition) {
    UUID requestId = Replies.id();
    List<String> keys = new ArrayList<>(recipients.size());
    List<RefusedSend> refusals = new ArrayList<>(recipients.size());
    for (JsonNode recipient : recipients) {
      RefusedSend refusal = null;
      String key = null;
      try {
        checkRecipient("recipients[" + keys.size() + "]", recipient, BARE_RECIPIENT);
        key = text(recipient, "messageKey");
        if (key == null) {
          key = Replies.id().toString();
        }
        checkKey(key);
      } catch (RefusedSend refused) {
        key = null;
        refusal = refused;
      }
      keys.add(key);
      refusals.add(refusal);
    }
    BitSet duplicates = messages.accept(record(call, requestId, false, definition), keys);
    int accepted = 0;
    boolean onlyDuplicates = true;
    for (int i = 0; i < keys.size(); i++) {
      if (duplicates.get(i)) {
        refusals.set(i, new RefusedSend(ApiCode.DUPLICATE_MESSAGE_KEY, ""));
      } else if (refusals.get(i) == null) {
        accepted++;
      } else {
        onlyDuplicates = false;
      }
    }
    ApiCode noneLeft = onlyDuplicates ? ApiCode.DUPLICATE_MESSAGE_KEY : ApiCode.NO_VALID_RECIPIENTS;
    if (accepted == 0 && !settings.get().as202(noneLeft)) {
      return replies.error(ApiCode.NO_VALID_RECIPIENTS, "");
    }
    ObjectNode body =
        replies.responses(requestId, accepted == keys.size() ? ApiCode.OK : ApiCode.SOME_FAILED);
    ArrayNode responses = body.putArray("responses");
    for (int i = 0; i < keys.size(); i++) {
      RefusedSend refused = refusals.get(i);
      if (refused == null) {
        replies.addAccepted(responses, keys.get(i));
      } else {
        String key = recipients.get(i).path("messageKey").textValue();
        replies.addRefused(responses, key, refused.code, refused.detail);
      }
    }
    return WireAnswer.json(202, body);
  }

  private AcceptedMessages.AcceptedCall record(
      Incoming call, UUID requestId, boolean keyed, ObjectNode definition) {
    AcceptedMessages.Detail detail =
        messages.keepsDetail()
            ? new AcceptedMessages.Detail(call.path, call.headerLines(), call.body)
            : null;
    AcceptedMessages.UsedDefinition sent =
        new AcceptedMessages.UsedDefinition(
            definition.get("definitionKey").textValue(),
            definition.path("content").path("message").asText(""),
            SandboxDefinitions.isActive(definition));
    return new AcceptedMessages.AcceptedCall(requestId, messages.now(), keyed, sent, detail);
  }

  private static JsonNode body(Incoming call, Set<String> fields) throws RefusedSend {
    JsonNode body;
    try {
      body = call.json();
    } catch (Json.Malformed e) {
      throw new RefusedSend(ApiCode.MALFORMED_JSON, e.getMessage());
    }
    object("body", body);
    onlyFields("", body, fields);
    return body;
  }

  private ObjectNode definition(JsonNode body) throws RefusedSend {
    String key = text(body, "definitionKey");
    if (key == null || key.isEmpty()) {
      throw new RefusedSend(ApiCode.MISSING_DEFINITION_KEY, "");
    }
    Optional<ObjectNode> definition = definitions.find(key);
    return definition.orElseThrow(() -> new RefusedSend(ApiCode.UNKNOWN_DEFINITION, ""));
  }

  private static void checkContent(JsonNode body, ObjectNode definition) throws RefusedSend {
    JsonNode content = body.path("content");
    if (!content.isMissingNode() && !content.isNull()) {
      object("content", content);
      onlyFields("content.", content, CONTENT_FIELDS);
      text(content, "message");
    }
    JsonNode subscriptions = body.path("subscriptions");
    if (!subscriptions.isMissingNode() && !subscriptions.isNull()) {
      object("subscriptions", subscriptions);
      onlyFields("subscriptions.", subscriptions, SUBSCRIPTION_FIELDS);
      JsonNode resubscribe = subscriptions.path("resubscribe");
      if (!resubscribe.isMissingNode() && !resubscribe.isNull() && !resubscribe.isBoolean()) {
        throw new RefusedSend(
            ApiCode.WRONG_TYPE, "subscriptions.resubscribe: expected true or false");
      }
      if (resubscribe.asBoolean(false)
          && definition.path("subscriptions").path("keyword").asText("").isBlank()) {
        throw new RefusedSend(ApiCode.RESUBSCRIBE_WITHOUT_KEYWORD, "");
      }
    }
  }

  private void checkRecipient(String where, JsonNode recipient, Set<String> fields)
      throws RefusedSend {
    object(where, recipient);
    onlyFields(where + ".", recipient, fields);
    String contactKey = text(recipient, "contactKey");
    if (contactKey == null || contactKey.isBlank()) {
      throw new RefusedSend(ApiCode.MISSING_CONTACT_KEY, "");
    }
    String to = text(recipient, "to");
    if (to == null || to.isBlank()) {
      throw new RefusedSend(ApiCode.MISSING_TO, "");
    }
    Pattern numbers = settings.get().acceptsPlus() ? PLUS_DIGITS : DIGITS;
    if (!numbers.matcher(to).matches()) {
      throw new RefusedSend(ApiCode.INVALID_TO, "expected country code and number, digits only");
    }
    checkAttributes(where + ".attributes", recipient.path("attributes"));
  }

  private static void checkAttributes(String where, JsonNode attributes) throws RefusedSend {
    if (attributes.isMissingNode() || attributes.isNull()) {
      return;
    }
    object(where, attributes);
    for (JsonNode value : attributes) {
      if (value.isContainerNode()) {
        throw new RefusedSend(ApiCode.WRONG_TYPE, where + ": expected texts");
      }
    }
  }

  /** A key may hold any character, but clients and proxies remove {@code .} and {@code ..}. */
  private static void checkKey(String key) throws RefusedSend {
    if (key == null) {
      throw new RefusedSend(
          ApiCode.INVALID_MESSAGE_KEY, "expected percent-encoded UTF-8 as one segment of the path");
    }
    if (key.isEmpty()) {
      throw new RefusedSend(ApiCode.MISSING_MESSAGE_KEY, "");
    }
    int length = key.codePointCount(0, key.length());
    if (length > MAX_KEY_CHARACTERS) {
      throw new RefusedSend(
          ApiCode.INVALID_MESSAGE_KEY,
          "expected up to " + MAX_KEY_CHARACTERS + " characters; got " + length);
    }
    if (key.equals(".") || key.equals("..")) {
      throw new RefusedSend(
          ApiCode.INVALID_MESSAGE_KEY,
          "expected a key other than . and .., which a path cannot hold");
    }
  }

  private static String text(JsonNode node, String field) throws RefusedSend {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw new RefusedSend(ApiCode.WRONG_TYPE, field + ": expected a text");
    }
    return value.textValue();
  }

  private static void object(String where, JsonNode node) throws RefusedSend {
    if (!node.isObject()) {
      throw new RefusedSend(ApiCode.WRONG_TYPE, where + ": expected an object");
    }
  }

  private static void onlyFields(String where, JsonNode node, Set<String> known)
      throws RefusedSend {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      boolean absent = field.getValue().isNull() && ALL_FIELDS.contains(name);
      if (!known.contains(name) && !absent) {
        throw new RefusedSend(ApiCode.MISPLACED_FIELD, where + name);
      }
    }
  }
}
