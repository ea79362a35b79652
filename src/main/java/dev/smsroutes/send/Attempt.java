package dev.smsroutes.send;

import dev.smsroutes.outcome.ApiReply;
import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.outcome.Outcome.Reason;
import dev.smsroutes.outcome.Outcome.State;
import dev.smsroutes.outcome.StatusTable;
import dev.smsroutes.request.Message;
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
  private final StatusTable table;
  private final TokenSource tokens;
  private final RetryPolicy retries;

  Attempt(StatusTable table, TokenSource tokens, RetryPolicy retries) {
    this.table = table;
    this.tokens = tokens;
    this.retries = retries;
  }

  /** Forgets what an earlier attempt left behind, and notes that one is about to leave. */
  public void begin(Exchange exchange) {
    // Left in place, it would make a success after a repetition read as a failure.
    exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
    exchange.removeProperty(SendState.OUTCOME);
    Recording.claim(exchange).attempted();
    exchange.setProperty(SendState.ATTEMPTS, attempts(exchange) + 1);
  }

  /** Writes the call: our own headers only, whatever came before. */
  public void write(Exchange exchange) throws TokenException {
    Message message = message(exchange);
    String token = tokens.token();
    exchange.setProperty(SendState.TOKEN, token);
    org.apache.camel.Message call = exchange.getMessage();
    call.removeHeaders("*");
    call.setHeader(
        HttpConstants.HTTP_PATH,
        message.resubscribe() ? "" : PathSegment.encode(message.messageKey()));
    call.setHeader(HttpConstants.CONTENT_TYPE, "application/json");
    call.setHeader("Authorization", "Bearer " + token);
    call.setBody(MessageJson.write(message));
  }

  /** Whether the call that was just made failed for its token. */
  public boolean tokenRefused(Exchange exchange) {
    return table.refusesToken(CamelReply.of(exchange));
  }

  /** One new token for all who wait, however many were refused with the old one. */
  public void renewToken(Exchange exchange) throws TokenException {
    tokens.renew(exchange.getProperty(SendState.TOKEN, String.class));
  }

  /** Reads the reply. */
  public void judge(Exchange exchange) {
    Message message = message(exchange);
    ApiReply reply = CamelReply.of(exchange);
    if (table.refusesToken(reply)) {
      tokens.refused(exchange.getProperty(SendState.TOKEN, String.class));
    }
    end(
        exchange,
        table.judge(reply, message.requestId(), message.messageKey(), uncertain(exchange)));
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
    if (!outcome.state().settled()) {
      Recording.claim(exchange).ended(outcome);
    }
    if (table.worthAnotherAttempt(outcome)) {
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
    int repetitions = attempts(exchange) - 1;
    Optional<Duration> wait =
        retries.next(
            repetitions,
            exchange.getProperty(SendState.MAX_RETRIES, 1, Integer.class),
            Duration.ofMillis(exchange.getClock().elapsed()),
            exchange.getProperty(SendState.PATIENCE, retries.deadline(), Duration.class),
            outcome.retryAfter());
    wait.ifPresent(
        time -> exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, time.toMillis()));
    return wait.isPresent();
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
