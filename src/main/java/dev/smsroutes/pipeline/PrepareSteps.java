package dev.smsroutes.pipeline;

import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.Definitions;

/**
 * The steps of {@link PrepareRoute}.
 *
 * @param queue checks what is to be queued
 */
record PrepareSteps(
    Enrichment enrichment,
    Substitution substitution,
    ContactPolicySteps contactPolicy,
    QueueSteps queue,
    Refusal refusal,
    Failures failures) {

  static PrepareSteps of(
      Definitions definitions, ContactPolicy contactPolicy, int maxParts, int maxQueuedBytes) {
    Enrichment enrichment = new Enrichment(definitions);
    Substitution substitution = new Substitution(maxParts);
    return new PrepareSteps(
        enrichment,
        substitution,
        new ContactPolicySteps(contactPolicy),
        new QueueSteps(maxQueuedBytes),
        new Refusal(enrichment, substitution),
        new Failures());
  }
}
