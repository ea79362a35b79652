package dev.smsroutes.bundle;

import dev.smsroutes.care.Care;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.outcome.ErrorCode;
import dev.smsroutes.outcome.Fault;
import dev.smsroutes.outcome.InvalidRequestException;
import dev.smsroutes.request.Message;
import dev.smsroutes.request.SendRequest;
import dev.smsroutes.send.Enrichment;
import dev.smsroutes.send.Substitution;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells beforehand what the pipeline would refuse without asking the API, by the pipeline's own
 * steps. Thread-safe.
 */
public final class RequestCheck implements AutoCloseable {
  private final ValidatorFactory validators = Validation.buildDefaultValidatorFactory();
  private final Validator validator = validators.getValidator();
  private final Enrichment enrichment;
  private final Substitution substitution;
  private final Care care;

  /**
   * @throws dev.smsroutes.definition.InvalidDefinitionException if the definitions cannot be read
   * @throws InvalidSettingsException if the suppression list cannot
   */
  public RequestCheck(Configuration configuration) {
    this.enrichment = new Enrichment(DefinitionDirectory.load(configuration.definitions()));
    this.substitution = new Substitution(configuration.maxParts());
    this.care = care(configuration.care());
  }

  private static Care care(CareOptions options) {
    try {
      return options.with(options.open(), Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(List.of(e.getMessage()));
    }
  }

  /** What is wrong with a request; empty when it would be sent. Holds no number and no value. */
  public List<Fault> faults(SendRequest request) {
    List<Fault> faults = new ArrayList<>(request.unreadable());
    validator.validate(request).stream()
        .filter(
            violation -> violation.getConstraintDescriptor().getAttributes().containsKey("code"))
        .map(RequestCheck::fault)
        .forEach(faults::add);
    if (!faults.isEmpty()) {
      return faults;
    }
    try {
      Message message = substitution.render(enrichment.enrich(request), "-");
      return care.faults(message.to(), message.contactKey());
    } catch (InvalidRequestException e) {
      return e.faults();
    }
  }

  private static Fault fault(ConstraintViolation<SendRequest> violation) {
    return new Fault(
        violation.getPropertyPath().toString(),
        (ErrorCode) violation.getConstraintDescriptor().getAttributes().get("code"),
        violation.getMessage());
  }

  @Override
  public void close() {
    validators.close();
  }
}
