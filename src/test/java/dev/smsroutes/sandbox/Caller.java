package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A client of the SMS API that knows nothing of the sandbox's classes but its URL. */
final class Caller {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String MESSAGES = "/messaging/v1/sms/messages/";
  static final String DEFINITIONS = "/messaging/v1/sms/definitions";

  /** An answer, with its body as JSON or missing. */
  record CallerReply(int status, String text, HttpResponse<String> raw) {
    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    int code() {
      return json().path("errorcode").asInt(-1);
    }

    String header(String name) {
      return raw.headers().firstValue(name).orElse("");
    }
  }

  final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  final String url;
  String token = "";

  Caller(Sandbox sandbox) {
    url = sandbox.url();
  }

  static String encoded(String key) {
    return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
  }

  Caller signedIn() {
    token = askForToken().json().get("access_token").textValue();
    return this;
  }

  CallerReply askForToken() {
    return call(
        "POST",
        "/v2/token",
        """
        {"grant_type":"client_credentials","client_id":"id","client_secret":"secret"}""");
  }

  HttpRequest request(String method, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return request.build();
  }

  CallerReply call(String method, String path, String body) {
    try {
      return tryCall(method, path, body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  CallerReply tryCall(String method, String path, String body) throws IOException {
    try {
      HttpResponse<String> response =
          http.send(request(method, path, body), HttpResponse.BodyHandlers.ofString());
      return new CallerReply(response.statusCode(), response.body(), response);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  CompletableFuture<HttpResponse<String>> callLater(String method, String path, String body) {
    return http.sendAsync(request(method, path, body), HttpResponse.BodyHandlers.ofString());
  }

  CallerReply get(String path) {
    return call("GET", path, null);
  }

  /** Sends a good request under a key. */
  CallerReply send(String key) {
    return send(key, good());
  }

  CallerReply send(String key, String body) {
    return call("POST", MESSAGES + encoded(key), body);
  }

  CallerReply sendMany(String body) {
    return call("POST", MESSAGES, body);
  }

  static String good() {
    return """
    {"definitionKey":"welcome","recipient":{"contactKey":"c1","to":"4915112345678",
     "attributes":{"FirstName":"Ada"}}}""";
  }

  void faults(String json) {
    CallerReply reply = call("PUT", "/sandbox/faults", json);
    if (reply.status() != 200) {
      throw new AssertionError(reply.text());
    }
  }

  void settings(String json) {
    CallerReply reply = call("PUT", "/sandbox/settings", json);
    if (reply.status() != 200) {
      throw new AssertionError(reply.text());
    }
  }

  /** What the oracle has under a key, or missing. */
  JsonNode arrived(String key) {
    return get("/sandbox/messages?key=" + encoded(key)).json().path("messages").path(0);
  }

  int count() {
    return get("/sandbox/messages").json().get("count").intValue();
  }
}
