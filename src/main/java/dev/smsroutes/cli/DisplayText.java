package dev.smsroutes.cli;

import dev.smsroutes.model.PlainText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Makes callers' texts, and times, fit for a terminal. */
final class DisplayText {
  private DisplayText() {}

  static String text(String text) {
    return PlainText.of(text);
  }

  /** Quotes a text as one word of a shell. */
  static String quoted(String text) {
    return "'" + text(text).replace("'", "'\\''") + "'";
  }

  static String beginning(String text, int max) {
    String shown = text(text);
    return shown.codePointCount(0, shown.length()) <= max
        ? shown
        : shown.substring(0, shown.offsetByCodePoints(0, max - 1)) + "…";
  }

  /** In UTC, in a form that {@code --since} accepts. */
  static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
