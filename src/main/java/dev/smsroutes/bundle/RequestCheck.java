package dev.smsroutes.bundle;

import dev.smsroutes.batch.Forecast.Prospect;
import dev.smsroutes.care.Care;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.outcome.Fault;
import dev.smsroutes.outcome.InvalidRequestException;
import dev.smsroutes.request.Message;
import dev.smsroutes.request.PhoneNumbers;
import dev.smsroutes.request.SendRequest;
import dev.smsroutes.send.Preview;
import dev.smsroutes.send.Preview.Prepared;
import dev.smsroutes.substitution.TextParts;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Tells beforehand what the pipeline would refuse without asking the API, by the pipeline's own
 * steps. Thread-safe.
 */
public final class RequestCheck {
  private final Preview preview;
  private final Care care;

  /**
   * @throws dev.smsroutes.definition.InvalidDefinitionException if the definitions cannot be read
   * @throws InvalidSettingsException if the suppression list cannot
   */
  public RequestCheck(Configuration configuration) {
    this(
        DefinitionDirectory.load(configuration.definitions()),
        configuration.maxParts(),
        care(configuration.care()));
  }

  RequestCheck(Definitions definitions, int maxParts, Care care) {
    this.preview = new Preview(definitions, maxParts);
    this.care = care;
  }

  private static Care care(CareOptions options) {
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
    List<Fault> unwanted = care.faults(message.to(), message.contactKey());
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
      return care.faults(message.to(), message.contactKey());
    } catch (InvalidRequestException e) {
      return e.faults();
    }
  }
}
