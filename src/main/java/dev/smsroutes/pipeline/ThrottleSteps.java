package dev.smsroutes.pipeline;

import dev.smsroutes.api.TokenException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.throttle.Priority;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.Throttle.Permit;
import dev.smsroutes.throttle.ThrottledException;
import java.time.Duration;
import org.apache.camel.Exchange;

/** The pace as the route sees it. Thread-safe: all state is in the exchange's properties. */
public final class ThrottleSteps {
  private final Throttle throttle;
  private final RetryPolicy retries;
  private final StatusTable table;

  ThrottleSteps(Throttle throttle, RetryPolicy retries, StatusTable table) {
    this.throttle = throttle;
    this.retries = retries;
    this.table = table;
  }

  /**
   * Waits until the message may leave, no longer than its sender does.
   *
   * @throws ThrottledException if it may not within that time
   */
  public void await(Exchange exchange) throws ThrottledException {
    Duration left = retries.patienceLeft(exchange);
    exchange.setProperty(SendState.TURN, throttle.await(priority(exchange), left));
    exchange.setProperty(SendState.GOT_THROUGH_BEFORE, throttle.gotThrough());
  }

  /**
   * Whether an attempt of a batch failed for a reason that holds up everything, so that it says
   * nothing of this message: then the message waits, as the whole batch does. While others get
   * through, it is the message's own trouble.
   */
  boolean everythingWaits(Exchange exchange, Outcome outcome) {
    Long before = exchange.getProperty(SendState.GOT_THROUGH_BEFORE, Long.class);
    return isBatch(exchange)
        && before != null
        && before == throttle.gotThrough()
        && table.isOfNoSingleMessage(outcome);
  }

  private static Priority priority(Exchange exchange) {
    if (isBatch(exchange)) {
      return Priority.BATCH;
    }
    Origin origin = exchange.getProperty(Origin.PROPERTY, Origin.class);
    return origin != null && origin.channel().equals(Origin.JMS)
        ? Priority.QUEUED
        : Priority.INTERACTIVE;
  }

  static boolean isBatch(Exchange exchange) {
    return SendState.BATCH.equals(exchange.getProperty(SendState.LANE));
  }

  /** Gives the turn back, if there was one, with what became of the message. */
  public void giveBack(Exchange exchange) {
    if (exchange.removeProperty(SendState.TURN) instanceof Permit permit) {
      Outcome outcome = exchange.getProperty(SendState.OUTCOME, Outcome.class);
      // Care may have held the message back when it had its turn: then the API told us nothing.
      if (outcome == null || exchange.getProperty(SendState.NOT_NOW) != null) {
        permit.abandon();
      } else {
        Duration held = permit.done(outcome, definition(exchange));
        tellHowLong(exchange, outcome, held);
      }
    }
  }

  /** A message for which the token endpoint gave no token was at no definition. */
  private static String definition(Exchange exchange) {
    return exchange.getProperty(Exchange.EXCEPTION_CAUGHT) instanceof TokenException failure
            && failure.endpointRefused()
        ? ""
        : exchange.getProperty(SendState.MESSAGE, Message.class).definitionKey();
  }

  /** While the API refuses our account, only the pace knows when another attempt is worth it. */
  private static void tellHowLong(Exchange exchange, Outcome outcome, Duration held) {
    if (!held.isZero() && outcome instanceof Unsettled unsettled) {
      switch (unsettled.reason()) {
        case UNAUTHENTICATED, FORBIDDEN, BLOCKED ->
            exchange.setProperty(SendState.OUTCOME, unsettled.after(held));
        default -> {
          // What the API said with it is what holds.
        }
      }
    }
  }
}
