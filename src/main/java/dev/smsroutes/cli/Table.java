package dev.smsroutes.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Prints rows as a table, for people. */
final class Table {
  private Table() {}

  static void print(List<String> titles, List<List<String>> rows, PrintWriter out) {
    List<Integer> widths =
        IntStream.range(0, titles.size())
            .mapToObj(
                column ->
                    rows.stream()
                        .mapToInt(row -> length(row.get(column)))
                        .reduce(length(titles.get(column)), Math::max))
            .toList();
    out.println(row(titles, widths));
    out.println(row(widths.stream().map("-"::repeat).toList(), widths));
    rows.forEach(cells -> out.println(row(cells, widths)));
  }

  private static String row(List<String> cells, List<Integer> widths) {
    return IntStream.range(0, cells.size())
        .mapToObj(
            column ->
                cells.get(column) + " ".repeat(widths.get(column) - length(cells.get(column))))
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
