package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The SMS API's own routes (contract, section 2), without scripted faults. Thread-safe. */
final class ApiRoutes {
  /** The API answers a status for three days (contract, section 2). */
  private static final Duration STATUS_AGE = Duration.ofDays(3);

  private static final int PAGE_SIZE = 50;
  private static final int MAX_PAGE_SIZE = 500;
  private static final String BEARER = "bearer ";

  private final SandboxOptions options;
  private final SandboxDefinitions definitions;
  private final AcceptedMessages messages;
  private final Tokens tokens;
  private final Replies replies;
  private final Supplier<SandboxSettings> settings;
  private final SendEndpoints sends;

  ApiRoutes(
      SandboxOptions options,
      SandboxDefinitions definitions,
      AcceptedMessages messages,
      Tokens tokens,
      Replies replies,
      Supplier<SandboxSettings> settings) {
    this.options = options;
    this.definitions = definitions;
    this.messages = messages;
    this.tokens = tokens;
    this.replies = replies;
    this.settings = settings;
    this.sends = new SendEndpoints(definitions, messages, replies, settings, options.maxRecipients);
  }

  WireAnswer answer(Incoming call) {
    if (call.resource == Incoming.Resource.TOKEN) {
      return call.method.equals("POST") ? token(call) : wrongMethod("POST");
    }
    if (!call.resource.isInApi()) {
      return replies.error(404, ApiCode.NOT_FOUND, "No such path");
    }
    if (Wire.parameter(call.query, "access_token").isPresent()) {
      return replies.error(ApiCode.TOKEN_IN_URL, "");
    }
    if (!isAuthorized(call)) {
      return replies.notAuthorized();
    }
    return switch (call.resource) {
      case MESSAGES ->
          switch (call.method) {
            case "POST" -> isJson(call) ? sends.bare(call) : notJson();
            case "GET" -> notSent(call);
            default -> wrongMethod("GET, POST");
          };
      case MESSAGE ->
          switch (call.method) {
            case "POST" -> isJson(call) ? sends.keyed(call) : notJson();
            case "GET" -> status(call);
            default -> wrongMethod("GET, POST");
          };
      case DEFINITIONS ->
          switch (call.method) {
            case "POST" -> withBody(call, this::create);
            case "GET" -> list(call);
            default -> wrongMethod("GET, POST");
          };
      case DEFINITION ->
          switch (call.method) {
            case "GET" -> get(call);
            case "PATCH" -> withBody(call, body -> change(call, body));
            case "DELETE" -> delete(call);
            default -> wrongMethod("DELETE, GET, PATCH");
          };
      default -> replies.error(404, ApiCode.NOT_FOUND, "No such path");
    };
  }

  private boolean isAuthorized(Incoming call) {
    String header = call.headers.get("Authorization");
    return header != null
        && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && tokens.isValid(header.substring(BEARER.length()).trim());
  }

