package dev.smsroutes.intake.http;

import dev.smsroutes.config.DoorOptions.Way;
import dev.smsroutes.intake.http.HttpRefusals.Why;
import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.CallerToken;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.model.TraceContext;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.auth.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConstants;
import org.apache.hc.core5.http.HttpStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads requests that arrive over HTTP and answers with their outcomes: the bean {@code httpIntake}
 * of {@code routes/http-intake.camel.yaml}. Thread-safe.
 */
public final class HttpIntake {
  private static final Logger LOG = LoggerFactory.getLogger(HttpIntake.class);
  private static final byte[] EMPTY = {};

  /** Exchange property: whether the caller prefers not to wait. */
  private static final String PREFERRED = "smsPreferred";

  private final RequestReader reader;
  private final Function<String, Optional<Entry>> entries;
  private final Predicate<Optional<String>> seesAll;
  private final boolean mayQueue;
  private final boolean queuesAlways;
  private final boolean callersAreKnown;
  private final boolean passesTokensOn;
  private final HttpRefusals refusals;

  /**
   * @param seesAll whether a caller, who is empty if nobody is known, may ask for the messages of
   *     all callers
   * @param mayQueue whether a request may be answered when it is on disk in the queue of the JMS
   *     intake, if its caller prefers that
   * @param queuesAlways whether every request is answered then
   * @param ways how callers show who they are, so that 401 and 403 speak of them; empty: nobody is
   *     asked
   * @param refusals counts bodies that hold no request
   */
  public HttpIntake(
      RequestReader reader,
      Function<String, Optional<Entry>> entries,
      Predicate<Optional<String>> seesAll,
      boolean mayQueue,
      boolean queuesAlways,
      Set<Way> ways,
      HttpRefusals refusals) {
    this.refusals = refusals;
    this.reader = reader;
    this.entries = entries;
    this.seesAll = seesAll;
    this.mayQueue = mayQueue;
    this.queuesAlways = queuesAlways;
    callersAreKnown = !ways.isEmpty();
    passesTokensOn = ways.contains(Way.PASSTHROUGH);
  }

  /**
   * Reads the body of the keyed route.
   *
   * @param messageKey the decoded key of the path
   */
  public SendRequest readOne(
      @Body byte[] body, @Header("messageKey") String messageKey, Exchange exchange) {
    arrived(exchange);
    return reader.keyed(body == null ? EMPTY : body, messageKey);
  }

  /** Reads the body of the bare route: one request for each recipient. */
  public List<SendRequest> readMany(@Body byte[] body, Exchange exchange) {
    arrived(exchange);
    return reader.bare(body == null ? EMPTY : body);
  }

  /** Notes the origin of the request and how its caller wants it handled. */
  private void arrived(Exchange exchange) {
    String client = "";
    boolean preferred = false;
    if (exchange.getMessage() instanceof HttpMessage http) {
      SocketAddress address = http.getRequest().remoteAddress();
      client = address == null || address.hostAddress() == null ? "" : address.hostAddress();
      track(exchange, http.getRequest());
      preferred = Preferences.respondAsync(http.getRequest().headers().getAll("Prefer"));
      if (passesTokensOn) {
        exchange.setProperty(HandOver.CALLER_TOKEN, ownToken(http));
      }
    }
    exchange.setProperty(HandOver.ORIGIN, Origin.of(Origin.HTTP, client));
    caller(exchange).ifPresent(id -> exchange.setProperty(HandOver.CALLER, id));
    exchange.setProperty(HandOver.QUEUED, mayQueue && (queuesAlways || preferred));
    exchange.setProperty(PREFERRED, preferred);
  }

  private static void track(Exchange exchange, HttpServerRequest request) {
    TrackingHeaders.callerRequestId(request)
        .ifPresent(id -> exchange.setProperty(HandOver.CALLER_REQUEST_ID, id));
    TrackingHeaders.trace(request)
        .ifPresent(trace -> exchange.setProperty(HandOver.TRACEPARENT, trace));
  }

  /**
   * Who the request comes from: the user whom the door has put into the routing context. Camel
   * hands it over in a header; a header that a client wrote is a text, and counts for nothing.
   */
  private static Optional<String> caller(Exchange exchange) {
    Object user = exchange.getMessage().getHeader(VertxPlatformHttpConstants.AUTHENTICATED_USER);
    return user instanceof User known
        ? Optional.ofNullable(known.subject()).filter(id -> !id.isBlank())
        : Optional.empty();
  }

  /** The door has let in only requests that have one. */
  private static CallerToken ownToken(HttpMessage http) {
    String shown = http.getRequest().getHeader("Authorization").strip();
    return new CallerToken(shown.substring(shown.indexOf(' ')).strip());
  }

  /** Answers with the outcome of one request. */
  public void answerOne(Exchange exchange) {
    Outcome outcome = exchange.getMessage().getBody(Outcome.class);
    answer(exchange, outcome);
    sayIfApplied(exchange, List.of(outcome));
    if (exchange.getProperty(HandOver.SPAN) instanceof TraceContext span) {
      exchange.getMessage().setHeader(TrackingHeaders.TRACERESPONSE, span.traceparent());
    }
  }

