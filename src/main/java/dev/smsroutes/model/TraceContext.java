package dev.smsroutes.model;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a request stands in the trace of its caller: the value of {@code traceparent} (W3C Trace
 * Context, section 3.2). Immutable.
 *
 * @param traceId 32 hexadecimal digits in lower case, not all zero
 * @param spanId the caller's span, 16 such digits, not all zero
 * @param sampled whether the caller may have recorded its span, and asks for ours
 */
public record TraceContext(String traceId, String spanId, boolean sampled) {
  private static final Pattern TRACEPARENT =
      Pattern.compile(
          "(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})"
              + "-(?<flags>[0-9a-f]{2})(?<more>-.*)?",
          Pattern.DOTALL);

  /** Longer ones are not looked at; those of version 00 have 55 characters. */
  private static final int MAX_LENGTH = 512;

  private static final String FIRST_VERSION = "00";
  private static final String NO_VERSION = "ff";
  private static final int SAMPLED = 1;
  private static final int HEX = 16;

  public TraceContext {
    Objects.requireNonNull(traceId, "traceId");
    Objects.requireNonNull(spanId, "spanId");
  }

  /**
   * Reads a {@code traceparent}. One that is malformed counts as none, as the standard asks; of a
   * later version its four known fields count.
   *
   * @param value may be null
   */
  public static Optional<TraceContext> of(String value) {
    if (value == null || value.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Matcher fields = TRACEPARENT.matcher(value);
    if (!fields.matches()
        || fields.group("version").equals(NO_VERSION)
        || (fields.group("version").equals(FIRST_VERSION) && fields.group("more") != null)
        || isZero(fields.group("trace"))
        || isZero(fields.group("span"))) {
      return Optional.empty();
    }
    boolean sampled = (Integer.parseInt(fields.group("flags"), HEX) & SAMPLED) != 0;
    return Optional.of(new TraceContext(fields.group("trace"), fields.group("span"), sampled));
  }

  private static boolean isZero(String digits) {
    return digits.chars().allMatch(digit -> digit == '0');
  }

  /** As a {@code traceparent} of version 00, the one that all know. */
  public String traceparent() {
    return FIRST_VERSION + "-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
  }
}
