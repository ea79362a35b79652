package dev.smsroutes.model;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.ReportAsSingleViolation;
import jakarta.validation.constraints.Pattern;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** May be left out; if it is there, it holds more than white space. */
@Pattern(regexp = "(?s).*\\S.*")
@ReportAsSingleViolation
@Constraint(validatedBy = {})
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface NotBlankIfGiven {
  ErrorCode code() default ErrorCode.BAD_VALUE;

  String message() default "Expected the text of the message; got an empty one";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};
}
