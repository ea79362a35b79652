package dev.smsroutes.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.audit.Audit;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.Masked;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.hc.core5.http.HttpStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the page's questions as JSON, on workers of its own: however many people look, they take
 * no more than these from those who send. Thread-safe.
 */
final class Answers {
  static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final int WORKERS = 3;
  private static final int MAX_BODY = 64 * 1024;

  /** An answer; it may block. */
  @FunctionalInterface
  interface Answer {
    JsonNode of(RoutingContext request) throws Exception;
  }

  private final SameOrigin sameOrigin;
  private final Predicate<Optional<String>> operates;
  private WorkerExecutor workers;

  Answers(SameOrigin sameOrigin, Predicate<Optional<String>> operates) {
    this.sameOrigin = sameOrigin;
    this.operates = operates;
  }

  static Optional<String> caller(RoutingContext request) {
    return Optional.ofNullable(request.user()).map(user -> user.principal().getString("sub"));
  }

  /**
   * Writes a line of the audit log: one for each action.
   *
   * @param which file or message key
   */
  static void audit(RoutingContext request, String what, String which, Enum<?> result) {
    Audit.log(
        caller(request).map(Audit::caller).orElse("local"),
        what,
        Masked.text(which),
        result.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  boolean operates(RoutingContext request) {
    return operates.test(caller(request));
  }

  /** Adds what everyone may see who was let in. */
  void get(Router router, String path, Answer answer) {
    router.get(path).handler(request -> answer(request, answer));
  }

  /** Adds a question with a body, for everyone who was let in. */
  void ask(Router router, String path, Answer answer) {
    // A route for each, because Vert.x wants bodies read before anybody is refused.
    router.post(path).handler(this::requireOwnPage);
    router.post(path).handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
    router.post(path).handler(request -> answer(request, answer));
  }

  /** Adds an action, for those with the role operate. */
  void act(Router router, String path, Answer answer) {
    router.post(path).handler(this::requireOwnPage).handler(this::requireRight);
    ask(router, path, answer);
  }

  void requireOwnPage(RoutingContext request) {
    if (sameOrigin.accepts(request)) {
      request.next();
    } else {
      refuse(
          request,
          HttpStatus.SC_FORBIDDEN,
          "Expected the header "
              + SameOrigin.HEADER
              + " with the token of this start; load the page again");
    }
  }

  void requireRight(RoutingContext request) {
    if (operates(request)) {
      request.next();
    } else {
      refuse(
          request,
          HttpStatus.SC_FORBIDDEN,
          "Expected a caller with the role operate; this one may only observe");
    }
  }

  /** The body as a JSON object. */
  static JsonNode body(RoutingContext request) throws Refusal {
    Buffer body = request.body().buffer();
    try {
      JsonNode json = JSON.readTree(body == null ? new byte[0] : body.getBytes());
      if (json.isObject()) {
        return json;
      }
    } catch (IOException e) {
      // Not quoted: it may hold personal data.
    }
    throw new Refusal(HttpStatus.SC_BAD_REQUEST, "Expected a JSON object; got something else");
  }

  /** A text of the body that has to be there. */
  static String text(JsonNode body, String field) throws Refusal {
    JsonNode value = body.path(field);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new Refusal(
          HttpStatus.SC_BAD_REQUEST, field + ": expected a text; got none, or something else");
    }
    return value.textValue();
  }

  /**
   * Fills a list as long as it stays small: each answer of the page has less than 200 KB, however
   * long the texts are that callers chose.
   *
   * @param bytes how large the list may get
   * @return how many had no room
   */
  static int fill(ArrayNode list, Iterable<? extends JsonNode> all, int bytes) {
    int left = 0;
    long used = 0;
    for (JsonNode each : all) {
      used += left > 0 ? 0 : each.toString().getBytes(StandardCharsets.UTF_8).length + 1;
      if (used <= bytes && left == 0) {
        list.add(each);
      } else {
        left++;
      }
    }
    return left;
  }

  /** The first characters; never half of one. */
  static String cut(String text, int characters) {
    if (text.length() <= characters) {
      return text;
    }
    int end = characters - (Character.isHighSurrogate(text.charAt(characters - 1)) ? 1 : 0);
    return text.substring(0, end) + "…";
  }

  private void answer(RoutingContext request, Answer answer) {
    run(request.vertx(), () -> answer.of(request))
        .onComplete(
            done -> {
              if (done.succeeded()) {
                send(request, HttpStatus.SC_OK, done.result());
              } else {
                fail(request, done.cause());
              }
            });
  }

  /** Runs what may block. */
  synchronized <T> Future<T> run(Vertx vertx, Callable<T> work) {
    if (workers == null) {
      workers = vertx.createSharedWorkerExecutor("sms-page", WORKERS);
    }
    return workers.executeBlocking(work, false);
  }

  static void fail(RoutingContext request, Throwable why) {
    if (request.response().closed()) {
      // Nobody waits for the answer.
      LOG.debug("page=gone path={}", request.normalizedPath(), why);
    } else if (why instanceof Refusal refusal) {
      refuse(request, refusal.status(), refusal.getMessage());
    } else if (why instanceof LedgerUnavailableException) {
      refuse(request, HttpStatus.SC_SERVICE_UNAVAILABLE, why.getMessage());
    } else if (why instanceof JMSException) {
      refuse(
          request,
          HttpStatus.SC_SERVICE_UNAVAILABLE,
          "The broker cannot be reached. Try again: the same order completes what was begun");
    } else {
      LOG.warn("page=failed path={}", request.normalizedPath(), why);
      refuse(
          request,
          HttpStatus.SC_INTERNAL_SERVER_ERROR,
          "Failed inside (" + why.getClass().getSimpleName() + "); the log has the reason");
    }
  }

  static void refuse(RoutingContext request, int status, String message) {
    ObjectNode json = JSON.createObjectNode();
    json.put("message", message);
    send(request, status, json);
  }

  private static void send(RoutingContext request, int status, JsonNode json) {
    if (request.response().ended() || request.response().closed()) {
      return;
    }
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(Buffer.buffer(bytes(json)));
  }

  private static byte[] bytes(JsonNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Expected a tree to be writable", e);
    }
  }
}
