package dev.smsroutes.model;

import java.util.Objects;

/**
 * One thing wrong with a request: which field, which of the API's codes, and a sentence that says
 * what was expected and what came.
 *
 * <p>Immutable. The message never holds a phone number or an attribute's value, so that it may be
 * logged.
 *
 * @param field path of the field as the caller wrote it, for example {@code recipient.to}; empty
 *     when the fault is of the whole request
 * @param code the API's code for this kind of fault
 * @param message what was expected and what came
 */
public record Fault(String field, ErrorCode code, String message) {
  public Fault {
    Objects.requireNonNull(field, "field");
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
  }
}
