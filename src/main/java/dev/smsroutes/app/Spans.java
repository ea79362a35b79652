package dev.smsroutes.app;

import java.time.Duration;

/** Spans of time for people. Stateless. */
final class Spans {
  private Spans() {}

  /** In the largest unit that fits, rounded down: {@code 90 s} and {@code 16 min}. */
  static String words(Duration time) {
    if (time.compareTo(Duration.ofHours(2)) >= 0) {
      return time.toHours() + " h";
    }
    return time.compareTo(Duration.ofMinutes(2)) >= 0
        ? time.toMinutes() + " min"
        : time.toSeconds() + " s";
  }
}
