package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One scripted fault: which calls it applies to, and what it does to them. Thread-safe; it counts
 * the calls that it applied to.
 */
final class ScriptedFault {
  private static final Set<String> MATCHERS = Set.of("on", "calls", "share", "seed", "key");
  private static final Set<String> ANSWERS =
      Set.of(
          "status",
          "body",
          "contentType",
          "headers",
          "retryAfter",
          "code",
          "accept",
          "nonJson",
          "hugeBody");
  private static final Set<String> FIELDS =
      Stream.of(MATCHERS, ANSWERS, Set.of("latencyMs", "expireTokens", "dropReply", "hang"))
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());
  private static final long MAX_BYTES = 10L << 30;
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7E\\t]*");

  /** Whether and when the connection is closed or left hanging without an answer. */
  enum Silence {
    NO,
    DROP_BEFORE,
    DROP_AFTER,
    HANG_BEFORE,
    HANG_AFTER;

    boolean afterAccepting() {
      return this == DROP_AFTER || this == HANG_AFTER;
    }

    boolean isDrop() {
      return this == DROP_BEFORE || this == DROP_AFTER;
    }
  }

  final long latencyMs;
  final boolean expiresTokens;
  final Silence silence;

  /** Whether the call is processed first, so that the scripted answer contradicts what happened. */
  final boolean accepts;

  private final ObjectNode source;
  private final String on;
  private final Pattern key;
  private final double share;
  private final long seed;
  private final Random random;
  private final AtomicLong remaining;
  private final AtomicLong met = new AtomicLong();

  private final int status;
  private final int code;
  private final byte[] body;
  private final String contentType;
  private final Map<String, String> headers;
  private final String retryAfter;
  private final boolean nonJson;
  private final long hugeBody;

  ScriptedFault(String where, JsonNode node) throws Doc.InvalidDocumentException {
    Doc doc = new Doc(where, node, FIELDS);
    source = node.deepCopy();
    on = doc.choice("on", "send", "send", "token", "any");
    remaining = new AtomicLong(doc.whole("calls", 1, Long.MAX_VALUE, Long.MAX_VALUE));
    share = doc.number("share", 0, 1, 1);
    // A generated seed is shown, so that the run can be repeated.
    seed =
        doc.whole(
            "seed", Long.MIN_VALUE, Long.MAX_VALUE, ThreadLocalRandom.current().nextInt(1 << 30));
    random = new Random(seed);
    key = pattern(doc);

    latencyMs = doc.whole("latencyMs", 0, SandboxSettings.MAX_MS, 0);
    expiresTokens = doc.flag("expireTokens");
    code = (int) doc.whole("code", 1, 999_999_999, -1);
    status = (int) doc.whole("status", 200, 599, -1);
    contentType = header(doc, "contentType", doc.text("contentType", ""));
    headers = headers(doc);
    retryAfter = retryAfter(doc);
    nonJson = doc.flag("nonJson");
    hugeBody = doc.whole("hugeBody", 0, MAX_BYTES, 0);
    accepts = doc.flag("accept");
    body = body(doc);
    silence = silence(doc);
    checkEffects(where, doc);
  }

  private void checkEffects(String where, Doc doc) throws Doc.InvalidDocumentException {
    boolean any = false;
    for (Iterator<String> names = source.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      any |= !MATCHERS.contains(name);
      if (silence != Silence.NO && ANSWERS.contains(name)) {
        throw new Doc.InvalidDocumentException(
            where + "." + name + ": expected none with dropReply or hang, which give no answer");
      }
    }
    if (!any) {
      throw new Doc.InvalidDocumentException(
          where + ": expected an effect, such as latencyMs, status or dropReply; got none");
    }
    if (nonJson && doc.has("body")) {
      throw new Doc.InvalidDocumentException(
          where + ".body: expected none with nonJson, which is a body");
    }
    if (accepts && !answers()) {
      throw new Doc.InvalidDocumentException(
          where + ".accept: expected only with an answer, such as status or code; got none");
    }
  }

  private static Pattern pattern(Doc doc) throws Doc.InvalidDocumentException {
    String regex = doc.text("key", null);
    if (regex == null) {
      return null;
    }
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw doc.bad("key", "a regular expression", doc.get("key"));
    }
  }

  private static Map<String, String> headers(Doc doc) throws Doc.InvalidDocumentException {
    if (!doc.has("headers")) {
      return Map.of();
    }
    JsonNode node = doc.get("headers");
    if (!node.isObject()) {
      throw doc.bad("headers", "an object of names and texts", node);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isTextual() || !HEADER_NAME.matcher(field.getKey()).matches()) {
        throw doc.bad("headers", "an object of names and texts", node);
      }
      headers.put(field.getKey(), header(doc, "headers", field.getValue().textValue()));
    }
    return Collections.unmodifiableMap(headers);
  }

  private static String header(Doc doc, String field, String value)
      throws Doc.InvalidDocumentException {
    if (!HEADER_VALUE.matcher(value).matches()) {
      throw doc.bad(field, "printable ASCII", doc.get(field));
    }
    return value;
  }

  private static String retryAfter(Doc doc) throws Doc.InvalidDocumentException {
    JsonNode node = doc.get("retryAfter");
    if (node.isMissingNode() || node.isNull()) {
      return "";
    }
    if (!node.isTextual() && !node.isIntegralNumber()) {
      throw doc.bad("retryAfter", "seconds, or the text of the header", node);
    }
    return header(doc, "retryAfter", node.asText());
  }

  private static byte[] body(Doc doc) {
    if (!doc.has("body")) {
      return null;
    }
    JsonNode node = doc.get("body");
    return node.isTextual() ? node.textValue().getBytes(StandardCharsets.UTF_8) : Json.bytes(node);
  }

  private static Silence silence(Doc doc) throws Doc.InvalidDocumentException {
    if (doc.has("dropReply") && doc.has("hang")) {
      throw doc.bad("hang", "none with dropReply", doc.get("hang"));
    }
    if (doc.has("dropReply")) {
      return isBefore(doc, "dropReply") ? Silence.DROP_BEFORE : Silence.DROP_AFTER;
    }
    if (!doc.has("hang") || doc.get("hang").isBoolean()) {
      return doc.get("hang").asBoolean() ? Silence.HANG_AFTER : Silence.NO;
    }
    return isBefore(doc, "hang") ? Silence.HANG_BEFORE : Silence.HANG_AFTER;
  }

  private static boolean isBefore(Doc doc, String field) throws Doc.InvalidDocumentException {
    return doc.choice(field, "", "before", "after").equals("before");
  }

  /** Whether this fault applies to the call; if so, counts it. */
  boolean takes(Incoming call) {
    if (remaining.get() <= 0 || !isOn(call) || !hasKey(call)) {
      return false;
    }
    if (share < 1 && random.nextDouble() >= share) {
      return false;
    }
    if (remaining.getAndUpdate(left -> left > 0 ? left - 1 : 0) <= 0) {
      return false;
    }
    met.incrementAndGet();
    return true;
  }

  private boolean isOn(Incoming call) {
    return switch (on) {
      case "send" -> call.isSend();
      case "token" -> call.resource == Incoming.Resource.TOKEN;
      default -> call.resource == Incoming.Resource.TOKEN || call.resource.isInApi();
    };
  }

  private boolean hasKey(Incoming call) {
    return key == null
        || call.messageKeys().stream().anyMatch(messageKey -> key.matcher(messageKey).find());
  }

  /** Whether the script gives an answer instead of the API. */
  boolean answers() {
    return status >= 0
        || code >= 0
        || body != null
        || nonJson
        || hugeBody > 0
        || !retryAfter.isEmpty();
  }

  /** The API's own answer, with the scripted headers. */
  WireAnswer decorate(WireAnswer answer) {
    return answer.withHeaders(headers).withContentType(contentType);
  }

  /** The scripted answer. */
  WireAnswer answer(Incoming call, Replies replies) {
    WireAnswer answer = replies.error(answerStatus(), answerCode(), call, retryAfterText());
    if (nonJson) {
      byte[] page =
          ("<!DOCTYPE html>\n<html><head><title>"
                  + answer.status()
                  + "</title></head><body><h1>The proxy says no</h1></body></html>\n")
              .getBytes(StandardCharsets.UTF_8);
      answer =
          new WireAnswer(
              answer.status(), "text/html;charset=UTF-8", answer.headers(), page, hugeBody);
    } else if (body != null) {
      answer = new WireAnswer(answer.status(), WireAnswer.JSON, answer.headers(), body, hugeBody);
    } else if (hugeBody > 0) {
      // Begins a JSON string that never ends, so that a parser must read the whole body.
      byte[] start = "{\"message\":\"".getBytes(StandardCharsets.UTF_8);
      answer =
          new WireAnswer(
              answer.status(),
              WireAnswer.JSON,
              answer.headers(),
              start,
              Math.max(0, hugeBody - start.length));
    } else if (code < 0 && answer.status() < 400) {
      answer = new WireAnswer(answer.status(), "", answer.headers(), new byte[0], 0);
    }
    return decorate(answer);
  }

  private int answerStatus() {
    if (status >= 0) {
      return status;
    }
    if (code >= 0) {
      return ApiCode.statusOf(code);
    }
    if (!retryAfter.isEmpty()) {
      return 429;
    }
    if (nonJson) {
      return 502;
    }
    return body != null ? 200 : 500;
  }

  private int answerCode() {
    return code >= 0 ? code : ApiCode.numberFor(answerStatus());
  }

  /** The API sends Retry-After with these codes, but not with 50200 (contract, section 3). */
  private String retryAfterText() {
    boolean isUsual = code == ApiCode.RATE_LIMITED.number || code == ApiCode.UNAVAILABLE.number;
    return retryAfter.isEmpty() && isUsual ? "1" : retryAfter;
  }

  ObjectNode toJson() {
    ObjectNode shown = source.deepCopy();
    if (share < 1) {
      shown.put("seed", seed);
    }
    if (source.has("calls")) {
      shown.put("remaining", remaining.get());
    }
    return shown.put("met", met.get());
  }
}
