package dev.smsroutes.pipeline;

import dev.smsroutes.api.ApiReply;
import dev.smsroutes.api.CamelReply;
import dev.smsroutes.api.MessageJson;
import dev.smsroutes.api.PathSegment;
import dev.smsroutes.api.TokenException;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.Throttle.Permit;
import dev.smsroutes.throttle.ThrottledException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.http.HttpConstants;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;

/**
 * The steps of one attempt at the SMS API. Thread-safe: all state is in the exchange's properties.
 */
public final class Attempt {
  /** The path of the route that takes many. */
  private static final String BARE = "";

  private final StatusTable table;
  private final TokenSource tokens;
  private final ThrottleSteps permits;
  private final RetryPolicy retries;
  private final boolean asksForStatus;

  Attempt(
      StatusTable table,
      TokenSource tokens,
      ThrottleSteps permits,
      RetryPolicy retries,
      boolean asksForStatus) {
    this.table = table;
    this.tokens = tokens;
    this.permits = permits;
    this.retries = retries;
    this.asksForStatus = asksForStatus;
  }

  /** Forgets what an earlier attempt left behind. */
  public void forgetTheLast(Exchange exchange) {
    // Left in place, it would make a success after a repetition read as a failure.
    exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
    exchange.setProperty(SendState.OUTCOME_BEFORE, exchange.removeProperty(SendState.OUTCOME));
    exchange.removeProperty(SendState.NOT_NOW);
  }

  /** Notes that an attempt is about to leave. */
  public void begin(Exchange exchange) {
    LedgerSteps.claim(exchange).attempted();
    count(exchange);
  }

  void count(Exchange exchange) {
    exchange.setProperty(SendState.ATTEMPTS, attempts(exchange) + 1);
  }

  /** Writes the call: our own headers only, whatever came before. */
  public void write(Exchange exchange) throws TokenException {
    Message message = message(exchange);
    write(
        exchange,
        message.resubscribe() ? BARE : PathSegment.encode(message.messageKey()),
        MessageJson.write(message));
  }

  void writeToBareRoute(Exchange exchange, byte[] body) throws TokenException {
    write(exchange, BARE, body);
  }

  private void write(Exchange exchange, String path, byte[] body) throws TokenException {
    org.apache.camel.Message call = call(exchange, path);
    call.setHeader(HttpConstants.CONTENT_TYPE, "application/json");
    call.setBody(body);
  }

  private org.apache.camel.Message call(Exchange exchange, String path) throws TokenException {
    String token = tokens.token(permit(exchange));
    exchange.setProperty(SendState.TOKEN, token);
    org.apache.camel.Message call = exchange.getMessage();
    call.removeHeaders("*");
    call.setHeader(HttpConstants.HTTP_PATH, path);
    call.setHeader("Authorization", "Bearer " + token);
    return call;
  }

  /** Whether the call that was just made failed for its token. */
  public boolean tokenRefused(Exchange exchange) {
    return table.refusesToken(CamelReply.of(exchange));
  }

  /** One new token for all who wait, however many were refused with the old one. */
  public void renewToken(Exchange exchange) throws TokenException {
    tokens.renew(exchange.getProperty(SendState.TOKEN, String.class), permit(exchange));
  }

  /** The number of the turn; 0 for a question that needs none. */
  private static long permit(Exchange exchange) {
    Permit permit = exchange.getProperty(SendState.TURN, Permit.class);
    return permit == null ? 0 : permit.number();
  }

  /** Reads the reply. */
  public void judge(Exchange exchange) {
    Message message = message(exchange);
    ApiReply reply = reply(exchange);
    end(
        exchange,
        table.judge(reply, message.requestId(), message.messageKey(), uncertain(exchange)));
  }

  /** The reply; a token that it refuses is forgotten. */
  ApiReply reply(Exchange exchange) {
    ApiReply reply = CamelReply.of(exchange);
    if (table.refusesToken(reply)) {
      tokens.refused(exchange.getProperty(SendState.TOKEN, String.class));
    } else {
      tokens.accepted();
    }
    return reply;
  }

  /** No reply: whether bytes may have left decides between waiting and uncertain. */
  public void noReply(Exchange exchange) {
    Message message = message(exchange);
    Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    end(
        exchange,
        neverLeft(cause)
            ? table.notSent(
                Reason.UNREACHABLE,
                message.requestId(),
                message.messageKey(),
                uncertain(exchange),
                "No connection to the SMS API; nothing was sent",
                Optional.empty())
            : table.noReply(message.requestId(), message.messageKey()));
  }

