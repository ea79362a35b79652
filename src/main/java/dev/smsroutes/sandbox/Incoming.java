package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One call as it came: nothing in it is normalised. Used by one thread at a time. */
final class Incoming {
  /** What a path names. */
  enum Place {
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
  final Place place;

  /** The last step of the path, still encoded; empty where there is none. */
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
      place = Place.TOKEN;
    } else if (path.equals("/sandbox") || path.startsWith("/sandbox/")) {
      place = Place.SANDBOX;
    } else if (path.equals(MESSAGES) || path.equals(MESSAGES + "/")) {
      place = Place.MESSAGES;
    } else if (path.equals(DEFINITIONS) || path.equals(DEFINITIONS + "/")) {
      place = Place.DEFINITIONS;
    } else if (oneStepBelow(MESSAGES)) {
      place = Place.MESSAGE;
      key = path.substring(MESSAGES.length() + 1);
    } else if (oneStepBelow(DEFINITIONS)) {
      place = Place.DEFINITION;
      key = path.substring(DEFINITIONS.length() + 1);
    } else if (path.startsWith("/messaging/")) {
      place = Place.ELSEWHERE_IN_API;
    } else {
      place = Place.NOWHERE;
    }
    rawKey = key;
  }

  private boolean oneStepBelow(String parent) {
    return path.startsWith(parent + "/") && path.indexOf('/', parent.length() + 1) < 0;
  }

  /** Whether it asks for messages to be sent. */
  boolean isSend() {
    return method.equals("POST") && (place == Place.MESSAGE || place == Place.MESSAGES);
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

  /** The message keys that this call is about, as far as they can be read. */
  List<String> messageKeys() {
    if (place == Place.MESSAGE) {
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
