package dev.smsroutes.access;

import java.util.Locale;
import java.util.Optional;

/** What happens to a message that breaks a rule of the site. */
public enum Severity {
  /** The rule is not checked. */
  OFF,
  /** The message is sent, and the log has a line. */
  WARN,
  /** The message is not sent. */
  REFUSE;

  /** The severity of a word in the settings; empty for any other text. */
  public static Optional<Severity> of(String word) {
    for (Severity severity : values()) {
      if (severity.name().toLowerCase(Locale.ROOT).equals(word)) {
        return Optional.of(severity);
      }
    }
    return Optional.empty();
  }
}
