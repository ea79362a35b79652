package dev.smsroutes.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the SMS API got, and what trouble it makes: the oracle of the tests (docs/sandbox.md). */
public final class SandboxProbe {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String url;

  public SandboxProbe(String url) {
    this.url = url;
  }

  /** The message that was accepted under this key. */
  public Optional<JsonNode> find(String messageKey) {
    JsonNode found =
        call("GET", "messages?key=" + URLEncoder.encode(messageKey, StandardCharsets.UTF_8), "")
            .path("messages")
            .path(0);
    return found.isMissingNode() ? Optional.empty() : Optional.of(found);
  }

  /** The message that was accepted under this key, which is there. */
  public JsonNode message(String messageKey) {
    return find(messageKey)
        .orElseThrow(() -> new AssertionError("The API accepted nothing as " + messageKey));
  }

  /** The body that was accepted under this key. */
  public JsonNode body(String messageKey) {
    return parse(message(messageKey).path("body").asText());
  }

  /** All that was accepted, oldest first. */
  public List<JsonNode> messages() {
    List<JsonNode> all = new ArrayList<>();
    long since = 0;
    while (true) {
      JsonNode page = call("GET", "messages?limit=10000&since=" + since, "");
      page.path("messages").forEach(all::add);
      if (!page.has("next")) {
        return all;
      }
      since = page.path("next").asLong();
    }
  }

  /** How many sends came, whatever became of them. */
  public int sends() {
    return call("GET", "calls", "").path("send").path("calls").asInt(0);
  }

  /** How many calls of any kind came. */
  public int calls() {
    return call("GET", "calls", "").path("total").asInt(0);
  }

  /** How many tokens were asked for. */
  public int tokens() {
    return call("GET", "calls", "").path("token").path("calls").asInt(0);
  }

  /** The status of a message as the API itself shows it. */
  public JsonNode status(String messageKey) {
    String token =
        send(HttpRequest.newBuilder(URI.create(url + "/v2/token"))
                .POST(
                    BodyPublishers.ofString(
                        "{\"grant_type\":\"client_credentials\",\"client_id\":\"x\","
                            + "\"client_secret\":\"x\"}")))
            .path("access_token")
            .asText();
    return send(
        HttpRequest.newBuilder(
                URI.create(url + RunningBundle.MESSAGES + RunningBundle.encode(messageKey)))
            .header("Authorization", "Bearer " + token));
  }

  /** Scripts trouble: each a JSON object, the first that meets a call has it. */
  public void faults(String... faults) {
    call("PUT", "faults", "[" + String.join(",", faults) + "]");
  }

  public void settings(String settings) {
    call("PUT", "settings", settings);
  }

  /** Ends all trouble, sets the switches back, and forgets messages, used keys and counts. */
  public void reset() {
    call("DELETE", "faults", "");
    call("DELETE", "settings", "");
    call("DELETE", "messages", "");
  }

  private JsonNode call(String method, String what, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(url + "/sandbox/" + what))
            .method(method, BodyPublishers.ofString(body)));
  }

  private static JsonNode send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          CLIENT.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (response.statusCode() >= 300) {
        throw new AssertionError("The sandbox said: " + response.body());
      }
      return response.body().isEmpty() ? JSON.createObjectNode() : parse(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while asking the sandbox", e);
    }
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Expected JSON, came: '" + text + "'", e);
    }
  }
}
