package dev.smsroutes.sandbox;

import java.util.Map;
import java.util.TreeMap;

/**
 * Renders a text as the API would: replaces each {@code %%Name%%} by the attribute of that name, in
 * any case of letters (contract, section 5). AMPscript and system strings stay unchanged: only the
 * API can resolve them. Takes time linear in the length of the text.
 */
final class Placeholders {
  private static final String MARK = "%%";

  private Placeholders() {}

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
        // The closing mark may be the opening mark of the next name.
        open = close;
        continue;
      }
      resolved.append(text, done, open).append(value);
      done = close + 2;
      open = text.indexOf(MARK, done);
    }
    return resolved.append(text, done, text.length()).toString();
  }

  /** The end of the script block that opens here, or -1 if none opens here. */
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
