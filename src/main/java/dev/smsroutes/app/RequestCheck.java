package dev.smsroutes.app;

import dev.smsroutes.batch.check.Forecast.Fate;
import dev.smsroutes.batch.check.Forecast.Prospect;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.ContactPolicyOptions;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.PhoneNumbers;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.DryRun;
import dev.smsroutes.template.TextParts;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Tells beforehand what would become of requests, by the pipeline's own route. Thread-safe. */
public final class RequestCheck implements AutoCloseable {
  private final DryRun dryRun;

  /**
   * For a command; to be closed.
   *
   * @throws dev.smsroutes.definition.InvalidDefinitionException if the definitions cannot be read
   * @throws InvalidSettingsException if the suppression list cannot
   */
  public RequestCheck(Configuration configuration) {
    this(
        DryRun.start(
            DefinitionDirectory.load(configuration.definitions()),
            contactPolicy(configuration.contactPolicy()),
            configuration.maxParts()));
  }

  RequestCheck(DryRun dryRun) {
    this.dryRun = dryRun;
  }

  private static ContactPolicy contactPolicy(ContactPolicyOptions options) {
    try {
      return options.with(options.open(), Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(List.of(e.getMessage()));
    }
  }

  /** What rows of a batch become. */
  List<Fate> fates(List<SendRequest> requests) {
    return dryRun.prepare(requests).stream()
        .map(one -> new Fate(one.message().map(RequestCheck::prospect), one.faults()))
        .toList();
  }

  private static Prospect prospect(Message message) {
    Optional<String> region = PhoneNumbers.region(message.to());
    List<Integer> beyondGsm =
        message.parts().isEmpty()
            ? List.of()
            : TextParts.nonGsm(message.text().orElseThrow()).boxed().toList();
    return new Prospect(message, message.parts(), beyondGsm, region);
  }

  /** What is wrong with a request; empty when it would be sent. Holds no number and no value. */
  public List<Fault> faults(SendRequest request) {
    return dryRun.prepare(List.of(request)).get(0).faults();
  }

  @Override
  public void close() {
    dryRun.close();
  }
}
