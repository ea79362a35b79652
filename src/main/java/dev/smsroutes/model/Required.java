package dev.smsroutes.model;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The value must be there, and text must hold more than white space unless told otherwise. */
@Constraint(validatedBy = RequiredText.class)
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Required {
  /** The API's code for a request without it. */
  ErrorCode code();

  String message();

  /** Whether white space is a text like any other. */
  boolean whiteSpaceCounts() default false;

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};
}
