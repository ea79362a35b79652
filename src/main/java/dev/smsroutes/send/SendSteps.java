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
    Turns turns,
    Attempt attempt) {

  /**
   * Puts the steps together.
   *
   * @param maxParts the most parts of one message
   * @param retries how an unsettled attempt is repeated
   * @param asksForStatus whether the API is asked about a message whose answers were unclear; needs
   *     {@link StatusRoute}
   */
  public static SendSteps of(
      Definitions definitions,
      Ledger ledger,
      StatusTable table,
      TokenSource tokens,
      Pace pace,
      int maxParts,
      RetryPolicy retries,
      boolean asksForStatus) {
    Enrichment enrichment = new Enrichment(definitions);
    Substitution substitution = new Substitution(maxParts);
    return new SendSteps(
        new Arrival(table),
        enrichment,
        substitution,
        new Refusal(enrichment, substitution),
        new Recording(ledger, table, retries),
        new Turns(pace, retries),
        new Attempt(table, tokens, retries, asksForStatus));
  }
}
