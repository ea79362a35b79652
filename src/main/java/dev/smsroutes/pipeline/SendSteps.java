package dev.smsroutes.pipeline;

import dev.smsroutes.api.TokenSource;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.throttle.Throttle;

/** The small steps that the pipeline's routes name. */
public record SendSteps(
    OutcomeLog outcomeLog,
    Enrichment enrichment,
    Substitution substitution,
    Refusal refusal,
    ContactPolicySteps contactPolicySteps,
    LedgerSteps ledgerSteps,
    ThrottleSteps permits,
    QueueSteps queueSteps,
    Attempt attempt,
    ManySteps many,
    TogetherSteps together) {

  /** Puts the steps together. */
  public static SendSteps of(
      Definitions definitions,
      Ledger ledger,
      StatusTable table,
      TokenSource tokens,
      Throttle throttle,
      ContactPolicy contactPolicy,
      SendOptions options) {
    RetryPolicy retries = options.retries();
    ThrottleSteps permits = new ThrottleSteps(throttle, retries, table);
    Enrichment enrichment = new Enrichment(definitions);
    Substitution substitution = new Substitution(options.maxParts());
    OutcomeLog outcomeLog = new OutcomeLog(table);
    Refusal refusal = new Refusal(enrichment, substitution);
    ContactPolicySteps contactPolicySteps = new ContactPolicySteps(contactPolicy, table);
    LedgerSteps ledgerSteps = new LedgerSteps(ledger, table, retries);
    Attempt attempt = new Attempt(table, tokens, permits, retries, options.asksForStatus());
    return new SendSteps(
        outcomeLog,
        enrichment,
        substitution,
        refusal,
        contactPolicySteps,
        ledgerSteps,
        permits,
        new QueueSteps(table, options.maxQueuedBytes()),
        attempt,
        new ManySteps(
            outcomeLog,
            enrichment,
            substitution,
            refusal,
            contactPolicySteps,
            ledgerSteps,
            ledger,
            table,
            options.recipientsPerCall()),
        new TogetherSteps(attempt, contactPolicySteps, retries, ledger, table));
  }
}
