package dev.smsroutes.intake.http;

import java.util.Arrays;
import java.util.List;
import org.apache.hc.core5.http.message.BasicHeaderValueParser;
import org.apache.hc.core5.http.message.ParserCursor;

/** The supported preferences of a caller (RFC 7240). Stateless. */
public final class Preferences {
  static final String RESPOND_ASYNC = "respond-async";

  private Preferences() {}

  /**
   * Whether a caller prefers an answer before the work is done.
   *
   * @param lines the {@code Prefer} headers: each a list of preferences, separated by commas, each
   *     with or without a value and parameters; what cannot be parsed is ignored
   */
  public static boolean respondAsync(List<String> lines) {
    return lines.stream().anyMatch(Preferences::inLine);
  }

  /** This preference has no value, and its parameters have no meaning. */
  private static boolean inLine(String line) {
    ParserCursor whole = new ParserCursor(0, line.length());
    return Arrays.stream(BasicHeaderValueParser.INSTANCE.parseElements(line, whole))
        .anyMatch(
            preference ->
                preference.getName().equalsIgnoreCase(RESPOND_ASYNC)
                    && preference.getValue() == null);
  }
}
