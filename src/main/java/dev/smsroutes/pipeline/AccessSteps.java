package dev.smsroutes.pipeline;

import dev.smsroutes.access.Access;
import dev.smsroutes.access.Access.Asked;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.SendRequest;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What callers may send, as the routes see it. Thread-safe: all state is in the {@link InFlight}.
 */
final class AccessSteps {
  private static final Logger LOG = LoggerFactory.getLogger(AccessSteps.class);

  private final Access access;

  AccessSteps(Access access) {
    this.access = access;
  }

  /**
   * Lets a message pass that its caller may send.
   *
   * @throws InvalidRequestException if it may not
   */
  void check(InFlight message) {
    Asked asked = asked(message.envelope(), Optional.of(message.number));
    List<Fault> faults = access.faults(asked);
    if (!faults.isEmpty()) {
      throw new InvalidRequestException(faults);
    }
    access.warning(asked).ifPresent(kind -> warn(message, kind));
  }

  /**
   * What {@link #check} would refuse, for a request that may be wrong in other ways too.
   *
   * @param digits the number, if it can be read
   */
  List<Fault> faults(Envelope envelope, Optional<String> digits) {
    return access.faults(asked(envelope, digits));
  }

  private static Asked asked(Envelope envelope, Optional<String> digits) {
    SendRequest request = envelope.request();
    return new Asked(
        envelope.handling().caller(),
        envelope.handling().http(),
        request.definitionKey(),
        request.message() != null,
        digits);
  }

  private static void warn(InFlight message, String kind) {
    LOG.warn(
        "policy=premium-numbers messageKey={} definitionKey={} caller={} got=\"{}\"",
        OutcomeLog.loggable(message.request().messageKey()),
        OutcomeLog.loggable(message.request().definitionKey()),
        OutcomeLog.loggable(message.envelope().handling().caller().orElse(null)),
        kind);
  }
}
