package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What goes back over the wire. Immutable, except that the body is not copied.
 *
 * @param status the HTTP status
 * @param contentType the media type of the body
 * @param headers besides Content-Type and Content-Length
 * @param body the start of the body
 * @param filler how many bytes follow the body, to make it as huge as wanted
 */
record Answer(
    int status, String contentType, Map<String, String> headers, byte[] body, long filler) {
  static final String JSON = "application/json;charset=UTF-8";

  static Answer json(int status, JsonNode body) {
    return new Answer(status, JSON, Map.of(), Json.bytes(body), 0);
  }

  Answer withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, contentType, Collections.unmodifiableMap(more), body, filler);
  }

  Answer withHeaders(Map<String, String> others) {
    if (others.isEmpty()) {
      return this;
    }
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.putAll(others);
    return new Answer(status, contentType, Collections.unmodifiableMap(more), body, filler);
  }

  Answer withContentType(String type) {
    return type.isEmpty() ? this : new Answer(status, type, headers, body, filler);
  }
}
