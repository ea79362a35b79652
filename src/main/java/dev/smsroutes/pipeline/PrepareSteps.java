package dev.smsroutes.pipeline;

import dev.smsroutes.access.Access;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.Definitions;

/**
 * The steps of {@link PrepareRoute}.
 *
 * @param queue checks what is to be queued
 */
record PrepareSteps(
    Enrichment enrichment,
    AccessSteps access,
    Substitution substitution,
    ContactPolicySteps contactPolicy,
    QueueSteps queue,
    Refusal refusal,
    Failures failures) {

  static PrepareSteps of(
      Definitions definitions,
      ContactPolicy contactPolicy,
      Access access,
      int maxParts,
      int maxQueuedBytes) {
    Enrichment enrichment = new Enrichment(definitions);
    AccessSteps accessSteps = new AccessSteps(access);
    Substitution substitution = new Substitution(maxParts);
    return new PrepareSteps(
        enrichment,
        accessSteps,
        substitution,
        new ContactPolicySteps(contactPolicy),
        new QueueSteps(maxQueuedBytes),
        new Refusal(enrichment, accessSteps, substitution),
        new Failures());
  }
}
