package dev.smsroutes.pipeline;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.SendRequest;
import jakarta.validation.ConstraintViolation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.bean.validator.BeanValidationException;

/**
 * Says what is wrong with a request, all of it: whichever step refused first, the other steps are
 * asked too. Costs nothing for a request that is fine. Thread-safe.
 */
public final class Refusal {
  private final Enrichment enrichment;
  private final Substitution substitution;

  public Refusal(Enrichment enrichment, Substitution substitution) {
    this.enrichment = enrichment;
    this.substitution = substitution;
  }

  /** The outcome for a request that some step refused. */
  public Outcome explain(
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception refusal,
      @ExchangeProperty(SendState.REQUEST) SendRequest request,
      @ExchangeProperty(SendState.REQUEST_ID) String requestId) {
    List<Fault> found = List.of();
    if (refusal instanceof BeanValidationException invalid) {
      found = violations(invalid.getConstraintViolations());
    } else if (refusal instanceof InvalidRequestException invalid) {
      found = invalid.faults();
    }
    return all(found, request, requestId);
  }

  /** As {@link #explain}, for a request that its constraints refuse. */
  Outcome invalid(
      Set<ConstraintViolation<SendRequest>> violations, SendRequest request, String requestId) {
    return all(violations(violations), request, requestId);
  }

  private Outcome all(List<Fault> found, SendRequest request, String requestId) {
    return Refused.of(requestId, Optional.ofNullable(request.messageKey()), faults(request, found));
  }

  /**
   * All that is wrong with a request.
   *
   * @param found what the step found that refused it
   */
  List<Fault> faults(SendRequest request, List<Fault> found) {
    List<Fault> all = new ArrayList<>(request.unreadable());
    all.addAll(found);
    all.addAll(enrichment.faults(request));
    all.addAll(substitution.faults(request, enrichment.find(request)));
    return firstOfEach(all);
  }

  /** One fault for each field: what could not be read is not missing as well. */
  private static List<Fault> firstOfEach(List<Fault> found) {
    Map<String, Fault> byField = new LinkedHashMap<>();
    found.forEach(fault -> byField.putIfAbsent(fault.field(), fault));
    return List.copyOf(byField.values());
  }

  /** What broken constraints say. */
  static List<Fault> violations(Set<? extends ConstraintViolation<?>> broken) {
    return broken.stream()
        .filter(
            violation -> violation.getConstraintDescriptor().getAttributes().get("code") != null)
        .map(Refusal::fault)
        .sorted(Comparator.comparing(Fault::code))
        .toList();
  }

  private static Fault fault(ConstraintViolation<?> violation) {
    ErrorCode code = (ErrorCode) violation.getConstraintDescriptor().getAttributes().get("code");
    String path = violation.getPropertyPath().toString();
    return new Fault(
        path.equals("message") ? "content.message" : path, code, violation.getMessage());
  }
}
