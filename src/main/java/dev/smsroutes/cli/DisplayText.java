package dev.smsroutes.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Text of strangers and times, as a terminal shows them. */
final class DisplayText {
  /** What could break a line, or change how a terminal shows the rest. */
  private static final Pattern STRANGE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  private DisplayText() {}

  static String text(String text) {
    return STRANGE.matcher(text).replaceAll("?");
  }

  /** As one word of a shell. */
  static String quoted(String text) {
    return "'" + text(text).replace("'", "'\\''") + "'";
  }

  /** The beginning of a text that may be long. */
  static String beginning(String text, int most) {
    String shown = text(text);
    return shown.codePointCount(0, shown.length()) <= most
        ? shown
        : shown.substring(0, shown.offsetByCodePoints(0, most - 1)) + "…";
  }

  /** In UTC, as {@code --since} takes it. */
  static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