  /** It was not its turn: nothing was sent, and trying again at once would be in vain. */
  public void notNow(Exchange exchange) {
    Message message = message(exchange);
    ThrottledException cause =
        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, ThrottledException.class);
    exchange.setProperty(SendState.NOT_NOW, true);
    Outcome before = exchange.getProperty(SendState.OUTCOME_BEFORE, Outcome.class);
    end(
        exchange,
        before != null && !cause.stopping() && cause.reason() != Reason.OUTSIDE_WINDOW
            // What the API said to the attempt before tells more, but for the time.
            ? notBefore(before, cause.retryAfter())
            : table.notSent(
                cause.reason(),
                message.requestId(),
                message.messageKey(),
                uncertain(exchange),
                cause.getMessage(),
                cause.retryAfter()));
  }

  private static Outcome notBefore(Outcome outcome, Optional<Duration> time) {
    return outcome instanceof Unsettled unsettled
            && time.isPresent()
            && time.get().compareTo(unsettled.retryAfter().orElse(Duration.ZERO)) > 0
        ? unsettled.after(time.get())
        : outcome;
  }

  /** Put on the suppression list while it waited: it does not leave any more. */
  public void refused(Exchange exchange) {
    Message message = message(exchange);
    InvalidRequestException cause =
        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, InvalidRequestException.class);
    exchange.setProperty(SendState.NOT_NOW, true);
    Outcome refused =
        Refused.of(message.requestId(), Optional.of(message.messageKey()), cause.faults());
    end(
        exchange,
        uncertain(exchange)
            ? table.parked(refused, "It is refused now, and an earlier attempt may have been taken")
            : refused);
  }

  /** No token: nothing was sent. */
  public void noToken(Exchange exchange) {
    Message message = message(exchange);
    TokenException cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, TokenException.class);
    end(
        exchange,
        table.notSent(
            cause.reason(),
            message.requestId(),
            message.messageKey(),
            uncertain(exchange),
            cause.getMessage(),
            cause.retryAfter()));
  }

  /** Hands an outcome that another attempt may change to the redelivery. */
  public void throwIfUnsettled(Exchange exchange) throws UnsettledException {
    Outcome outcome = exchange.getProperty(SendState.OUTCOME, Outcome.class);
    if (outcome.state() == State.UNCERTAIN) {
      exchange.setProperty(SendState.UNCERTAIN, true);
    }
    if (exchange.getProperty(SendState.NOT_NOW) != null) {
      return;
    }
    if (!outcome.state().settled()) {
      LedgerSteps.claim(exchange).ended(outcome);
    }
    throwIfWorthAnother(exchange, outcome);
  }

  void throwIfWorthAnother(Exchange exchange, Outcome outcome) throws UnsettledException {
    boolean heldUp = permits.everythingWaits(exchange, outcome);
    if (heldUp) {
      exchange.setProperty(SendState.HELD_UP, heldUp(exchange) + 1);
    }
    if (heldUp || table.isRetryable(outcome)) {
      throw new UnsettledException(outcome.state());
    }
  }

  /** Whether there is to be another attempt; if so, says when. */
  public boolean again(Exchange exchange) {
    if (exchange.getContext().isStopping()) {
      // The ledger knows how far it got; a stop must not wait for a back-off.
      return false;
    }
    Outcome outcome = exchange.getProperty(SendState.OUTCOME, Outcome.class);
    // Our own count: camel-http drops the header in which Camel keeps its.
    int repetitions = attempts(exchange) - 1 - heldUp(exchange);
    Optional<Duration> wait =
        retries.next(
            repetitions,
            exchange.getProperty(SendState.MAX_RETRIES, 1, Integer.class),
            retries.patienceLeft(exchange),
            // What holds up everything is waited out in front of the API, not here.
            exchange.getProperty(SendState.HELD_UP) == null
                ? outcome.retryAfter()
                : Optional.empty());
    wait.ifPresent(
        time -> exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, time.toMillis()));
    return wait.isPresent();
  }

  /** Whether the API is to be asked what it knows of the message. */
  public boolean inDoubt(Exchange exchange) {
    State state = exchange.getProperty(SendState.OUTCOME, Outcome.class).state();
    return asksForStatus && (state == State.UNCERTAIN || state == State.PARKED);
  }

  /** Writes that question. */
  public void ask(Exchange exchange) throws TokenException {
    call(exchange, PathSegment.encode(message(exchange).messageKey())).setBody(null);
  }

  /** Reads the answer: one that knows the message ends the doubt. */
  public void judgeStatus(Exchange exchange) {
    Message message = message(exchange);
    table
        .judgeStatus(CamelReply.of(exchange), message.requestId(), message.messageKey())
        .ifPresent(outcome -> end(exchange, outcome));
  }

  /** The body becomes the outcome of the last attempt. */
  public Outcome outcome(@ExchangeProperty(SendState.OUTCOME) Outcome outcome) {
    return outcome;
  }

  private static void end(Exchange exchange, Outcome outcome) {
    exchange.setProperty(SendState.OUTCOME, outcome);
  }

  private static Message message(Exchange exchange) {
    return exchange.getProperty(SendState.MESSAGE, Message.class);
  }

  private static int attempts(Exchange exchange) {
    return exchange.getProperty(SendState.ATTEMPTS, 0, Integer.class);
  }

  private static int heldUp(Exchange exchange) {
    return exchange.getProperty(SendState.HELD_UP, 0, Integer.class);
  }

  private static boolean uncertain(Exchange exchange) {
    return exchange.getProperty(SendState.UNCERTAIN, false, Boolean.class);
  }

  private static boolean neverLeft(Exception cause) {
    return cause instanceof ConnectException
        || cause instanceof ConnectTimeoutException
        || cause instanceof ConnectionRequestTimeoutException
        || cause instanceof NoRouteToHostException
        || cause instanceof UnknownHostException
        || cause instanceof SSLHandshakeException;
  }
}
