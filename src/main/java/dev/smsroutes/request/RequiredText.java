package dev.smsroutes.request;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;

/** Thread-safe, stateless. */
public final class RequiredText implements ConstraintValidator<Required, Object> {
  @Override
  public boolean isValid(Object value, ConstraintValidatorContext context) {
    return value != null && !(value instanceof CharSequence text && text.toString().isBlank());
  }
}
