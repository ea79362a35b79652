package dev.smsroutes.model;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Text of at most so many characters, counted as Unicode code points. */
@Constraint(validatedBy = UpToCharacters.class)
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface UpTo {
  /** The most code points. */
  int value();

  /** The API's code for a longer one. */
  ErrorCode code();

  String message() default "Expected at most {value} characters; got more";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};
}
