package dev.smsroutes.cli;

import java.io.PrintWriter;
import java.util.List;

/** Prints the lines of the demo as a table. */
final class DemoTable {
  private static final List<String> TITLES =
      List.of("channel", "request", "outcome", "code", "what the API got", "");

  private static final int MAX_WIDTH = 48;

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
    return text.length() <= MAX_WIDTH ? text : text.substring(0, MAX_WIDTH - 1) + "…";
  }
}
