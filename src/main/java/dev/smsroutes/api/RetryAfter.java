package dev.smsroutes.api;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * Reads {@code Retry-After} (RFC 9110, section 10.2.3): seconds or an HTTP date. Absurd values are
 * tamed: negative and past ones mean now, and nobody is made to wait longer than {@link #LONGEST}.
 */
final class RetryAfter {
  /** The longest wait that a reply can ask for. */
  static final Duration LONGEST = Duration.ofHours(1);

  private RetryAfter() {}

  static Optional<Duration> read(String value, Clock clock) {
    String trimmed = value.trim();
    if (trimmed.matches("-?\\d+(\\.\\d+)?")) {
      return Optional.of(seconds(Double.parseDouble(trimmed)));
    }
    try {
      ZonedDateTime until = ZonedDateTime.parse(trimmed, DateTimeFormatter.RFC_1123_DATE_TIME);
      return Optional.of(tame(Duration.between(clock.instant(), until.toInstant())));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Duration seconds(double seconds) {
    return seconds >= LONGEST.toSeconds()
        ? LONGEST
        : tame(Duration.ofMillis((long) (seconds * 1000)));
  }

  private static Duration tame(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }
}
