package dev.smsroutes.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Reads the keys of an intake. Each method throws {@link IllegalArgumentException} that names the
 * key, what was expected and what came.
 *
 * @param properties gives the value of a key, or null
 */
record IntakeKeys(UnaryOperator<String> properties) {
  String text(String key, String otherwise) {
    String value = properties.apply(key);
    return value == null ? otherwise : value.trim();
  }

  Path path(String key, String otherwise) {
    String value = text(key, otherwise);
    try {
      if (!value.isEmpty()) {
        return Path.of(value);
      }
    } catch (InvalidPathException e) {
      // Told below.
    }
    throw unexpected(key, "a path", value);
  }

  boolean yes(String key, String otherwise) {
    String value = text(key, otherwise);
    if (!value.equals("true") && !value.equals("false")) {
      throw unexpected(key, "true or false", value);
    }
    return value.equals("true");
  }

  /**
   * One of several words.
   *
   * @param words what is expected, for the message
   * @param meaning of a word; empty for one that has none
   */
  <T> T word(String key, String otherwise, String words, Function<String, Optional<T>> meaning) {
    String value = text(key, otherwise);
    return meaning.apply(value).orElseThrow(() -> unexpected(key, words, value));
  }

  int number(String key, String otherwise) {
    String value = text(key, otherwise);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw unexpected(key, "a whole number", value);
    }
  }

  long longNumber(String key, String otherwise) {
    String value = text(key, otherwise);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw unexpected(key, "a whole number", value);
    }
  }

  int number(String key, String otherwise, int least, int most) {
    return (int) longNumber(key, otherwise, least, most);
  }

  long longNumber(String key, String otherwise, long least, long most) {
    String value = text(key, otherwise);
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, together with a number that is out of range.
    }
    throw unexpected(key, "a whole number from " + least + " to " + most, value);
  }

  /**
   * One of several words.
   *
   * @param names all of them, for people
   */
  <T> T oneOf(String key, String otherwise, String names, Function<String, Optional<T>> reading) {
    return word(key, otherwise, "one of " + names, reading);
  }

  double decimal(String key, String otherwise) {
    String value = text(key, otherwise);
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw unexpected(key, "a number", value);
    }
  }

  Duration duration(String key, String otherwise) {
    String value = text(key, otherwise);
    try {
      return Times.read(value);
    } catch (IllegalArgumentException e) {
      throw unexpected(key, "a time such as 500ms, 10s or 1h", value);
    }
  }

  private static IllegalArgumentException unexpected(String key, String expected, String came) {
    return new IllegalArgumentException(key + ": expected " + expected + "; '" + came + "' came");
  }
}
