package dev.smsroutes.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Makes callers' texts, and times, fit for a terminal. */
final class DisplayText {
  /** Characters that break a line, or change how a terminal shows the rest. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  private DisplayText() {}

  static String text(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
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
