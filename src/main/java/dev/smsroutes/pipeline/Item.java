package dev.smsroutes.pipeline;

import dev.smsroutes.contactpolicy.SendWindowCalendar.WindowStatus;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.StatusTable.Sent;
import java.util.UUID;

/**
 * One request of many on its way: what {@link SendState} is for a request that is alone. Each field
 * is set by the step that is named after it. For one thread at a time.
 */
final class Item {
  final String requestId = UUID.randomUUID().toString();
  final SendRequest request;
  final Origin origin;

  Enriched enriched;
  Message message;
  Claim claim;

  /** Whether the window was open when it was last looked at; null without one. */
  WindowStatus stretch;

  /** Null until one is known; of an attempt together, as long as {@link #alone}. */
  Outcome outcome;

  /** Whether its key needs more than a new claim: it goes the way of a single request. */
  boolean known;

  /** Whether the call with others left open what became of it. */
  boolean alone;

  Item(SendRequest request, Origin origin) {
    this.request = request;
    this.origin = origin;
  }

  /** Whether no step has ended it yet. */
  boolean isOpen() {
    return outcome == null && !known;
  }

  Sent sent() {
    return new Sent(requestId, message.messageKey());
  }

  @Override
  public String toString() {
    return "Item[requestId=" + requestId + "]";
  }
}
