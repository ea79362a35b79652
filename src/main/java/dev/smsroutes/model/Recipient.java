package dev.smsroutes.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who gets the message. Immutable; the constraints are those of the contract's field table and are
 * checked by the pipeline, not by the constructor, so that all faults can be named at once.
 *
 * @param contactKey the subscriber's key, existing or new
 * @param to the mobile number as the caller wrote it; digits only are sent
 * @param attributes name to text, in the caller's order; never null
 */
public record Recipient(
    @Required(
            code = ErrorCode.MISSING_CONTACT_KEY,
            message = "Expected a contactKey (the subscriber's key); got none")
        String contactKey,
    @Required(
            code = ErrorCode.MISSING_TO,
            message = "Expected a mobile number with country code; got none")
        String to,
    Map<String, String> attributes) {
  public Recipient {
    attributes =
        attributes == null
            ? Map.of()
            : Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  /** Without the number and the values: a recipient may end up in a log by accident. */
  @Override
  public String toString() {
    return "Recipient[attributes=" + attributes.keySet() + "]";
  }
}
