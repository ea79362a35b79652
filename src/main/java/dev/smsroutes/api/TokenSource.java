package dev.smsroutes.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.Throttle;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access token of the SMS API: OAuth 2 client credentials, kept until shortly before it expires
 * (contract, section 4).
 *
 * <p>Thread-safe. One thread fetches a token; the others wait for it, or go on with the old one
 * while that is valid.
 *
 * <p>It has no back-off of its own: after a refusal the {@link Throttle} lets one probe through at
 * a time, and each probe asks for a token once. A refusal holds for all calls that had a permit
 * before it, so that calls in progress ask once together.
 */
public final class TokenSource {
  private static final Logger LOG = LoggerFactory.getLogger(TokenSource.class);
  private static final ObjectReader JSON = JsonMapper.builder().build().readerFor(JsonNode.class);

  /** What a header can carry as it is: a line end would begin another header. */
  private static final Pattern TOKEN = Pattern.compile("[!-~]+");

  private static final String DOUBTED =
      "The SMS API refuses the token that its token endpoint has just given";

  /** The documented life of a token is 20 minutes; this is for a reply that does not say. */
  private static final Duration ASSUMED_LIFE = Duration.ofMinutes(15);

  /** One call of the token endpoint. */
  @FunctionalInterface
  public interface Endpoint {
    ApiReply request() throws IOException;
  }

  private record Lease(String token, Instant renewFrom, Instant end) {
    /** Renewed when half of the rest of its life is over. */
    Lease renewedLater(Instant now) {
      return new Lease(token, now.plus(Duration.between(now, end).dividedBy(2)), end);
    }
  }

  /**
   * @param lastPermit the refusal holds for all permits up to this number
   */
  private record Failure(TokenException exception, long lastPermit) {}

  private final Endpoint endpoint;
  private final Clock clock;
  private final LongSupplier lastPermit;
  private final ReentrantLock fetching = new ReentrantLock();
  private volatile Lease lease;

  /** Since the last token; null if there was none. Guarded by {@link #fetching}. */
  private Failure failure;

  /** Whether the API refused a new token, and has accepted none since. */
  private volatile boolean doubted;

  /** Why the last fetch gave no token, for operators; null if it gave one. */
  private volatile String outage;

  private final Map<FetchResult, LongAdder> fetches = new EnumMap<>(FetchResult.class);

  /** How a fetch of a token ended. */
  private enum FetchResult {
    /** There was a token. */
    OK,
    /** The endpoint refused our credentials. */
    REFUSED,
    /** The endpoint answered something else than a token. */
    FAILED,
    /** The endpoint did not answer. */
    UNREACHABLE
  }

  public TokenSource(Endpoint endpoint, Clock clock, Throttle throttle) {
    this(endpoint, clock, throttle::lastPermit);
  }

  /**
   * @param lastPermit the number of the newest permit
   */
  TokenSource(Endpoint endpoint, Clock clock, LongSupplier lastPermit) {
    this.endpoint = endpoint;
    this.clock = clock;
    this.lastPermit = lastPermit;
    for (FetchResult result : FetchResult.values()) {
      fetches.put(result, new LongAdder());
    }
  }

  /** Measures its fetches. */
  public void bindTo(MeterRegistry registry) {
    fetches.forEach(
        (result, count) ->
            FunctionCounter.builder("sms.token.fetch", count, LongAdder::doubleValue)
                .description("Requests to the token endpoint, by their result")
                .tag("result", result.name().toLowerCase(Locale.ROOT))
                .register(registry));
    Gauge.builder("sms.token.seconds.left", this, TokenSource::secondsLeft)
        .description("How long our token is still valid; 0 without one")
        .register(registry);
  }

  private double secondsLeft() {
    Lease current = lease;
    return current == null
        ? 0
        : Math.max(0, Duration.between(clock.instant(), current.end()).toSeconds());
  }

  /**
   * Why there is no token, for operators; empty if the last fetch gave one. It ends with the next
   * fetch, so it stays while nothing is sent.
   */
  public Optional<String> outage() {
    return Optional.ofNullable(outage).or(() -> doubted ? Optional.of(DOUBTED) : Optional.empty());
  }

