package dev.smsroutes.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** HTTP as the clients of an experiment speak it. Thread-safe. */
final class Web {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /**
   * An answer.
   *
   * @param body what is not JSON is an empty object
   * @param retryAfterSeconds 0 when there is none
   */
  record Answer(int status, JsonNode body, long retryAfterSeconds) {
    /** -1 when the body has none. */
    int code() {
      return body.path("errorcode").asInt(-1);
    }
  }

  /**
   * @param headers name, value, name, value…, beside the content type
   */
  Answer post(String url, String json, Duration patience, String... headers) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .timeout(patience)
            .POST(BodyPublishers.ofString(json));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return send(request.build());
  }

  Answer get(String url, Duration patience) throws IOException {
    return send(HttpRequest.newBuilder(URI.create(url)).timeout(patience).GET().build());
  }

  /** The body as it is, whatever the status. */
  String text(String url, Duration patience) throws IOException {
    return exchange(HttpRequest.newBuilder(URI.create(url)).timeout(patience).GET().build()).body();
  }

  private Answer send(HttpRequest request) throws IOException {
    HttpResponse<String> response = exchange(request);
    return new Answer(
        response.statusCode(),
        json(response.body()),
        response.headers().firstValue("Retry-After").map(Web::seconds).orElse(0L));
  }

  private HttpResponse<String> exchange(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  private static long seconds(String retryAfter) {
    try {
      return Math.max(0, Long.parseLong(retryAfter.strip()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** What is not JSON is an empty object. */
  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    }
  }

  static String encode(String pathStep) {
    return URLEncoder.encode(pathStep, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
