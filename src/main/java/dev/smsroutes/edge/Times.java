package dev.smsroutes.edge;

import java.time.Duration;
import org.apache.camel.util.TimeUtils;

/** Times as the configuration writes them. */
public final class Times {
  private Times() {}

  /**
   * Reads a time such as {@code 500ms}, {@code 10s} or {@code 1h}; a number alone is milliseconds.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Duration read(String text) {
    try {
      return Duration.ofMillis(TimeUtils.toMilliSeconds(text));
    } catch (IndexOutOfBoundsException e) {
      // Camel's parser answers a word with this.
      throw new IllegalArgumentException("Expected a time; something else came", e);
    }
  }
}
