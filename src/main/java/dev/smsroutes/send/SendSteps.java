package dev.smsroutes.send;

import dev.smsroutes.care.Care;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.outcome.StatusTable;

/** The small steps that the pipeline's routes name. */
public record SendSteps(
    Arrival arrival,
    Enrichment enrichment,
    Substitution substitution,
    Refusal refusal,
    Courtesy courtesy,
    Recording recording,
    Turns turns,
    Queueing queueing,
    Attempt attempt) {

  /** Puts the steps together. */
  public static SendSteps of(
      Definitions definitions,
      Ledger ledger,
      StatusTable table,
      TokenSource tokens,
      Pace pace,
      Care care,
      SendOptions options) {
    RetryPolicy retries = options.retries();
    Turns turns = new Turns(pace, retries, table);
    Enrichment enrichment = new Enrichment(definitions);
    Substitution substitution = new Substitution(options.maxParts());
    return new SendSteps(
        new Arrival(table),
        enrichment,
        substitution,
        new Refusal(enrichment, substitution),
        new Courtesy(care, table),
        new Recording(ledger, table, retries),
        turns,
        new Queueing(table, options.mostQueuedBytes()),
        new Attempt(table, tokens, turns, retries, options.asksForStatus()));
  }
}