  /**
   * A token that has not expired; waits while one is fetched.
   *
   * @param permit the number of the permit that the call has; 0 never asks again after a refusal
   * @throws TokenException if the token endpoint gives none
   */
  public String token(long permit) throws TokenException {
    Lease current = lease;
    Instant now = clock.instant();
    if (current != null && now.isBefore(current.renewFrom())) {
      return current.token();
    }
    if (current != null && now.isBefore(current.end())) {
      // Still valid: one thread renews it, the others need not wait.
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
        return fetch(permit);
      } catch (TokenException e) {
        Instant failed = clock.instant();
        if (current != null && failed.isBefore(current.end())) {
          lease = current.renewedLater(failed);
          return current.token();
        }
        throw e;
      }
    } finally {
      fetching.unlock();
    }
  }

  /**
   * The API refused this token: fetches a new one, unless another thread has.
   *
   * @param permit as for {@link #token}
   * @throws TokenException if the token endpoint gives no token, or if the refused one is the new
   *     one of a probe: a probe makes one token request at most
   */
  public void renew(String refused, long permit) throws TokenException {
    fetching.lock();
    try {
      if (doubted) {
        drop(refused);
      }
      if (lease != null && lease.token().equals(refused)) {
        lease = null;
      }
      if (lease == null) {
        fetch(permit);
      }
    } finally {
      fetching.unlock();
    }
  }

  /** The API refused a token that had just been renewed. */
  public void refused(String token) {
    fetching.lock();
    try {
      drop(token);
    } finally {
      fetching.unlock();
    }
  }

  /** The API answered to a token with anything but its refusal. */
  public void accepted() {
    if (doubted) {
      doubted = false;
    }
  }

  private void drop(String token) {
    if (lease != null && lease.token().equals(token)) {
      lease = null;
      failure =
          new Failure(
              new TokenException(
                  Reason.UNAUTHENTICATED,
                  "The SMS API refused our token, also after a renewal",
                  Optional.empty(),
                  false),
              lastPermit.getAsLong());
      if (!doubted) {
        doubted = true;
        LOG.error(DOUBTED);
      }
    }
  }

  private String fetch(long permit) throws TokenException {
    Instant asked = clock.instant();
    if (failure != null && permit <= failure.lastPermit()) {
      throw failure.exception();
    }
    ApiReply reply;
    try {
      reply = endpoint.request();
    } catch (IOException e) {
      throw failed(
          Reason.UNREACHABLE,
          "No token for the SMS API: its token endpoint did not answer; nothing was sent",
          Optional.empty(),
          "did not answer: " + e.getClass().getSimpleName());
    }
    if (!ReplyClassifier.isOk(reply)) {
      Reason reason = ReplyClassifier.tokenRefusal(reply);
      throw failed(
          reason,
          "No token for the SMS API: its token endpoint answered "
              + reply.status()
              + (reason == Reason.UNAUTHENTICATED
                  ? "; check sms.api.client-id, sms.api.client-secret and sms.api.account-id"
                  : "; nothing was sent"),
          reply.retryAfter().flatMap(value -> RetryAfter.read(value, clock)),
          "answered " + reply.status());
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
    if (!TOKEN.matcher(token).matches()) {
      throw failed(
          Reason.UNAVAILABLE,
          "No token for the SMS API: its token endpoint answered without one; nothing was sent",
          Optional.empty(),
          "answered " + reply.status() + " without a token");
    }
    Duration life = Duration.ofSeconds(Math.max(1, Math.min(seconds, 86_400)));
    // A tenth of its life, a minute at most: time enough to fetch the next one unhurriedly.
    Duration margin = min(life.dividedBy(10), Duration.ofMinutes(1));
    lease = new Lease(token, asked.plus(life).minus(margin), asked.plus(life));
    failure = null;
    outage = null;
    fetches.get(FetchResult.OK).increment();
    LOG.info("New token for the SMS API, good for {} s", life.toSeconds());
    return token;
  }

  /** Logged once, until there is a token or another failure. */
  private TokenException failed(
      Reason reason, String message, Optional<Duration> retryAfter, String toLog) {
    if (failure == null || !failure.exception().getMessage().equals(message)) {
      LOG.error("The token endpoint {}", toLog);
    }
    outage = "The token endpoint of the SMS API " + toLog;
    fetches
        .get(
            switch (reason) {
              case UNREACHABLE -> FetchResult.UNREACHABLE;
              case UNAUTHENTICATED, FORBIDDEN -> FetchResult.REFUSED;
              default -> FetchResult.FAILED;
            })
        .increment();
    TokenException exception = new TokenException(reason, message, retryAfter, true);
    failure = new Failure(exception, lastPermit.getAsLong());
    return exception;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
