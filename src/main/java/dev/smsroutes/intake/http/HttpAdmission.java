package dev.smsroutes.intake.http;

import dev.smsroutes.intake.http.HttpRefusals.Why;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Outcome.Refused;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Admission of the HTTP server. It limits the requests in progress (back-pressure), and gives
 * HTTP's own answers (400, 404, 405, 414, 415, 431, 503) the same JSON as every other answer;
 * {@link Bodies} gives 408 and 413.
 *
 * <p>Runs on the event loop and never blocks. Each admitted request holds a worker of the server
 * until it is answered, so the number of workers is the limit: more requests would queue without
 * bound.
 */
final class HttpAdmission {
  /**
   * How long a connection stays open after an answer to a request that was not read to its end. If
   * it were closed at once, a caller that is still writing would never read the answer.
   */
  private static final long LINGER_MS = 1_000;

  private final int maxInFlight;
  private final HttpRefusals refusals;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean stopping;

  /**
   * @param maxInFlight the maximum number of requests in progress
   */
  HttpAdmission(int maxInFlight, HttpRefusals refusals) {
    this.maxInFlight = maxInFlight;
    this.refusals = refusals;
  }

  int maxInFlight() {
    return maxInFlight;
  }

  /** How many requests are in progress. */
  int inFlight() {
    return inFlight.get();
  }

  /** From now on every request is answered 503. */
  void stopTaking() {
    stopping = true;
  }

  /**
   * Adds admission before all routes of a server.
   *
   * @param root handles requests that fail before they have a route
   * @param routes the router of the admitted requests, still empty
   */
  void guard(Router root, Router routes) {
    routes.route().handler(this::enter).failureHandler(this::failed);
    // A path with a broken escape fails before any route gets it.
    root.errorHandler(HttpStatus.SC_BAD_REQUEST, this::unreadableKey);
    root.errorHandler(HttpStatus.SC_NOT_FOUND, this::noSuchPath);
    root.errorHandler(HttpStatus.SC_METHOD_NOT_ALLOWED, request -> wrongMethod(routes, request));
    root.errorHandler(
        HttpStatus.SC_UNSUPPORTED_MEDIA_TYPE,
        request -> unsupported(request, "Expected the header Content-Type: application/json"));
  }

  private void enter(RoutingContext request) {
    if (!isUtf8(request.request().path())) {
      unreadableKey(request);
      return;
    }
    if (stopping) {
      refusals.count(Why.STOPPING);
      overloaded(request, "sms-routes is stopping. Repeat the request with the same messageKey");
      return;
    }
    if (refusedByHeaders(request)) {
      return;
    }
    if (inFlight.get() >= maxInFlight) {
      // Without its body being read.
      full(request);
    } else {
      request.next();
    }
  }

  /** Takes a place for a request whose body is complete: from now on it needs a worker. */
  void admit(RoutingContext request) {
    if (inFlight.incrementAndGet() > maxInFlight) {
      inFlight.decrementAndGet();
      full(request);
      return;
    }
    AtomicBoolean left = new AtomicBoolean();
    // Not the end handler: it also fires when a caller hangs up, while the worker is still busy.
    request.addHeadersEndHandler(
        written -> {
          if (left.compareAndSet(false, true)) {
            inFlight.decrementAndGet();
          }
        });
    request.next();
  }

  private void full(RoutingContext request) {
    refusals.count(Why.FULL);
    overloaded(
        request,
        "Expected at most "
            + maxInFlight
            + " requests in progress (sms.http.max-in-flight). Repeat the request later");
  }

  /**
   * Whether the headers about the body refuse a request before the body is read. Applies only to
   * the bundle's paths: a site's own route may accept other bodies.
   */
  private boolean refusedByHeaders(RoutingContext request) {
    if (SendPath.of(request) == SendPath.NONE) {
      return false;
    }
    MultiMap headers = request.request().headers();
    if (ContentHeaders.isEncoded(headers.getAll("Content-Encoding"))) {
      // RFC 9110, section 12.5.3.
      request.response().putHeader("Accept-Encoding", "identity");
      unsupported(
          request,
          "Expected a body without the header Content-Encoding; got an encoded one. Send it uncompressed");
      return true;
    }
    Optional<String> wrong = ContentHeaders.wrongType(headers.getAll("Content-Type"));
    wrong.ifPresent(message -> unsupported(request, message));
    return wrong.isPresent();
  }

  /**
   * Answers a request that the server cannot parse, so that no route ever gets it.
   *
   * @param maxHeaderBytes the maximum length of all headers
   * @param refusals counts it
   */
  static void noHttp(HttpServerRequest request, int maxHeaderBytes, HttpRefusals refusals) {
    RequestCheck.secured(request.response());
    Throwable cause = request.decoderResult().cause();
    boolean tooLong =
        cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException;
    refusals.count(tooLong ? Why.HEADERS : Why.MALFORMED);
    if (cause instanceof TooLongHttpLineException) {
      endAndClose(
          request,
          HttpStatus.SC_REQUEST_URI_TOO_LONG,
          ErrorCode.VALIDATION,
          "Expected a request line of at most "
              + HttpServerOptions.DEFAULT_MAX_INITIAL_LINE_LENGTH
              + " bytes; got a longer one");
    } else if (cause instanceof TooLongHttpHeaderException) {
      endAndClose(
          request,
          HttpStatus.SC_REQUEST_HEADER_FIELDS_TOO_LARGE,
          ErrorCode.VALIDATION,
          "Expected headers of at most " + maxHeaderBytes + " bytes in all; got more");
    } else {
      endAndClose(
          request,
          HttpStatus.SC_BAD_REQUEST,
          ErrorCode.VALIDATION,
          "Expected a valid HTTP request; got one that cannot be parsed");
    }
  }

