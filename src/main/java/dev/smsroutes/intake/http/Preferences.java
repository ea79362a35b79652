package dev.smsroutes.intake.http;

import java.util.List;

/** The supported preferences of a caller (RFC 7240). Stateless. */
final class Preferences {
  static final String RESPOND_ASYNC = "respond-async";

  private Preferences() {}

  /**
   * Whether a caller prefers an answer before the work is done.
   *
   * @param lines the {@code Prefer} headers: each a list of preferences, separated by commas, each
   *     with or without a value and parameters; what cannot be parsed is ignored
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

  /** This preference has no value, and its parameters have no meaning. */
  private static boolean isRespondAsync(String preference) {
    int parameters = preference.indexOf(';');
    String name = parameters < 0 ? preference : preference.substring(0, parameters);
    return name.strip().equalsIgnoreCase(RESPOND_ASYNC);
  }
}
