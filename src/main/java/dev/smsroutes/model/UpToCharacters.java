package dev.smsroutes.model;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;

/** Stateless after initialisation, so thread-safe. */
public final class UpToCharacters implements ConstraintValidator<UpTo, CharSequence> {
  private int most;

  @Override
  public void initialize(UpTo constraint) {
    most = constraint.value();
  }

  @Override
  public boolean isValid(CharSequence text, ConstraintValidatorContext context) {
    return text == null
        || text.length() <= most
        || Character.codePointCount(text, 0, text.length()) <= most;
  }
}