  private void unreadableKey(RoutingContext request) {
    refusals.count(Why.KEY);
    Fault fault =
        new Fault(
            "messageKey",
            ErrorCode.INVALID_MESSAGE_KEY,
            "Expected percent-encoded UTF-8 in the path; got other bytes");
    reply(
        request,
        HttpStatus.SC_BAD_REQUEST,
        OutcomeJson.one(
            Refused.of(UUID.randomUUID().toString(), Optional.empty(), List.of(fault))));
  }

  private static void overloaded(RoutingContext request, String message) {
    request.response().putHeader("Retry-After", "1");
    end(request, HttpStatus.SC_SERVICE_UNAVAILABLE, ErrorCode.UNAVAILABLE, message);
  }

  private void failed(RoutingContext request) {
    if (request.response().ended() || request.response().headWritten()) {
      return;
    }
    int status = request.statusCode();
    if (status >= 400 && status < 500) {
      refusals.count(Why.MALFORMED);
      end(request, status, ErrorCode.VALIDATION, "Expected a valid HTTP request");
    } else {
      end(
          request,
          HttpStatus.SC_INTERNAL_SERVER_ERROR,
          ErrorCode.INTERNAL,
          "Internal error; the outcome of this request is unknown");
    }
  }

  private void noSuchPath(RoutingContext request) {
    refusals.count(Why.PATH);
    end(
        request,
        HttpStatus.SC_NOT_FOUND,
        ErrorCode.NOT_FOUND,
        "Expected POST /messaging/v1/sms/messages/{messageKey} with a recipient, POST"
            + " /messaging/v1/sms/messages/ with recipients, or GET"
            + " /messaging/v1/sms/messages/{messageKey}; got another path");
  }

  private void wrongMethod(Router router, RoutingContext request) {
    refusals.count(Why.PATH);
    refuseMethod(router, request);
  }

  /** HTTP asks for the allowed methods; Vert.x knows them, but does not expose them. */
  static void refuseMethod(Router router, RoutingContext request) {
    String allowed =
        router.getRoutes().stream()
            .filter(route -> route.getPath() != null && route.methods() != null)
            .filter(route -> fits(route.getPath(), request.normalizedPath()))
            .flatMap(route -> route.methods().stream())
            .map(HttpMethod::name)
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    request.response().putHeader("Allow", allowed);
    end(
        request,
        HttpStatus.SC_METHOD_NOT_ALLOWED,
        ErrorCode.INVALID_OPERATION,
        "Expected the method " + allowed + " on this path");
  }

  /** Whether a path matches a pattern whose variable segments begin with a colon. */
  static boolean fits(String pattern, String path) {
    String segments =
        Arrays.stream(pattern.split("/", -1))
            .map(segment -> segment.startsWith(":") ? "[^/]+" : Pattern.quote(segment))
            .collect(Collectors.joining("/"));
    // A slash at the end does not matter, as in Vert.x.
    return path.matches(segments + "/?");
  }

  private void unsupported(RoutingContext request, String message) {
    refusals.count(Why.MEDIA_TYPE);
    end(request, HttpStatus.SC_UNSUPPORTED_MEDIA_TYPE, ErrorCode.BAD_FORMAT, message);
  }

  /**
   * Whether a path, as in the request line, is UTF-8. Vert.x would turn every other byte into the
   * same replacement character, and so merge different keys.
   */
  static boolean isUtf8(String path) {
    byte[] bytes = new byte[path.length()];
    int length = 0;
    boolean escaped = false;
    for (int i = 0; i < path.length(); i++) {
      char character = path.charAt(i);
      if (character > 0x7e) {
        return false;
      }
      if (character == '%' && i + 2 < path.length()) {
        // Broken escapes were refused before.
        bytes[length++] = (byte) Integer.parseInt(path, i + 1, i + 3, 16);
        escaped = true;
        i += 2;
      } else {
        bytes[length++] = (byte) character;
      }
    }
    if (!escaped) {
      return true;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  static void end(RoutingContext request, int status, ErrorCode code, String message) {
    end(request.response(), status, code, message);
  }

  static void end(HttpServerResponse response, int status, ErrorCode code, String message) {
    head(response, status).end(OutcomeJson.error(code, message));
  }

  /** Answers a request whose rest is not read. */
  static void endAndClose(HttpServerRequest request, int status, ErrorCode code, String message) {
    Buffer body = Buffer.buffer(OutcomeJson.error(code, message));
    // Writes the whole answer without ending it: at the end the server would close the connection.
    head(request.response(), status)
        .putHeader("Content-Length", Integer.toString(body.length()))
        .putHeader("Connection", "close")
        .write(body);
    Vertx.currentContext().owner().setTimer(LINGER_MS, timer -> request.connection().close());
  }

  private static void reply(RoutingContext request, int status, String json) {
    head(request.response(), status).end(json);
  }

  private static HttpServerResponse head(HttpServerResponse response, int status) {
    return response.setStatusCode(status).putHeader("Content-Type", "application/json");
  }
}
