package dev.smsroutes.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The lines of the demo in columns. */
final class DemoTable {
  private static final List<String> TITLES =
      List.of("channel", "request", "outcome", "code", "what the API got", "");

  private static final int WIDEST = 48;

  private DemoTable() {}

  static void print(List<DemoLine> lines, PrintWriter out) {
    List<List<String>> rows = lines.stream().map(DemoTable::cells).toList();
    List<Integer> widths =
        IntStream.range(0, TITLES.size())
            .mapToObj(
                column ->
                    rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .reduce(TITLES.get(column).length(), Math::max))
            .toList();
    out.println(row(TITLES, widths));
    out.println(row(widths.stream().map("-"::repeat).toList(), widths));
    rows.forEach(cells -> out.println(row(cells, widths)));
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

  private static String row(List<String> cells, List<Integer> widths) {
    return IntStream.range(0, cells.size())
        .mapToObj(
            column ->
                String.format("%-" + Math.max(1, widths.get(column)) + "s", cells.get(column)))
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }
}
