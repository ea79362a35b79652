package dev.smsroutes.config;

import java.util.Locale;
import java.util.Optional;

/**
 * The keys {@code sms.sandbox.*}. Immutable.
 *
 * @param port 0 for any free one
 * @param when whether the sandbox may start for want of {@code sms.api.url}
 */
public record SandboxChoice(int port, When when) {
  /** When the sandbox starts in place of an API. */
  public enum When {
    /** Where nothing shows that this process is to send: for newcomers. */
    AUTO,
    /** An operator has said so. */
    TRUE,
    /** Never: without {@code sms.api.url} the start is refused. */
    FALSE;

    static Optional<When> of(String word) {
      for (When each : values()) {
        if (each.name().equals(word.toUpperCase(Locale.ROOT))) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }
  }

  static SandboxChoice from(Settings settings) {
    return new SandboxChoice(
        settings.number("sms.sandbox.port", 0, 65_535),
        settings.word("sms.sandbox.enabled", "auto, true or false", When::of));
  }
}
