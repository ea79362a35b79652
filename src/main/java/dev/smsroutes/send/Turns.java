package dev.smsroutes.send;

import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.outcome.Outcome.Unsettled;
import dev.smsroutes.outcome.StatusTable;
import dev.smsroutes.request.Message;
import dev.smsroutes.request.Origin;
import dev.smsroutes.send.Pace.Turn;
import java.time.Duration;
import org.apache.camel.Exchange;

/** The pace as the route sees it. Thread-safe: all state is in the exchange's properties. */
public final class Turns {
  private final Pace pace;
  private final RetryPolicy retries;
  private final StatusTable table;

  Turns(Pace pace, RetryPolicy retries, StatusTable table) {
    this.pace = pace;
    this.retries = retries;
    this.table = table;
  }

  /**
   * Waits until the message may leave, no longer than its sender does.
   *
   * @throws NotNowException if it may not within that time
   */
  public void await(Exchange exchange) throws NotNowException {
    Duration left = retries.patienceLeft(exchange);
    exchange.setProperty(SendState.TURN, pace.await(lane(exchange), left));
    exchange.setProperty(SendState.GOT_THROUGH_BEFORE, pace.gotThrough());
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
        && before == pace.gotThrough()
        && table.isOfNoSingleMessage(outcome);
  }

  private static Lane lane(Exchange exchange) {
    if (isBatch(exchange)) {
      return Lane.BATCH;
    }
    Origin origin = exchange.getProperty(Origin.PROPERTY, Origin.class);
    return origin != null && origin.channel().equals(Origin.JMS) ? Lane.QUEUED : Lane.INTERACTIVE;
  }

  static boolean isBatch(Exchange exchange) {
    return SendState.BATCH.equals(exchange.getProperty(SendState.LANE));
  }

  /** Gives the turn back, if there was one, with what became of the message. */
  public void giveBack(Exchange exchange) {
    if (exchange.removeProperty(SendState.TURN) instanceof Turn turn) {
      Outcome outcome = exchange.getProperty(SendState.OUTCOME, Outcome.class);
      // Care may have held the message back when it had its turn: then the API told us nothing.
      if (outcome == null || exchange.getProperty(SendState.NOT_NOW) != null) {
        turn.abandon();
      } else {
        Duration held = turn.done(outcome, definition(exchange));
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
