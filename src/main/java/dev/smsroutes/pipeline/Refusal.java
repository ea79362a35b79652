package dev.smsroutes.pipeline;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.SendRequest;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.camel.component.bean.validator.BeanValidationException;

/**
 * Says what is wrong with a request, all of it: whichever step refused first, the other steps are
 * asked too. Costs nothing for a request that is fine. Thread-safe.
 */
final class Refusal {
  private static final String REQUEST = "].request.";
  private static final String REST = "…";

  private final Enrichment enrichment;
  private final AccessSteps access;
  private final Substitution substitution;

  Refusal(Enrichment enrichment, AccessSteps access, Substitution substitution) {
    this.enrichment = enrichment;
    this.access = access;
    this.substitution = substitution;
  }

  /** Ends a message that a step refused. */
  void refuse(InFlight message, List<Fault> found) {
    SendRequest request = message.request();
    message.outcome =
        Refused.of(
            message.requestId(),
            Optional.ofNullable(request.messageKey()),
            faults(message.envelope(), found));
  }

  /** Ends those of the messages whose constraints {@code bean-validator} found broken. */
  void violated(Sends sends, BeanValidationException broken) {
    Map<Integer, List<ConstraintViolation<?>>> byMessage = new TreeMap<>();
    for (ConstraintViolation<?> violation : broken.getConstraintViolations()) {
      byMessage.computeIfAbsent(index(violation), at -> new ArrayList<>()).add(violation);
    }
    byMessage.forEach((at, found) -> refuse(sends.messages().get(at), violations(found)));
  }

  /** Which of the messages it is about: a path begins with {@code messages[3].request}. */
  private static int index(ConstraintViolation<?> violation) {
    for (Path.Node node : violation.getPropertyPath()) {
      if (node.getIndex() != null) {
        return node.getIndex();
      }
    }
    throw new IllegalStateException("Expected a path with an index; got another");
  }

  /**
   * All that is wrong with a request.
   *
   * @param found what the step found that refused it
   */
  private List<Fault> faults(Envelope envelope, List<Fault> found) {
    SendRequest request = envelope.request();
    // First: a caller without the right to a definition learns nothing else of it.
    List<Fault> all = new ArrayList<>(access.faults(envelope, enrichment.digits(request)));
    all.addAll(request.unreadable());
    all.addAll(found);
    all.addAll(enrichment.faults(request));
    all.addAll(substitution.faults(request, enrichment.find(request)));
    return firstOfEach(all);
  }

  /** One fault for each field: what could not be read is not missing as well. */
  private static List<Fault> firstOfEach(List<Fault> found) {
    Map<String, Fault> byField = new LinkedHashMap<>();
    for (Fault fault : found) {
      // What stands for the rest is about no field.
      byField.putIfAbsent(fault.count() > 1 ? REST : fault.field(), fault);
    }
    return Fault.first(List.copyOf(byField.values()), Fault.MAX_LISTED);
  }

  /** What broken constraints say. */
  private static List<Fault> violations(List<ConstraintViolation<?>> broken) {
    return broken.stream()
        .filter(
            violation -> violation.getConstraintDescriptor().getAttributes().get("code") != null)
        .map(Refusal::fault)
        .sorted(Comparator.comparing(Fault::code))
        .toList();
  }

  private static Fault fault(ConstraintViolation<?> violation) {
    ErrorCode code = (ErrorCode) violation.getConstraintDescriptor().getAttributes().get("code");
    String whole = violation.getPropertyPath().toString();
    String path = whole.substring(whole.indexOf(REQUEST) + REQUEST.length());
    return new Fault(
        path.equals("message") ? "content.message" : path, code, violation.getMessage());
  }
}
