package dev.smsroutes.send;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.outcome.ApiReply;
import dev.smsroutes.outcome.Outcome.Reason;
import dev.smsroutes.outcome.StatusTable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access token of the SMS API: OAuth 2 client credentials, kept until shortly before it expires
 * (contract, section 4).
 *
 * <p>Thread-safe. However many senders need a token, one of them fetches it and the others wait for
 * that, or go on with the old one while it is still good. A refusal is remembered for a while, so
 * that wrong credentials do not turn every message into a token request.
 */
public final class TokenSource {
  private static final Logger LOG = LoggerFactory.getLogger(TokenSource.class);
  private static final ObjectReader JSON = JsonMapper.builder().build().readerFor(JsonNode.class);

  /** The documented life of a token is 20 minutes; this is for a reply that does not say. */
  private static final Duration ASSUMED_LIFE = Duration.ofMinutes(15);

  private static final Duration AFTER_WRONG_CREDENTIALS = Duration.ofSeconds(30);
  private static final Duration AFTER_REFUSED_TOKEN = Duration.ofSeconds(10);
  private static final Duration AFTER_PASSING_FAULT = Duration.ofSeconds(1);

  /** One call of the token endpoint. */
  @FunctionalInterface
  public interface Endpoint {
    ApiReply request() throws IOException;
  }

  private record Lease(String token, Instant renewFrom, Instant end) {}

  private record Failure(
      Reason reason, String message, Optional<Duration> retryAfter, Instant until) {
    TokenException toException() {
      return new TokenException(reason, message, retryAfter);
    }
  }

  private final Endpoint endpoint;
  private final StatusTable table;
  private final Clock clock;
  private final ReentrantLock fetching = new ReentrantLock();
  private volatile Lease lease;
  private volatile Failure failure;

  public TokenSource(Endpoint endpoint, StatusTable table, Clock clock) {
    this.endpoint = endpoint;
    this.table = table;
    this.clock = clock;
  }

  /**
   * A token that was good a moment ago; waits for one to be fetched if there is none.
   *
   * @throws TokenException if there is none to be had
   */
  String token() throws TokenException {
    Lease current = lease;
    Instant now = clock.instant();
    if (current != null && now.isBefore(current.renewFrom())) {
      return current.token();
    }
    if (current != null && now.isBefore(current.end())) {
      // Still good: one renews it, the others need not wait.
      if (!fetching.tryLock()) {
        return current.token();
      }
    } else {
      fetching.lock();
    }
    try {
      if (lease != current && lease != null) {
        return lease.token();
      }
      try {
        return fetch();
      } catch (TokenException e) {
        if (current != null && clock.instant().isBefore(current.end())) {
          return current.token();
        }
        throw e;
      }
    } finally {
      fetching.unlock();
    }
  }

  /**
   * The API refused this token: fetches a new one, unless somebody has done so already.
   *
   * @throws TokenException if there is none to be had
   */
  void renew(String refused) throws TokenException {
    fetching.lock();
    try {
      if (lease != null && lease.token().equals(refused)) {
        lease = null;
      }
      if (lease == null) {
        fetch();
      }
    } finally {
      fetching.unlock();
    }
  }

  /** The API refused a token that had just been renewed: no further request for a while. */
  void refused(String token) {
    fetching.lock();
    try {
      if (lease != null && lease.token().equals(token)) {
        lease = null;
        failure =
            new Failure(
                Reason.UNAUTHENTICATED,
                "The SMS API refused our token, also after a renewal",
                Optional.empty(),
                clock.instant().plus(AFTER_REFUSED_TOKEN));
        LOG.error("The SMS API refuses the token that its token endpoint has just given");
      }
    } finally {
      fetching.unlock();
    }
  }

  private String fetch() throws TokenException {
    Instant asked = clock.instant();
    if (failure != null && asked.isBefore(failure.until())) {
      throw failure.toException();
    }
    ApiReply reply;
    try {
      reply = endpoint.request();
    } catch (IOException e) {
      LOG.warn("No answer from the token endpoint: {}", e.getClass().getSimpleName());
      throw failed(
          Reason.UNREACHABLE,
          "No token for the SMS API: its token endpoint did not answer; nothing was sent",
          Optional.empty());
    }
    if (!table.isOk(reply)) {
      LOG.error("The token endpoint answered {}", reply.status());
      Reason reason = table.tokenRefusal(reply);
      throw failed(
          reason,
          "No token for the SMS API: its token endpoint answered "
              + reply.status()
              + (reason == Reason.UNAUTHENTICATED
                  ? "; check sms.api.client-id, sms.api.client-secret and sms.api.account-id"
                  : "; nothing was sent"),
          table.retryAfter(reply));
    }
    return lease(reply, asked);
  }

  private String lease(ApiReply reply, Instant asked) throws TokenException {
    String token;
    long seconds;
    try {
      JsonNode body = JSON.readTree(reply.body());
      token = body.path("access_token").asText("");
      seconds = body.path("expires_in").asLong(ASSUMED_LIFE.toSeconds());
    } catch (IOException e) {
      token = "";
      seconds = 0;
    }
    if (token.isBlank()) {
      LOG.error("The token endpoint answered {} without a token", reply.status());
      throw failed(
          Reason.UNAVAILABLE,
          "No token for the SMS API: its token endpoint answered without one; nothing was sent",
          Optional.empty());
    }
    Duration life = Duration.ofSeconds(Math.max(1, Math.min(seconds, 86_400)));
    // A tenth of its life, a minute at most: time enough to fetch the next one unhurriedly.
    Duration margin = min(life.dividedBy(10), Duration.ofMinutes(1));
    lease = new Lease(token, asked.plus(life).minus(margin), asked.plus(life));
    failure = null;
    LOG.info("New token for the SMS API, good for {} s", life.toSeconds());
    return token;
  }

  private TokenException failed(Reason reason, String message, Optional<Duration> retryAfter) {
    Duration pause =
        reason == Reason.UNAUTHENTICATED || reason == Reason.FORBIDDEN
            ? AFTER_WRONG_CREDENTIALS
            : min(retryAfter.orElse(AFTER_PASSING_FAULT), AFTER_WRONG_CREDENTIALS);
    failure = new Failure(reason, message, retryAfter, clock.instant().plus(pause));
    return failure.toException();
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
