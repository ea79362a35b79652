package dev.smsroutes.sandbox;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the API would make of a text: each {@code %%Name%%} that is an attribute becomes its value,
 * whatever the case of its letters (contract, section 5). AMPscript and system strings stay as they
 * are: only the API can resolve them. Linear in the length of the text.
 */
final class Text {
  private static final String MARK = "%%";

  private Text() {}

  static String resolve(String text, Map<String, String> attributes) {
    if (!text.contains(MARK)) {
      return text;
    }
    Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    values.putAll(attributes);
    StringBuilder resolved = new StringBuilder(text.length());
    int done = 0;
    int open = text.indexOf(MARK);
    while (open >= 0) {
      int end = script(text, open);
      if (end > 0) {
        open = text.indexOf(MARK, end);
        continue;
      }
      int close = text.indexOf(MARK, open + 2);
      if (close < 0) {
        break;
      }
      String value = values.get(text.substring(open + 2, close));
      if (value == null) {
        // Perhaps the closing mark is the opening one of the next name.
        open = close;
        continue;
      }
      resolved.append(text, done, open).append(value);
      done = close + 2;
      open = text.indexOf(MARK, done);
    }
    return resolved.append(text, done, text.length()).toString();
  }

  /** Where the script block that opens here ends, or -1 when none opens here. */
  private static int script(String text, int open) {
    String closing;
    if (text.startsWith("%%[", open)) {
      closing = "]%%";
    } else if (text.startsWith("%%=", open)) {
      closing = "=%%";
    } else {
      return -1;
    }
    int close = text.indexOf(closing, open + 3);
    return close < 0 ? text.length() : close + 3;
  }
}
