package dev.smsroutes.contactpolicy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hours of a day in which messages may leave, in local time: from the first minute, inclusive,
 * to the last one, exclusive. Over midnight if it begins later than it ends. Immutable.
 *
 * @param from the minute of the day at which it opens, 0 to 1439
 * @param until the minute of the day at which it closes, 1 to 1440, and not the same one
 */
public record SendWindow(int from, int until) {
  static final int DAY = 24 * 60;

  /** Accepts any dash: text editors replace a typed hyphen by a longer one. */
  private static final Pattern WRITTEN =
      Pattern.compile("(\\d{1,2}):(\\d{2})\\s*[-\u2010-\u2015\u2212]\\s*(\\d{1,2}):(\\d{2})");

  public SendWindow {
    if (from < 0 || from >= DAY || until < 1 || until > DAY || from == until) {
      throw new IllegalArgumentException("Expected minutes of a day; got " + from + ", " + until);
    }
  }

  /**
   * Reads a window such as {@code 08:00-20:00} or {@code 20:00-06:00}; {@code 00:00-24:00} is
   * always open.
   *
   * @param key the key of the setting, for the message
   * @throws IllegalArgumentException if it is not a window; names the key, what was expected and
   *     what was found
   */
  public static SendWindow read(String key, String written) {
    Matcher matcher = WRITTEN.matcher(written.strip());
    if (matcher.matches()) {
      int from = minute(matcher.group(1), matcher.group(2));
      int until = minute(matcher.group(3), matcher.group(4));
      if (until == 0) {
        until = DAY;
      }
      if (from >= 0 && from < DAY && until > 0 && from != until) {
        return new SendWindow(from, until);
      }
    }
    throw new IllegalArgumentException(
        key
            + ": expected two different times of a day, such as 08:00-20:00 or 20:00-06:00; got '"
            + written
            + "'");
  }

  /** The minute of the day, up to 24:00; -1 if there is no such time. */
  private static int minute(String hours, String minutes) {
    int hour = Integer.parseInt(hours);
    int minute = Integer.parseInt(minutes);
    int all = hour * 60 + minute;
    return minute < 60 && all <= DAY ? all : -1;
  }

  /**
   * @param minuteOfDay 0 to 1439
   */
  boolean contains(int minuteOfDay) {
    return from < until
        ? minuteOfDay >= from && minuteOfDay < until
        : minuteOfDay >= from || minuteOfDay < until;
  }
}
