package dev.smsroutes.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What came back over the wire.
 *
 * @param headers by name, case-insensitive; several values of one name are joined by a comma
 */
public record Reply(int status, Map<String, String> headers, String body) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  static Reply of(HttpResponse<String> response) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    response.headers().map().forEach((name, values) -> headers.put(name, String.join(",", values)));
    return new Reply(response.statusCode(), headers, response.body());
  }

  /** Reads a whole HTTP/1.1 response whose end is the end of the connection. */
  public static Reply read(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IllegalStateException("Expected an HTTP response, came: '" + text + "'");
    }
    List<String> lines = text.substring(0, end).lines().toList();
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon), line.substring(colon + 1).trim(), (a, b) -> a + "," + b);
    }
    return new Reply(
        Integer.parseInt(lines.get(0).split(" ")[1]), headers, text.substring(end + 4));
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  public JsonNode json() {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Expected JSON, came: '" + body + "'", e);
    }
  }

  /** The code on top. */
  public int code() {
    return json().path("errorcode").asInt(-1);
  }

  public String message() {
    return json().path("message").asText();
  }

  /** The fields that are named as wrong, in their order. */
  public List<String> fields() {
    return json().path("errors").findValuesAsText("field");
  }

  /** The entry of {@code errors[]} for a field; missing if there is none. */
  public JsonNode error(String field) {
    for (JsonNode error : json().path("errors")) {
      if (error.path("field").asText().equals(field)) {
        return error;
      }
    }
    return json().path("errors").path(-1);
  }

  /** The outcome of one of many recipients. */
  public JsonNode item(int index) {
    return json().path("responses").path(index);
  }
}
