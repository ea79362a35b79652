package dev.smsroutes.send;

import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.request.Message;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The ledger as the route sees it. */
public final class Admission {
  private final Ledger ledger;

  Admission(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Notes the message; the body becomes its outcome if there is one already. */
  public void admit(Exchange exchange) {
    Message message = exchange.getMessage().getBody(Message.class);
    exchange.setProperty(SendState.MESSAGE, message);
    Optional<Outcome> known = ledger.admit(message);
    if (known.isPresent()) {
      exchange.setProperty(SendState.OUTCOME, known.get());
      exchange.getMessage().setBody(known.get());
    }
  }

  /** Notes the outcome. */
  public void settle(@Body Outcome outcome, @ExchangeProperty(SendState.MESSAGE) Message message) {
    ledger.settle(message, outcome);
  }
}