  /** Says that the caller's preference was applied (RFC 7240, section 3). */
  private static void sayIfApplied(Exchange exchange, List<Outcome> outcomes) {
    if (exchange.getProperty(PREFERRED, false, Boolean.class)
        && outcomes.stream().anyMatch(Outcome::queued)) {
      exchange.getMessage().setHeader("Preference-Applied", Preferences.RESPOND_ASYNC);
    }
  }

  /**
   * Answers the status of a key from the ledger, without asking the API. A message of another
   * caller is unknown.
   */
  public void status(@Header("messageKey") String messageKey, Exchange exchange) {
    Optional<String> caller = caller(exchange);
    Optional<Entry> entry;
    try {
      entry =
          entries
              .apply(messageKey)
              .filter(
                  found ->
                      seesAll.test(caller)
                          || (caller.isPresent() && caller.equals(found.caller())));
    } catch (LedgerUnavailableException e) {
      answer(exchange, Unsettled.unread(UUID.randomUUID().toString(), messageKey));
      return;
    }
    answer(
        exchange,
        entry.isPresent() ? HttpStatus.SC_OK : HttpStatus.SC_NOT_FOUND,
        entry.map(StatusJson::of).orElseGet(() -> StatusJson.unknown(messageKey)),
        Optional.empty());
  }

  /** Answers with the outcomes of all recipients. */
  @SuppressWarnings("unchecked")
  public void answerMany(Exchange exchange) {
    List<Outcome> outcomes = exchange.getMessage().getBody(List.class);
    long taken = outcomes.stream().filter(OutcomeJson::isTaken).count();
    String requestId = UUID.randomUUID().toString();
    if (taken > 0) {
      ErrorCode top = taken == outcomes.size() ? ErrorCode.OK : ErrorCode.SOME_FAILED;
      answer(
          exchange,
          HttpStatus.SC_ACCEPTED,
          OutcomeJson.many(requestId, top, outcomes),
          Optional.empty());
      sayIfApplied(exchange, outcomes);
      return;
    }
    if (outcomes.stream().allMatch(HttpIntake::isForbidden)) {
      answer(
          exchange,
          HttpStatus.SC_FORBIDDEN,
          OutcomeJson.many(requestId, ErrorCode.FORBIDDEN, outcomes),
          Optional.empty());
      return;
    }
    // None was accepted. While one may still be accepted, the answer asks for a repetition.
    Optional<Outcome> open =
        outcomes.stream().filter(outcome -> !outcome.state().settled()).findFirst();
    ErrorCode top =
        open.flatMap(outcome -> ErrorCode.of(outcome.errorCode()))
            .orElse(open.isPresent() ? ErrorCode.INTERNAL : ErrorCode.NO_VALID_RECIPIENTS);
    answer(
        exchange,
        open.map(this::httpStatus).orElse(HttpStatus.SC_BAD_REQUEST),
        OutcomeJson.many(requestId, top, outcomes),
        outcomes.stream()
            .map(Outcome::callerRetryAfter)
            .flatMap(Optional::stream)
            .max(Comparator.naturalOrder()));
  }

  private static boolean isForbidden(Outcome outcome) {
    return outcome.state().settled() && outcome.httpStatus() == HttpStatus.SC_FORBIDDEN;
  }

  /** Answers a body that holds no request. */
  public void refuse(Exchange exchange) {
    refusals.count(Why.BODY);
    InvalidRequestException cause =
        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, InvalidRequestException.class);
    Outcome outcome =
        Refused.of(
            UUID.randomUUID().toString(),
            Optional.ofNullable(exchange.getMessage().getHeader("messageKey", String.class)),
            cause.faults());
    LOG.info("requestId={} outcome=REFUSED code={}", outcome.requestId(), outcome.errorCode());
    answer(exchange, outcome);
  }

  /** Answers an internal fault: an id to ask about, without details. */
  public void fail(Exchange exchange) {
    String requestId = UUID.randomUUID().toString();
    LOG.error(
        "requestId={} failed inside",
        requestId,
        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
    answer(exchange, Unsettled.failedInside(requestId, Optional.empty(), false));
  }

  private void answer(Exchange exchange, Outcome outcome) {
    answer(exchange, httpStatus(outcome), OutcomeJson.one(outcome), outcome.callerRetryAfter());
  }

  /** A caller that reads 401 fetches a new token and tries again: our account needs an operator. */
  private int httpStatus(Outcome outcome) {
    return callersAreKnown && outcome instanceof Unsettled open && isOfOurAccount(open.reason())
        ? HttpStatus.SC_SERVICE_UNAVAILABLE
        : outcome.httpStatus();
  }

  private static boolean isOfOurAccount(Reason reason) {
    return reason == Reason.UNAUTHENTICATED || reason == Reason.FORBIDDEN;
  }

  private static void answer(
      Exchange exchange, int status, String json, Optional<Duration> retryAfter) {
    Message reply = exchange.getMessage();
    reply.removeHeaders("*");
    reply.setHeader(Exchange.HTTP_RESPONSE_CODE, status);
    reply.setHeader(Exchange.CONTENT_TYPE, "application/json");
    retryAfter.ifPresent(wait -> reply.setHeader("Retry-After", seconds(wait)));
    // Not bytes: Camel would write those through a stream, in several steps and events.
    reply.setBody(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }

  /** Whole seconds, rounded up: with 200 ms to wait, a caller must not repeat at once. */
  static String seconds(Duration wait) {
    return Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()));
  }
}
