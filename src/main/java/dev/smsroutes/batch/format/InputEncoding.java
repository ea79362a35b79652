package dev.smsroutes.batch.format;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * In what encoding files are read that have no byte order mark. A byte order mark always wins: it
 * is no guess.
 */
public enum InputEncoding {
  /** UTF-8; UTF-16 with its byte order mark. Everything else is refused. */
  AUTO,
  /** Nothing but UTF-8. */
  UTF_8,
  WINDOWS_1252,
  UTF_16LE,
  UTF_16BE;

  /** The names, as a sentence lists them. */
  public static final String NAMES =
      Arrays.stream(values()).map(InputEncoding::word).collect(Collectors.joining(", "));

  /** The name in a setting, such as {@code utf-8}. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one of this name, in any case. */
  public static Optional<InputEncoding> of(String word) {
    return Arrays.stream(values()).filter(one -> one.word().equalsIgnoreCase(word)).findFirst();
  }
}
