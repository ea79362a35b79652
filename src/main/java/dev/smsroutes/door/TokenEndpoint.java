package dev.smsroutes.door;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Keys;
import dev.smsroutes.access.Role;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.HttpStatus;

/**
 * {@code POST /v2/token}: a token for a key, asked and answered as the SMS API does it (contract,
 * section 2), so that a client of it needs nothing new. Runs on the event loop; thread-safe.
 */
final class TokenEndpoint {
  static final String PATH = "/v2/token";

  private static final int MAX_BODY = 16 * 1024;
  private static final long BODY_MS = 5_000;
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final ObjectReader JSON = MAPPER.readerFor(JsonNode.class);

  /** What a client asks with; a part is empty if it is missing. */
  private record Asked(String grant, String id, String secret) {
    @Override
    public String toString() {
      return "Asked[…]";
    }
  }

  private final Keys keys;
  private final AccessTokens tokens;
  private final Optional<String> publicUrl;
  private final Refusals refusals;

  /**
   * @param publicUrl what callers reach this gateway by; empty: what each caller reached it by
   */
  TokenEndpoint(Keys keys, AccessTokens tokens, Optional<String> publicUrl, Refusals refusals) {
    this.keys = keys;
    this.tokens = tokens;
    this.publicUrl = publicUrl;
    this.refusals = refusals;
  }

  void on(Router routes) {
    // A route of its own: Vert.x wants a body before all else.
    routes.post(PATH).handler(TokenEndpoint::hurry);
    routes
        .post(PATH)
        .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY))
        .handler(this::answer);
  }

  /** Nobody is known yet who sends here. */
  private static void hurry(RoutingContext request) {
    long timer =
        request
            .vertx()
            .setTimer(
                BODY_MS,
                late -> {
                  if (!request.request().isEnded()) {
                    request.request().connection().close();
                  }
                });
    request.addEndHandler(ended -> request.vertx().cancelTimer(timer));
    request.next();
  }

  private void answer(RoutingContext request) {
    Optional<Asked> asked = asked(request);
    if (asked.isEmpty()) {
      refuse(
          request,
          HttpStatus.SC_BAD_REQUEST,
          "invalid_request",
          "Expected a JSON object or a form with grant_type, client_id and client_secret");
      return;
    }
    if (!asked.get().grant().equals("client_credentials")) {
      refuse(
          request,
          HttpStatus.SC_BAD_REQUEST,
          "unsupported_grant_type",
          "Expected the grant_type client_credentials");
      return;
    }
    String id = asked.get().id();
    String secret = asked.get().secret();
    Optional<Key> key = keys.withSecret(id, secret);
    if (key.isPresent()) {
      give(
          request,
          key.get(),
          secret.startsWith(id + ".") ? secret.substring(id.length() + 1) : secret);
    } else if (!refusals.tooMany(request, Refusals.whyNot(keys, id))) {
      refusals.wrongSecret();
      refuse(
          request,
          HttpStatus.SC_UNAUTHORIZED,
          "invalid_client",
          "Expected a client_id and the client_secret of a key that is valid here");
    }
  }

  private static Optional<Asked> asked(RoutingContext request) {
    String type = Optional.ofNullable(request.request().getHeader("Content-Type")).orElse("");
    if (type.toLowerCase(Locale.ROOT).startsWith(FORM)) {
      MultiMap form = request.request().formAttributes();
      return Optional.of(
          new Asked(
              text(form, "grant_type"), text(form, "client_id"), text(form, "client_secret")));
    }
    Buffer body = request.body().buffer();
    try {
      JsonNode json = body == null ? null : JSON.readTree(body.getBytes());
      return json == null || !json.isObject()
          ? Optional.empty()
          : Optional.of(
              new Asked(
                  json.path("grant_type").asText(""),
                  json.path("client_id").asText(""),
                  json.path("client_secret").asText("")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String text(MultiMap form, String name) {
    return Optional.ofNullable(form.get(name)).orElse("");
  }

  private void give(RoutingContext request, Key key, String secret) {
    ObjectNode answer = MAPPER.createObjectNode();
    answer.put("access_token", tokens.give(key, secret));
    answer.put("token_type", "Bearer");
    answer.put("expires_in", tokens.lifetime().toSeconds());
    answer.put(
        "scope",
        key.roles().stream()
            .sorted()
            .map(Role::word)
            .map(word -> "sms_" + word)
            .collect(Collectors.joining(" ")));
    String here =
        publicUrl.orElseGet(
            () -> request.request().scheme() + "://" + request.request().authority());
    answer.put("rest_instance_url", here.endsWith("/") ? here : here + "/");
    write(request, HttpStatus.SC_OK, answer);
  }

  private static void refuse(RoutingContext request, int status, String error, String description) {
    ObjectNode answer = MAPPER.createObjectNode();
    answer.put("error", error);
    answer.put("error_description", description);
    answer.put("error_uri", "https://www.rfc-editor.org/rfc/rfc6749#section-5.2");
    write(request, status, answer);
  }

  /** RFC 6749, section 5.1: nobody on the way may keep it. */
  private static void write(RoutingContext request, int status, ObjectNode answer) {
    try {
      request
          .response()
          .setStatusCode(status)
          .putHeader("Content-Type", "application/json")
          .putHeader("Cache-Control", "no-store")
          .putHeader("Pragma", "no-cache")
          .end(MAPPER.writeValueAsString(answer));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree can always be written", e);
    }
  }
}
