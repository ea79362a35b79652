package dev.smsroutes.door;

import dev.smsroutes.access.Key;
import dev.smsroutes.access.Keys;
import dev.smsroutes.intake.http.HttpRefusals;
import dev.smsroutes.intake.http.HttpRefusals.Why;
import dev.smsroutes.intake.http.OutcomeJson;
import dev.smsroutes.model.ErrorCode;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import org.apache.hc.core5.http.HttpStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How callers are refused: all with the same words, whatever is wrong; the log says what it is, but
 * no secret. Thread-safe.
 */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /** How long a caller may take to read its answer while it still sends its body. */
  private static final long LINGER_MS = 1_000;

  private final String server;
  private final HttpRefusals counting;
  private final FailureLimit limit = new FailureLimit();

  /** Nobody may fill the log: ten lines a minute and address. */
  private final FailureLimit told = new FailureLimit();

  /**
   * @param server for the log
   * @param counting counts them
   */
  Refusals(String server, HttpRefusals counting) {
    this.server = server;
    this.counting = counting;
  }

  /** Why a key does not count, for the log. */
  static String whyNot(Keys keys, String id) {
    Optional<Key> key = keys.withId(id);
    if (key.isEmpty()) {
      return "unknown key";
    }
    String what = key.get().revoked().isPresent() ? "revoked" : "expired";
    return (keys.isValid(key.get()) ? "wrong secret of key " : what + " key ") + key.get().id();
  }

  /**
   * Credentials that do not count: each caller reads the same.
   *
   * @param people whether a browser is to ask for id and secret
   */
  void unknown(RoutingContext request, Finding finding, boolean people) {
    if (finding.verdict() == Finding.Verdict.EXPIRED) {
      log(request, HttpStatus.SC_UNAUTHORIZED, finding.why());
    } else if (tooMany(request, finding.why())) {
      return;
    }
    unauthenticated(request, true, people);
  }

  /**
   * Nothing was shown at all.
   *
   * @param people whether a browser is to ask for id and secret
   */
  void stranger(RoutingContext request, boolean people) {
    log(request, HttpStatus.SC_UNAUTHORIZED, "no credentials");
    unauthenticated(request, false, people);
  }

  /** Counts one that is answered elsewhere. */
  void wrongSecret() {
    counting.count(Why.CREDENTIALS);
  }

  private void unauthenticated(RoutingContext request, boolean shown, boolean people) {
    counting.count(Why.CREDENTIALS);
    // RFC 6750, section 3.1: no error code for a caller who has shown nothing.
    request
        .response()
        .putHeader(
            "WWW-Authenticate",
            "Bearer realm=\"sms-routes\"" + (shown ? ", error=\"invalid_token\"" : ""));
    if (people) {
      request
          .response()
          .headers()
          .add("WWW-Authenticate", "Basic realm=\"sms-routes\", charset=\"UTF-8\"");
    }
    end(
        request,
        HttpStatus.SC_UNAUTHORIZED,
        ErrorCode.UNAUTHORIZED,
        "Expected credentials that are valid here; got none, or others");
  }

  /**
   * Notes a failure, and answers if there were too many from this address.
   *
   * @return whether it is answered
   */
  boolean tooMany(RoutingContext request, String why) {
    Optional<Duration> wait = limit.failed(address(request));
    if (wait.isEmpty()) {
      log(request, HttpStatus.SC_UNAUTHORIZED, why);
      return false;
    }
    counting.count(Why.FAILURES);
    request.response().putHeader("Retry-After", Long.toString(wait.get().toSeconds() + 1));
    end(
        request,
        429,
        ErrorCode.RATE_LIMITED,
        "Expected at most "
            + FailureLimit.FAILURES
            + " wrong credentials a minute from one address; got more");
    return true;
  }

  /** A caller who is known, and may not do this. */
  void forbidden(RoutingContext request, String caller, String why, String message) {
    counting.count(Why.RIGHTS);
    log(request, HttpStatus.SC_FORBIDDEN, why + (caller.isEmpty() ? "" : " caller=" + caller));
    request
        .response()
        .putHeader("WWW-Authenticate", "Bearer realm=\"sms-routes\", error=\"insufficient_scope\"");
    end(request, HttpStatus.SC_FORBIDDEN, ErrorCode.FORBIDDEN, message);
  }

  /** Nobody can tell at the moment who it is. */
  void later(RoutingContext request, String why) {
    counting.count(Why.UNVERIFIED);
    log(request, HttpStatus.SC_SERVICE_UNAVAILABLE, why);
    request.response().putHeader("Retry-After", "5");
    end(
        request,
        HttpStatus.SC_SERVICE_UNAVAILABLE,
        ErrorCode.UNAVAILABLE,
        "Your credentials cannot be verified at the moment. Repeat the request with the same"
            + " messageKey");
  }

  /** A request that this way of authentication cannot have. */
  void invalid(RoutingContext request, String message) {
    counting.count(Why.RIGHTS);
    end(request, HttpStatus.SC_BAD_REQUEST, ErrorCode.INVALID_OPERATION, message);
  }

  private void log(RoutingContext request, int status, String why) {
    if (told.failed(address(request)).isEmpty()) {
      LOG.warn(
          "door={} refused status={} address={} why={}", server, status, address(request), why);
    }
  }

  private static String address(RoutingContext request) {
    SocketAddress address = request.request().remoteAddress();
    return address == null || address.hostAddress() == null ? "" : address.hostAddress();
  }

  private static void end(RoutingContext request, int status, ErrorCode code, String message) {
    HttpServerRequest in = request.request();
    HttpServerResponse response = request.response();
    response
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(OutcomeJson.error(code, message));
    if (!in.isEnded()) {
      // A body that nobody wants must not keep the connection.
      request
          .vertx()
          .setTimer(
              LINGER_MS,
              late -> {
                if (!in.isEnded()) {
                  in.connection().close();
                }
              });
    }
  }
}
