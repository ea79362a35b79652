package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An HTTP answer of the sandbox. Immutable, except that the body is not copied.
 *
 * @param status the HTTP status
 * @param contentType the media type of the body
 * @param headers all others than Content-Type and Content-Length
 * @param body the start of the body
 * @param filler how many bytes follow the body, to make it as large as a script asks for
 */
record WireAnswer(
    int status, String contentType, Map<String, String> headers, byte[] body, long filler) {
  static final String JSON = "application/json;charset=UTF-8";

  static WireAnswer json(int status, JsonNode body) {
    return new WireAnswer(status, JSON, Map.of(), Json.bytes(body), 0);
  }

  WireAnswer withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new WireAnswer(status, contentType, Collections.unmodifiableMap(more), body, filler);
  }

  WireAnswer withHeaders(Map<String, String> others) {
    if (others.isEmpty()) {
      return this;
    }
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.putAll(others);
    return new WireAnswer(status, contentType, Collections.unmodifiableMap(more), body, filler);
  }

  WireAnswer withContentType(String type) {
    return type.isEmpty() ? this : new WireAnswer(status, type, headers, body, filler);
  }
}
