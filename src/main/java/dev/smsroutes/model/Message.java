package dev.smsroutes.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a valid request became: exactly what goes to the SMS API. Immutable.
 *
 * @param requestId our id of this handling, until the API gives one
 * @param messageKey the key under which it is sent, fixed before the first attempt
 * @param definitionKey the send definition
 * @param contactKey the subscriber's key
 * @param to the mobile number, digits only, with country code
 * @param attributes forwarded as they came
 * @param text {@code content.message} on the wire: the rendered text, or what the caller gave when
 *     only the API can render it; empty to let the API use the definition's own text
 * @param resubscribe whether to opt the contact in again
 * @param parts as how many messages the text travels and is billed, at least 1; empty when only the
 *     API can say
 */
public record Message(
    String requestId,
    String messageKey,
    String definitionKey,
    String contactKey,
    String to,
    Map<String, String> attributes,
    Optional<String> text,
    boolean resubscribe,
    OptionalInt parts) {
  public Message {
    Objects.requireNonNull(requestId, "requestId");
    Objects.requireNonNull(messageKey, "messageKey");
    Objects.requireNonNull(definitionKey, "definitionKey");
    Objects.requireNonNull(contactKey, "contactKey");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(parts, "parts");
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  /** Only what may be logged: no number, no value, no text. */
  @Override
  public String toString() {
    return "Message[requestId="
        + requestId
        + ", messageKey="
        + messageKey
        + ", definitionKey="
        + definitionKey
        + "]";
  }
}
