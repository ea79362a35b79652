package dev.smsroutes.access;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a caller may send. Immutable.
 *
 * @param definitions patterns of the keys of send definitions, in which {@code *} stands for any
 *     characters; empty: all
 * @param countries ISO 3166 codes of two upper-case letters, to which a number must belong; empty:
 *     all
 * @param rate messages a second; empty: no limit
 * @param daily messages a day (UTC), at least 1; empty: no limit
 * @param text whether a request may bring a text of its own ({@code content.message})
 * @param premium whether numbers may be premium-rate or shared-cost numbers
 */
public record Rights(
    List<String> definitions,
    Set<String> countries,
    OptionalDouble rate,
    OptionalLong daily,
    boolean text,
    boolean premium) {
  /** Bounds of the rate: one message in some three hours, and more than any API takes. */
  public static final double MIN_RATE = 0.0001;

  public static final double MAX_RATE = 100_000;

  /** All that a caller can be allowed. */
  public static final Rights ALL =
      new Rights(List.of(), Set.of(), OptionalDouble.empty(), OptionalLong.empty(), true, true);

  public Rights {
    definitions = List.copyOf(definitions);
    countries = Set.copyOf(countries);
  }

  /** Whether a definition may be used. */
  boolean allowsDefinition(String key) {
    return definitions.isEmpty() || definitions.stream().anyMatch(pattern -> matches(pattern, key));
  }

  /**
   * Whether a key matches a pattern. Without a regular expression: an operator's pattern with many
   * stars must not become slow.
   */
  private static boolean matches(String pattern, String key) {
    int at = 0;
    int from = 0;
    int star = -1;
    int retry = 0;
    while (from < key.length()) {
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = at++;
        retry = from;
      } else if (at < pattern.length() && pattern.charAt(at) == key.charAt(from)) {
        at++;
        from++;
      } else if (star >= 0) {
        at = star + 1;
        from = ++retry;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }
}
