package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The shapes of the API's answers (contract, section 3). Thread-safe. */
record Replies(Supplier<SandboxSettings> settings) {
  private static final Pattern SECONDS = Pattern.compile("\\d{1,18}");

  /** Must be unique, not unpredictable: a fast generator is enough. */
  static UUID id() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(
        random.nextLong() & 0xffffffffffff0fffL | 0x4000L,
        random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L);
  }

  /** An answer with an empty list of responses. */
  ObjectNode responses(UUID requestId, ApiCode code) {
    ObjectNode body = Json.object().put("requestId", requestId.toString());
    putCode(body, code.number);
    return body;
  }

  void addAccepted(ArrayNode responses, String messageKey) {
    responses.addObject().put("messageKey", messageKey);
  }

  void addRefused(ArrayNode responses, String messageKey, ApiCode code, String detail) {
    ObjectNode item = responses.addObject();
    if (messageKey != null) {
      item.put("messageKey", messageKey);
    }
    putCode(item, code.number);
    item.put("message", code.message(detail));
  }

  WireAnswer error(ApiCode code, String detail) {
    return error(code.status, code.number, code.message(detail), "");
  }

  /** HTTP's own refusals, in the API's shape. */
  WireAnswer error(int status, ApiCode code, String message) {
    return error(status, code.number, message, "");
  }

  /** The error with this status and code for this path. */
  WireAnswer error(int status, int code, Incoming call, String retryAfter) {
    if (status == 401 && call.resource == Incoming.Resource.TOKEN) {
      return invalidClient();
    }
    String message = code == 0 ? "Not Authorized" : ApiCode.messageOf(code);
    return error(status, code, message, retryAfter);
  }

  private WireAnswer error(int status, int code, String message, String retryAfter) {
    ObjectNode body = Json.object().put("message", message);
    putCode(body, code);
    body.put("documentation", "");
    if (SECONDS.matcher(retryAfter).matches()) {
      body.put("retryAfter", Long.parseLong(retryAfter));
    }
    WireAnswer answer = WireAnswer.json(status, body);
    return retryAfter.isEmpty() ? answer : answer.withHeader("Retry-After", retryAfter);
  }

  WireAnswer notAuthorized() {
    return error(401, 0, "Not Authorized", "").withHeader("WWW-Authenticate", "Bearer");
  }

  WireAnswer invalidClient() {
    return oauth(401, "invalid_client", "The client id, secret or account is not known");
  }

  WireAnswer oauth(int status, String error, String description) {
    return WireAnswer.json(
        status, Json.object().put("error", error).put("error_description", description));
  }

  private void putCode(ObjectNode node, int code) {
    switch (settings.get().errorcode()) {
      case "string" -> node.put("errorcode", Integer.toString(code));
      case "errorCode" -> node.put("errorCode", code);
      default -> node.put("errorcode", code);
    }
  }
}
