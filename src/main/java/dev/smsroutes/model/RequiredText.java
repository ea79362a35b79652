package dev.smsroutes.model;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;

/** Stateless after initialisation, so thread-safe. */
public final class RequiredText implements ConstraintValidator<Required, Object> {
  private boolean whiteSpaceCounts;

  @Override
  public void initialize(Required constraint) {
    whiteSpaceCounts = constraint.whiteSpaceCounts();
  }

  @Override
  public boolean isValid(Object value, ConstraintValidatorContext context) {
    if (value instanceof CharSequence text) {
      return whiteSpaceCounts ? !text.isEmpty() : !text.toString().isBlank();
    }
    return value != null;
  }
}