  private static boolean isJson(Incoming call) {
    String type = call.headers.get("Content-Type");
    return type != null
        && type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT).equals("application/json");
  }

  private WireAnswer notJson() {
    return replies.error(415, ApiCode.VALIDATION, "Expected Content-Type: application/json");
  }

  private WireAnswer wrongMethod(String allowed) {
    return replies
        .error(405, ApiCode.INVALID_OPERATION, "Expected one of " + allowed)
        .withHeader("Allow", allowed);
  }

  private WireAnswer token(Incoming call) {
    JsonNode body;
    try {
      body = call.json();
    } catch (Json.Malformed e) {
      return replies.oauth(400, "invalid_request", e.getMessage());
    }
    if (!body.path("grant_type").asText("").equals("client_credentials")) {
      return replies.oauth(400, "unsupported_grant_type", "Expected grant_type client_credentials");
    }
    if (call.headers.get("Host") == null) {
      return replies.oauth(400, "invalid_request", "Expected a Host header");
    }
    String account = body.path("account_id").asText("");
    if (!isKnown(options.clientId, body.path("client_id").asText(""))
        || !isKnown(options.clientSecret, body.path("client_secret").asText(""))
        || !(options.accountId.isEmpty() || options.accountId.equals(account))) {
      return replies.invalidClient();
    }
    return WireAnswer.json(
        200,
        Json.object()
            .put("access_token", tokens.issue())
            .put("token_type", "Bearer")
            .put("expires_in", tokens.expiresInSeconds())
            .put("scope", "sms_read sms_write sms_send")
            .put("rest_instance_url", restUrl(call)));
  }

  /** Compares in constant time. */
  private static boolean isKnown(String expected, String given) {
    return expected.isEmpty()
        ? !given.isEmpty()
        : MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }

  /** Uses the caller's name for this host: inside a container it may have another one. */
  private String restUrl(Incoming call) {
    String host = call.headers.get("Host");
    return switch (settings.get().restUrl()) {
      case "noScheme" -> host;
      case "noSlash" -> "http://" + host;
      default -> "http://" + host + "/";
    };
  }

  private WireAnswer status(Incoming call) {
    Optional<AcceptedMessages.AcceptedMessage> found =
        call.key()
            .flatMap(messages::find)
            .filter(message -> messages.now() - message.call().receivedAt <= STATUS_AGE.toMillis());
    if (found.isEmpty()) {
      return replies.error(ApiCode.NOT_FOUND, "messageKey");
    }
    AcceptedMessages.AcceptedMessage message = found.get();
    boolean sent = message.call().definition.active();
    ObjectNode body =
        Json.object()
            .put("requestId", Replies.id().toString())
            .put(
                "eventCategoryType",
                sent ? "TransactionalSendEvents.SmsSent" : "TransactionalSendEvents.SmsQueued")
            .put("timestamp", Instant.ofEpochMilli(message.call().receivedAt).toString())
            .put("messageKey", message.messageKey())
            .put("compositeId", message.call().requestId + "." + message.index());
    JsonNode recipient = new RememberedBodies().recipient(message);
    body.set("contactKey", recipient.get("contactKey"));
    body.set("to", recipient.get("to"));
    if (sent) {
      body.put("statusCode", "2000").put("statusMessage", "Sent");
    }
    return WireAnswer.json(200, body);
  }

  /** The sandbox counts every accepted message as sent, so the page is empty. */
  private WireAnswer notSent(Incoming call) {
    if (!Wire.parameter(call.query, "type").orElse("").equals("notSent")) {
      return replies.error(ApiCode.BAD_VALUE, "type: expected notSent");
    }
    ObjectNode body =
        Json.object()
            .put("requestId", Replies.id().toString())
            .put("lastEventId", 0)
            .put("count", 0)
            .put("pageSize", PAGE_SIZE);
    body.putArray("messages");
    return WireAnswer.json(200, body);
  }

  private WireAnswer list(Incoming call) {
    Optional<Integer> page = whole(call, "$page", 1, 1, Integer.MAX_VALUE);
    Optional<Integer> size = whole(call, "$pagesize", PAGE_SIZE, 1, MAX_PAGE_SIZE);
    if (page.isEmpty() || size.isEmpty()) {
      return replies.error(ApiCode.BAD_VALUE, "$page from 1, $pagesize from 1 to " + MAX_PAGE_SIZE);
    }
    List<ObjectNode> all = new ArrayList<>(definitions.all());
    ObjectNode body = Json.object().put("requestId", Replies.id().toString());
    ArrayNode shown = body.putArray("definitions");
    all.stream()
        .skip((page.get() - 1L) * size.get())
        .limit(size.get())
        .forEach(definition -> shown.add(withoutText(definition)));
    body.put("count", all.size()).put("page", page.get()).put("pageSize", size.get());
    return WireAnswer.json(200, body);
  }

  /** The list has no text (contract, section 2). */
  private static ObjectNode withoutText(ObjectNode definition) {
    ObjectNode summary = definition.deepCopy();
    summary.remove("content");
    return summary;
  }

  private WireAnswer get(Incoming call) {
    return call.key()
        .flatMap(definitions::find)
        .map(definition -> WireAnswer.json(200, withRequestId(definition)))
        .orElseGet(() -> replies.error(ApiCode.NOT_FOUND, "definitionKey"));
  }

  private WireAnswer withBody(Incoming call, Function<JsonNode, WireAnswer> work) {
    if (!isJson(call)) {
      return notJson();
    }
    try {
      return work.apply(call.json());
    } catch (Json.Malformed e) {
      return replies.error(ApiCode.MALFORMED_JSON, e.getMessage());
    }
  }

  private WireAnswer create(JsonNode body) {
    Optional<String> fault = SandboxDefinitions.fault(body);
    if (fault.isPresent()) {
      return replies.error(ApiCode.MISSING_FIELD, fault.get());
    }
    ObjectNode definition = (ObjectNode) body;
    if (!definitions.create(definition)) {
      return replies.error(ApiCode.EXISTS, "definitionKey");
    }
    return definitions
        .find(definition.get("definitionKey").textValue())
        .map(created -> WireAnswer.json(201, withRequestId(created)))
        .orElseGet(() -> replies.error(ApiCode.NOT_FOUND, "definitionKey"));
  }

  private WireAnswer change(Incoming call, JsonNode body) {
    if (!(body instanceof ObjectNode changes)) {
      return replies.error(ApiCode.WRONG_TYPE, "expected an object");
    }
    JsonNode content = changes.path("content");
    if (!content.isMissingNode()
        && !(content.isObject()
            && (content.path("message").isMissingNode() || content.path("message").isTextual()))) {
      return replies.error(ApiCode.WRONG_TYPE, "content.message: expected a text");
    }
    return call.key()
        .flatMap(key -> definitions.change(key, changes))
        .map(changed -> WireAnswer.json(200, withRequestId(changed)))
        .orElseGet(() -> replies.error(ApiCode.NOT_FOUND, "definitionKey"));
  }

  private WireAnswer delete(Incoming call) {
    Optional<String> key = call.key();
    if (key.isEmpty() || !definitions.delete(key.get())) {
      return replies.error(ApiCode.NOT_FOUND, "definitionKey");
    }
    return WireAnswer.json(
        200,
        Json.object().put("requestId", Replies.id().toString()).put("definitionKey", key.get()));
  }

  private static ObjectNode withRequestId(ObjectNode definition) {
    ObjectNode body = Json.object().put("requestId", Replies.id().toString());
    body.setAll(definition);
    return body;
  }

  private static Optional<Integer> whole(
      Incoming call, String name, int otherwise, int least, int most) {
    Optional<String> text = Wire.parameter(call.query, name);
    if (text.isEmpty()) {
      return Optional.of(otherwise);
    }
    try {
      int value = Integer.parseInt(text.get());
      return value < least || value > most ? Optional.empty() : Optional.of(value);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
