package dev.smsroutes.pipeline;

import dev.smsroutes.model.SendRequest;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.util.Set;

/**
 * The constraints of a request, as {@code bean-validator} checks them, without an exchange for each
 * request. Thread-safe.
 */
final class Constraints {
  /** Made when it is needed first: it takes a while, and not every site needs it. */
  private static final class Made {
    private static final Validator VALIDATOR =
        Validation.buildDefaultValidatorFactory().getValidator();
  }

  Set<ConstraintViolation<SendRequest>> violations(SendRequest request) {
    return Made.VALIDATOR.validate(request);
  }
}
