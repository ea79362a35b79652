package dev.smsroutes.ledger;

import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.SendRequest;
import java.util.Objects;
import java.util.Optional;

/**
 * A valid request on its way to the API. Immutable.
 *
 * @param message the message to send
 * @param request the request as it arrived: its fields decide whether a later request is the same
 *     one, so that an edited definition does not turn a repetition into another request
 * @param origin the origin of the request
 * @param caller the id of the caller; empty if the site does not ask who its callers are
 * @param correlation with what others find it again; for the record
 */
public record Submission(
    Message message,
    SendRequest request,
    Origin origin,
    Optional<String> caller,
    Correlation correlation) {
  public Submission {
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(caller, "caller");
    Objects.requireNonNull(correlation, "correlation");
  }

  /** A request whose caller nobody asks for. */
  public Submission(Message message, SendRequest request, Origin origin) {
    this(message, request, origin, Optional.empty(), Correlation.NONE);
  }

  public String messageKey() {
    return message.messageKey();
  }

  /** Tells whether two requests with one key are the same: 128 bits in hexadecimal. */
  public String fingerprint() {
    return Fingerprint.of(this);
  }
}
