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
    Attempt attempt,
    ManySteps many,
    TogetherSteps together) {

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
    Arrival arrival = new Arrival(table);
    Refusal refusal = new Refusal(enrichment, substitution);
    Courtesy courtesy = new Courtesy(care, table);
    Recording recording = new Recording(ledger, table, retries);
    Attempt attempt = new Attempt(table, tokens, turns, retries, options.asksForStatus());
    return new SendSteps(
        arrival,
        enrichment,
        substitution,
        refusal,
        courtesy,
        recording,
        turns,
        new Queueing(table, options.mostQueuedBytes()),
        attempt,
        new ManySteps(
            arrival,
            enrichment,
            substitution,
            refusal,
            courtesy,
            recording,
            ledger,
            table,
            options.recipientsPerCall()),
        new TogetherSteps(attempt, courtesy, retries, ledger, table));
  }
}
