package dev.smsroutes.cli;

import java.io.PrintWriter;
import java.util.List;

/** The lines of the demo in columns. */
final class DemoTable {
  private static final List<String> TITLES =
      List.of("channel", "request", "outcome", "code", "what the API got", "");

  private static final int WIDEST = 48;

  private DemoTable() {}

  static void print(List<DemoLine> lines, PrintWriter out) {
    Table.print(TITLES, lines.stream().map(DemoTable::cells).toList(), out);
    out.println();
  }

  private static List<String> cells(DemoLine line) {
    return List.of(
        line.channel(),
        line.request(),
        line.outcome(),
        Integer.toString(line.code()),
        shorten(line.got()),
        line.asExpected() ? "" : "<- not as expected");
  }

  private static String shorten(String text) {
    return text.length() <= WIDEST ? text : text.substring(0, WIDEST - 1) + "…";
  }
}
