package dev.smsroutes.intake.http;

import java.util.List;

/** What a caller prefers, as far as we can do it (RFC 7240). Stateless. */
final class Preferences {
  static final String RESPOND_ASYNC = "respond-async";

  private Preferences() {}

  /**
   * Whether a caller would rather be answered before the work is done.
   *
   * @param lines the {@code Prefer} headers: each a list of preferences with commas between them, a
   *     preference with a value and parameters or without; what cannot be read is no preference
   */
  static boolean respondAsync(List<String> lines) {
    return lines.stream().anyMatch(Preferences::inLine);
  }

  private static boolean inLine(String line) {
    int from = 0;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char character = line.charAt(i);
      if (quoted && character == '\\') {
        i++;
      } else if (character == '"') {
        quoted = !quoted;
      } else if (character == ',' && !quoted) {
        if (isRespondAsync(line.substring(from, i))) {
          return true;
        }
        from = i + 1;
      }
    }
    return !quoted && isRespondAsync(line.substring(from));
  }

  /** It has no value, and none of its parameters means anything. */
  private static boolean isRespondAsync(String preference) {
    int parameters = preference.indexOf(';');
    String name = parameters < 0 ? preference : preference.substring(0, parameters);
    return name.strip().equalsIgnoreCase(RESPOND_ASYNC);
  }
}
