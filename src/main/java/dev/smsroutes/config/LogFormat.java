package dev.smsroutes.config;

import java.util.Arrays;
import java.util.Locale;

/** How lines of the log are written. */
public enum LogFormat {
  /** For people: time, level, logger, message. */
  TEXT,
  /** For programs: one object of JSON on each line. */
  JSON;

  static LogFormat from(Settings settings) {
    return settings.word(
        "sms.log.format",
        "text or json",
        word ->
            Arrays.stream(values())
                .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst());
  }
}
