package dev.smsroutes.model;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Size;
import java.util.List;

/**
 * A request to send one message to one recipient, as it came in: what goes into {@code
 * direct:sms-send}, whatever the channel.
 *
 * <p>Immutable. The constructor takes anything, so that an intake can hand over what it got; the
 * pipeline checks the constraints (contract, sections 1 and 4) and names all faults at once.
 *
 * @param messageKey tracks the send; 1 to 100 characters of any kind, but not {@code .} or {@code
 *     ..}, which cannot stand in a path
 * @param definitionKey names the send definition
 * @param recipient who gets it
 * @param message overrides the definition's text; null to use the definition's
 * @param resubscribe whether to opt a contact in again
 * @param unreadable what the intake could not read: unknown fields, wrong types; empty for a
 *     request that was built in code
 */
public record SendRequest(
    @Required(
            code = ErrorCode.MISSING_MESSAGE_KEY,
            message = "Expected a messageKey of 1 to 100 characters; got none",
            whiteSpaceCounts = true)
        @UpTo(value = 100, code = ErrorCode.INVALID_MESSAGE_KEY)
        @NotAPathStep
        String messageKey,
    @Required(
            code = ErrorCode.MISSING_DEFINITION_KEY,
            message = "Expected the key of a send definition; got none")
        String definitionKey,
    @Required(
            code = ErrorCode.NO_RECIPIENTS,
            message = "Expected an object with contactKey and to; got none")
        @Valid
        Recipient recipient,
    @NotBlankIfGiven String message,
    boolean resubscribe,
    @Size(max = 0) List<Fault> unreadable) {
  public SendRequest {
    unreadable = unreadable == null ? List.of() : List.copyOf(unreadable);
  }

  /** A request that was read without a fault. */
  public SendRequest(String messageKey, String definitionKey, Recipient recipient, String message) {
    this(messageKey, definitionKey, recipient, message, false, List.of());
  }

  /** The same request under another key. */
  public SendRequest withMessageKey(String key) {
    return new SendRequest(key, definitionKey, recipient, message, resubscribe, unreadable);
  }

  /** Whether nothing is missing without which no message can be made of it. */
  public boolean isComplete() {
    return messageKey != null
        && definitionKey != null
        && recipient != null
        && recipient.contactKey() != null
        && recipient.to() != null;
  }

  /** Without number, attributes and text: a request may end up in a log by accident. */
  @Override
  public String toString() {
    return "SendRequest[messageKey=" + messageKey + ", definitionKey=" + definitionKey + "]";
  }
}
