package dev.smsroutes.send;

import dev.smsroutes.definition.Definitions;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.outcome.StatusTable;

/** The small steps that the pipeline's routes name. */
public record SendSteps(
    Arrival arrival,
    Enrichment enrichment,
    Substitution substitution,
    Refusal refusal,
    Recording recording,
    Queueing queueing,
    Attempt attempt) {

  /**
   * Puts the steps together.
   *
   * @param maxParts the most parts of one message
   * @param retries how an unsettled attempt is repeated
   * @param mostQueuedBytes the longest request that can be queued
   */
  public static SendSteps of(
      Definitions definitions,
      Ledger ledger,
      StatusTable table,
      TokenSource tokens,
      int maxParts,
      RetryPolicy retries,
      int mostQueuedBytes) {
    Enrichment enrichment = new Enrichment(definitions);
    Substitution substitution = new Substitution(maxParts);
    return new SendSteps(
        new Arrival(table),
        enrichment,
        substitution,
        new Refusal(enrichment, substitution),
        new Recording(ledger, table, retries),
        new Queueing(table, mostQueuedBytes),
        new Attempt(table, tokens, retries));
  }
}
