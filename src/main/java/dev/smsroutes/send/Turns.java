package dev.smsroutes.send;

import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.send.Pace.Turn;
import java.time.Duration;
import org.apache.camel.Exchange;

/** The pace as the route sees it. Thread-safe: all state is in the exchange's properties. */
public final class Turns {
  private final Pace pace;
  private final RetryPolicy retries;

  Turns(Pace pace, RetryPolicy retries) {
    this.pace = pace;
    this.retries = retries;
  }

  /**
   * Waits until the message may leave, no longer than its sender does.
   *
   * @throws NotNowException if it may not within that time
   */
  public void await(Exchange exchange) throws NotNowException {
    Lane lane =
        SendState.BATCH.equals(exchange.getProperty(SendState.LANE))
            ? Lane.BATCH
            : Lane.INTERACTIVE;
    Duration left = retries.patienceLeft(exchange);
    exchange.setProperty(SendState.TURN, pace.await(lane, left));
  }

  /** Gives the turn back, if there was one, with what became of the message. */
  public void giveBack(Exchange exchange) {
    if (exchange.removeProperty(SendState.TURN) instanceof Turn turn) {
      Outcome outcome = exchange.getProperty(SendState.OUTCOME, Outcome.class);
      if (outcome == null) {
        turn.abandon();
      } else {
        turn.done(outcome);
      }
    }
  }
}
