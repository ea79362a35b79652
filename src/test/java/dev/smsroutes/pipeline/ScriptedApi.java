package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Answer.reply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.api.ApiReply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpConstants;

/**
 * Stands in for camel-http and the SMS API behind it, and for the token endpoint: notes each call,
 * and answers from a script. For tests that make one call at a time.
 */
final class ScriptedApi extends RouteBuilder {
  static final String URI = "direct:api";
  static final String OK = "{\"requestId\":\"theirs\",\"errorcode\":0,\"responses\":[{}]}";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What the API does, one entry for each call; then it does {@link #otherwise}. */
  final Deque<Answer> script = new ArrayDeque<>();

  Answer otherwise = reply(202, OK);

  final List<Call> calls = new ArrayList<>();

  /** The status of the token endpoint, and how often it was asked. */
  int tokenStatus = 200;

  int tokens;

  /** A call as the API got it. */
  record Call(Map<String, Object> headers, String body) {
    String path() {
      return (String) headers.get(HttpConstants.HTTP_PATH);
    }

    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The message keys of all messages in it. */
    List<String> keys() {
      List<String> keys = new ArrayList<>();
      json().path("recipients").forEach(each -> keys.add(each.path("messageKey").asText()));
      return keys.isEmpty() ? List.of(path()) : keys;
    }
  }

  /** What the token endpoint answers: {@code token-1}, {@code token-2} and so on. */
  ApiReply token() {
    tokens++;
    String body =
        tokenStatus == 200
            ? "{\"access_token\":\"token-" + tokens + "\",\"expires_in\":1080}"
            : "{}";
    return new ApiReply(tokenStatus, body.getBytes(StandardCharsets.UTF_8), Optional.empty());
  }

  @Override
  public void configure() {
    from(URI).errorHandler(noErrorHandler()).process(this::answer);
  }

  private void answer(Exchange exchange) throws Exception {
    Map<String, Object> headers = new HashMap<>(exchange.getMessage().getHeaders());
    headers.keySet().removeIf(name -> name.startsWith("CamelRedeliver"));
    byte[] body = exchange.getMessage().getBody(byte[].class);
    calls.add(new Call(headers, new String(body, StandardCharsets.UTF_8)));
    (script.isEmpty() ? otherwise : script.remove()).answer(exchange);
  }
}
