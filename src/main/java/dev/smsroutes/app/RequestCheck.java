package dev.smsroutes.app;

import dev.smsroutes.batch.check.Forecast.Prospect;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.ContactPolicyOptions;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.PhoneNumbers;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.DryRun;
import dev.smsroutes.pipeline.DryRun.Prepared;
import dev.smsroutes.template.TextParts;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Tells beforehand what the pipeline would refuse without asking the API, by the pipeline's own
 * steps. Thread-safe.
 */
public final class RequestCheck {
  private final DryRun preview;
  private final ContactPolicy contactPolicy;

  /**
   * @throws dev.smsroutes.definition.InvalidDefinitionException if the definitions cannot be read
   * @throws InvalidSettingsException if the suppression list cannot
   */
  public RequestCheck(Configuration configuration) {
    this(
        DefinitionDirectory.load(configuration.definitions()),
        configuration.maxParts(),
        contactPolicy(configuration.contactPolicy()));
  }

  RequestCheck(Definitions definitions, int maxParts, ContactPolicy contactPolicy) {
    this.preview = new DryRun(definitions, maxParts);
    this.contactPolicy = contactPolicy;
  }

  private static ContactPolicy contactPolicy(ContactPolicyOptions options) {
    try {
      return options.with(options.open(), Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(List.of(e.getMessage()));
    }
  }

  /**
   * What a row of a batch becomes.
   *
   * @throws InvalidRequestException if it would be refused
   */
  Prospect prospect(SendRequest request) {
    Prepared prepared = preview.prepare(request);
    Message message = prepared.message();
    List<Fault> unwanted = contactPolicy.faults(message.to(), message.contactKey());
    if (!unwanted.isEmpty()) {
      throw new InvalidRequestException(unwanted);
    }
    Optional<String> region = PhoneNumbers.region(message.to());
    if (prepared.leftToApi()) {
      return new Prospect(message, OptionalInt.empty(), List.of(), region);
    }
    String text = message.text().orElseThrow();
    return new Prospect(
        message,
        OptionalInt.of(TextParts.count(text).parts()),
        TextParts.nonGsm(text).boxed().toList(),
        region);
  }

  /** What is wrong with a request; empty when it would be sent. Holds no number and no value. */
  public List<Fault> faults(SendRequest request) {
    try {
      Message message = preview.prepare(request).message();
      return contactPolicy.faults(message.to(), message.contactKey());
    } catch (InvalidRequestException e) {
      return e.faults();
    }
  }
}
