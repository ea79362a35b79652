package dev.smsroutes.pipeline;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.SendRequest;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The ledger as the route sees it. Thread-safe: all state is in the exchange's properties. */
public final class LedgerSteps {
  private final Ledger ledger;
  private final StatusTable table;
  private final RetryPolicy retries;

  LedgerSteps(Ledger ledger, StatusTable table, RetryPolicy retries) {
    this.ledger = ledger;
    this.table = table;
    this.retries = retries;
  }

  /** Claims the key; the body becomes the outcome if there is one already. */
  public void admit(Exchange exchange) {
    Message message = exchange.getMessage().getBody(Message.class);
    exchange.setProperty(SendState.MESSAGE, message);
    Admission admission =
        ledger.admit(
            new Submission(
                message,
                exchange.getProperty(SendState.REQUEST, SendRequest.class),
                origin(exchange)),
            retries.patienceLeft(exchange));
    if (admission instanceof Claim claim) {
      exchange.setProperty(SendState.CLAIM, claim);
      exchange.setProperty(SendState.UNCERTAIN, claim.uncertain());
    } else if (admission instanceof Known known) {
      exchange.setProperty(SendState.OUTCOME, known.outcome());
      exchange.getMessage().setBody(known.outcome());
    }
  }

  private static Origin origin(Exchange exchange) {
    Origin given = exchange.getProperty(Origin.PROPERTY, Origin.class);
    return given == null ? Origin.of(exchange.getFromRouteId(), "") : given;
  }

  /** Records the outcome, before anybody is told; the body becomes the one that stands. */
  public void settle(Exchange exchange) {
    Outcome outcome = last(exchange, exchange.getMessage().getBody(Outcome.class));
    exchange.getMessage().setBody(claim(exchange).settle(outcome));
  }

  /** What an outcome is to be recorded as: one that stays open for ever is parked. */
  Outcome last(Exchange exchange, Outcome outcome) {
    boolean stopping =
        outcome instanceof Unsettled unsettled && unsettled.reason() == Reason.STOPPING;
    if (!outcome.state().settled()
        && !stopping
        && exchange.getProperty(SendState.LAST_CHANCE, false, Boolean.class)) {
      return table.parked(outcome, "It was tried for the last time without an end");
    }
    return outcome;
  }

  /** Ends the entry of a request that had been admitted, and that our checks refuse by now. */
  public Outcome refused(
      @Body Outcome refused, @ExchangeProperty(SendState.REQUEST) SendRequest request) {
    return ledger.refused(request, refused);
  }

  /** Gives the key free again, whatever went wrong. */
  public void release(Exchange exchange) {
    Claim claim = claim(exchange);
    if (claim != null) {
      claim.release();
    }
  }

  static Claim claim(Exchange exchange) {
    return exchange.getProperty(SendState.CLAIM, Claim.class);
  }
}
