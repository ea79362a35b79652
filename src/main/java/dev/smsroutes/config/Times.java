package dev.smsroutes.config;

import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.camel.util.TimeUtils;

/** Times as the configuration writes them. */
public final class Times {
  /** Camel's parser takes other words for nothing: {@code 5S} would be no time at all. */
  private static final Pattern TIME =
      Pattern.compile(
          "\\d{1,15}|(?=.)(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m(in)?)?(\\d{1,9}s)?(\\d{1,9}ms)?");

  private Times() {}

  /**
   * Reads a time such as {@code 500ms}, {@code 10s}, {@code 1h30m} or {@code 2d}; a number alone is
   * milliseconds.
   *
   * @throws IllegalArgumentException if the text is no duration
   */
  public static Duration read(String text) {
    if (!TIME.matcher(text).matches()) {
      throw new IllegalArgumentException("Expected a time like 500ms, 10s or 1h30m; got another");
    }
    return Duration.ofMillis(TimeUtils.toMilliSeconds(text));
  }
}
