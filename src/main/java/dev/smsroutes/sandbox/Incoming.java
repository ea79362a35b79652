package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One call as it arrived: nothing in it is normalised. Used by one thread at a time. */
final class Incoming {
  /** What a path names. */
  enum Resource {
    TOKEN,
    MESSAGES,
    MESSAGE,
    DEFINITIONS,
    DEFINITION,
    ELSEWHERE_IN_API,
    SANDBOX,
    NOWHERE;

    boolean isInApi() {
      return this == MESSAGES
          || this == MESSAGE
          || this == DEFINITIONS
          || this == DEFINITION
          || this == ELSEWHERE_IN_API;
    }
  }

  private static final String MESSAGES = "/messaging/v1/sms/messages";
  private static final String DEFINITIONS = "/messaging/v1/sms/definitions";

  final String method;
  final String path;
  final String query;
  final MultiMap headers;
  final byte[] body;
  final Resource resource;

  /** The last segment of the path, still encoded; empty if the path has none. */
  final String rawKey;

  private JsonNode json;

  Incoming(String method, String target, MultiMap headers, byte[] body) {
    this.method = method;
    this.path = Wire.path(target);
    this.query = Wire.query(target);
    this.headers = headers;
    this.body = body;
    String key = "";
    if (path.equals("/v2/token")) {
      resource = Resource.TOKEN;
    } else if (path.equals("/sandbox") || path.startsWith("/sandbox/")) {
      resource = Resource.SANDBOX;
    } else if (path.equals(MESSAGES) || path.equals(MESSAGES + "/")) {
      resource = Resource.MESSAGES;
    } else if (path.equals(DEFINITIONS) || path.equals(DEFINITIONS + "/")) {
      resource = Resource.DEFINITIONS;
    } else if (oneSegmentBelow(MESSAGES)) {
      resource = Resource.MESSAGE;
      key = path.substring(MESSAGES.length() + 1);
    } else if (oneSegmentBelow(DEFINITIONS)) {
      resource = Resource.DEFINITION;
      key = path.substring(DEFINITIONS.length() + 1);
    } else if (path.startsWith("/messaging/")) {
      resource = Resource.ELSEWHERE_IN_API;
    } else {
      resource = Resource.NOWHERE;
    }
    rawKey = key;
  }

  private boolean oneSegmentBelow(String parent) {
    return path.startsWith(parent + "/") && path.indexOf('/', parent.length() + 1) < 0;
  }

  /** Whether this call asks to send messages. */
  boolean isSend() {
    return method.equals("POST") && (resource == Resource.MESSAGE || resource == Resource.MESSAGES);
  }

  /** The key in the path, decoded; empty when it is not percent-encoded UTF-8. */
  Optional<String> key() {
    return Wire.decode(rawKey);
  }

  /** The body as JSON; parsed once. */
  JsonNode json() throws Json.Malformed {
    if (json == null) {
      json = Json.read(body);
    }
    return json;
  }

  /** The message keys of this call, as far as they can be read. */
  List<String> messageKeys() {
    if (resource == Resource.MESSAGE) {
      return List.of(key().orElse(rawKey));
    }
    if (!isSend()) {
      return List.of();
    }
    try {
      List<String> keys = new ArrayList<>();
      for (JsonNode recipient : json().path("recipients")) {
        if (recipient.path("messageKey").isTextual()) {
          keys.add(recipient.get("messageKey").textValue());
        }
      }
      return keys;
    } catch (Json.Malformed e) {
      return List.of();
    }
  }

  /** One {@code name: value} in each line, names in lower case, without the token. */
  String headerLines() {
    StringBuilder lines = new StringBuilder(256);
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!name.equals("authorization")) {
        lines.append(name).append(": ").append(header.getValue()).append('\n');
      }
    }
    return lines.toString();
  }
}
