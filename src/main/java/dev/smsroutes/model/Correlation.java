package dev.smsroutes.model;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * With what a request is found again in the systems of others. Never a part of what is sent.
 * Immutable.
 *
 * @param traceId the id of its trace, 32 hexadecimal digits; empty if it is in none
 * @param callerRequestId the id that the caller gave to its request; empty if it gave none. Not the
 *     {@code requestId} of an outcome, which the SMS API or sms-routes gives
 */
public record Correlation(Optional<String> traceId, Optional<String> callerRequestId) {
  public static final Correlation NONE = new Correlation(Optional.empty(), Optional.empty());

  private static final int MAX_LENGTH = 100;

  /** Visible ASCII. */
  private static final Pattern CALLER_REQUEST_ID = Pattern.compile("[!-~]{1," + MAX_LENGTH + "}");

  public Correlation {
    Objects.requireNonNull(traceId, "traceId");
    Objects.requireNonNull(callerRequestId, "callerRequestId");
  }

  /**
   * Reads the id that a caller gave to its request: 1 to 100 characters of visible ASCII. Anything
   * else counts as none (docs/decisions/0041).
   *
   * @param value may be null
   */
  public static Optional<String> callerRequestId(String value) {
    return Optional.ofNullable(value).filter(CALLER_REQUEST_ID.asMatchPredicate());
  }
}
