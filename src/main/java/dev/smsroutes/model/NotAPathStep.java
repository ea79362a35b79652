package dev.smsroutes.model;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.ReportAsSingleViolation;
import jakarta.validation.constraints.Pattern;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Not {@code .} or {@code ..}: every HTTP stack between us and the API removes these from a path,
 * encoded or not, so such a key would address another resource.
 */
@Pattern(regexp = "(?s)(?!\\.{1,2}$).*")
@ReportAsSingleViolation
@Constraint(validatedBy = {})
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface NotAPathStep {
  ErrorCode code() default ErrorCode.INVALID_MESSAGE_KEY;

  String message() default "Expected a key that can stand in a path; '.' and '..' cannot";

  Class<?>[] groups() default {};

  Class<? extends Payload>[] payload() default {};
}
