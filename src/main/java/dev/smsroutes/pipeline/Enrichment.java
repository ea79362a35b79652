package dev.smsroutes.pipeline;

import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.PhoneNumbers;
import dev.smsroutes.model.PhoneNumbers.Reading;
import dev.smsroutes.model.SendRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Adds to a request what its send definition knows. Thread-safe if the definitions are. */
final class Enrichment {
  private final Definitions definitions;

  Enrichment(Definitions definitions) {
    this.definitions = Objects.requireNonNull(definitions, "definitions");
  }

  /**
   * Looks up the definition and reads the number in the light of its country.
   *
   * @throws InvalidRequestException if the definition is unknown or not active, or the number is
   *     none
   */
  void enrich(InFlight message) {
    SendRequest request = message.request();
    Optional<Definition> definition = definitions.find(request.definitionKey());
    List<Fault> faults = new ArrayList<>();
    definition(request, definition).ifPresent(faults::add);
    Reading number = number(request.recipient().to(), definition);
    number.fault().ifPresent(faults::add);
    if (!faults.isEmpty()) {
      throw new InvalidRequestException(faults);
    }
    message.definition = definition.orElseThrow();
    message.number = number.digits().orElseThrow();
  }

  /** What {@link #enrich} would refuse, for a request that may be wrong in other ways too. */
  List<Fault> faults(SendRequest request) {
    Optional<Definition> definition = find(request);
    List<Fault> faults = new ArrayList<>();
    if (request.definitionKey() != null) {
      definition(request, definition).ifPresent(faults::add);
    }
    if (request.recipient() != null && request.recipient().to() != null) {
      number(request.recipient().to(), definition).fault().ifPresent(faults::add);
    }
    return faults;
  }

  /** The number as it is sent; empty if it is none. */
  Optional<String> digits(SendRequest request) {
    return request.recipient() == null || request.recipient().to() == null
        ? Optional.empty()
        : number(request.recipient().to(), find(request)).digits();
  }

  Optional<Definition> find(SendRequest request) {
    return Optional.ofNullable(request.definitionKey()).flatMap(definitions::find);
  }

  private static Reading number(String to, Optional<Definition> definition) {
    return PhoneNumbers.read(to, definition.flatMap(Definition::region));
  }

  private Optional<Fault> definition(SendRequest request, Optional<Definition> definition) {
    if (definition.isEmpty()) {
      return Optional.of(
          new Fault(
              "definitionKey",
              ErrorCode.INVALID_DEFINITION_KEY,
              "Expected the key of a known send definition; got '"
                  + printable(request.definitionKey())
                  + "'"
                  + definitions
                      .nearest(request.definitionKey())
                      .map(near -> " (did you mean '" + near + "'?)")
                      .orElse("")));
    }
    if (!definition.get().active()) {
      return Optional.of(
          new Fault(
              "definitionKey",
              ErrorCode.INVALID_DEFINITION_KEY,
              "Expected an active send definition; '"
                  + definition.get().key()
                  + "' is not, and the API would keep the message for up to three days"));
    }
    if (request.resubscribe() && definition.get().keyword().isEmpty()) {
      return Optional.of(
          new Fault(
              "subscriptions.resubscribe",
              ErrorCode.RESUBSCRIBE_WITHOUT_KEYWORD,
              "Expected a definition with a keyword for a resubscription; '"
                  + definition.get().key()
                  + "' has none"));
    }
    return Optional.empty();
  }

  private static String printable(String key) {
    String shown = key.length() <= 60 ? key : key.substring(0, 60) + "…";
    return shown.replaceAll("\\p{Cntrl}", "?");
  }
}
