package dev.smsroutes.testing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /observe/metrics} served, in Prometheus' text format. */
public record Scrape(List<Series> series) {
  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** One value with its labels. */
  public record Series(String name, Map<String, String> labels, double value) {}

  public static Scrape read(String text) {
    return new Scrape(
        text.lines()
            .filter(line -> !line.startsWith("#") && !line.isBlank())
            .map(Scrape::series)
            .toList());
  }

  private static Series series(String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new IllegalStateException("Expected a line of Prometheus' text format; got " + line);
    }
    Map<String, String> labels = new TreeMap<>();
    Matcher each = LABEL.matcher(Optional.ofNullable(parts.group(2)).orElse(""));
    while (each.find()) {
      labels.put(each.group(1), each.group(2));
    }
    String value = parts.group(3);
    return new Series(
        parts.group(1),
        labels,
        value.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value));
  }

  /** The names with the names of their labels. */
  public Map<String, Set<String>> labels() {
    Map<String, Set<String>> labels = new HashMap<>();
    for (Series each : series) {
      labels.computeIfAbsent(each.name(), name -> new TreeSet<>()).addAll(each.labels().keySet());
    }
    return labels;
  }

  /**
   * The sum of all series of this name that have these labels; 0 without one.
   *
   * @param namesAndValues of labels
   */
  public double sum(String name, String... namesAndValues) {
    return series.stream()
        .filter(each -> each.name().equals(name))
        .filter(each -> has(each.labels(), namesAndValues))
        .mapToDouble(Series::value)
        .sum();
  }

  private static boolean has(Map<String, String> labels, String... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!namesAndValues[i + 1].equals(labels.get(namesAndValues[i]))) {
        return false;
      }
    }
    return true;
  }
}
