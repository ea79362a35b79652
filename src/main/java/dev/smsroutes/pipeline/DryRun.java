package dev.smsroutes.pipeline;

import dev.smsroutes.definition.Definitions;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.SendRequest;
import jakarta.validation.ConstraintViolation;
import java.util.List;
import java.util.Set;

/**
 * The pipeline as far as it goes without the ledger and the API, by its own steps: validate,
 * enrich, render, and explain what was refused. Nothing is sent or recorded. Thread-safe.
 */
public final class DryRun {
  /** There is no handling that it could be the id of. */
  private static final String NO_REQUEST_ID = "-";

  private final Constraints constraints = new Constraints();
  private final Enrichment enrichment;
  private final Substitution substitution;
  private final Refusal refusal;

  /**
   * @param maxParts the most parts of one message
   */
  public DryRun(Definitions definitions, int maxParts) {
    this.enrichment = new Enrichment(definitions);
    this.substitution = new Substitution(maxParts);
    this.refusal = new Refusal(enrichment, substitution);
  }

  /**
   * What a request becomes.
   *
   * @param leftToApi whether the API renders the text, so that nobody here knows its length
   */
  public record Prepared(Message message, boolean leftToApi) {}

  /**
   * Takes a request as far as it goes.
   *
   * @throws InvalidRequestException with everything that is wrong with it, as {@code sms-send}
   *     would say it; holds no number and no value
   */
  public Prepared prepare(SendRequest request) {
    Set<ConstraintViolation<SendRequest>> broken = constraints.violations(request);
    if (!broken.isEmpty()) {
      throw refused(request, Refusal.violations(broken));
    }
    try {
      Enriched enriched = enrichment.enrich(request);
      return new Prepared(
          substitution.render(enriched, NO_REQUEST_ID), Substitution.leftToApi(enriched));
    } catch (InvalidRequestException e) {
      throw refused(request, e.faults());
    }
  }

  private InvalidRequestException refused(SendRequest request, List<Fault> found) {
    return new InvalidRequestException(refusal.faults(request, found));
  }
}
