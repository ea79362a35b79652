package dev.smsroutes.testing;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names in an expression of PromQL, as far as rules and boards need them.
 *
 * @param meters by name, with the labels that select their series
 * @param groupedBy the labels of {@code by} and {@code on}
 */
public record PromQl(Map<String, Set<String>> meters, Set<String> groupedBy) {
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|on|ignoring|without)\\s*\\(([^)]*)\\)");
  private static final Pattern METER =
      Pattern.compile("(?<![\\w.])([a-zA-Z_:][\\w:]*+)\\s*+(?!\\()(?:\\{([^}]*)})?");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)\\s*(?:=~|!~|!=|=)");
  private static final Pattern STRING = Pattern.compile("\"[^\"]*\"");
  private static final Set<String> WORDS = Set.of("and", "or", "unless");

  public static PromQl read(String expression) {
    String text = STRING.matcher(expression).replaceAll("\"\"").replaceAll("\\[[^\\]]*]", "");
    Set<String> groupedBy = new TreeSet<>();
    Matcher groupings = GROUPING.matcher(text);
    while (groupings.find()) {
      for (String label : groupings.group(1).split(",")) {
        groupedBy.add(label.strip());
      }
    }
    Map<String, Set<String>> meters = new TreeMap<>();
    Matcher found = METER.matcher(GROUPING.matcher(text).replaceAll(" "));
    while (found.find()) {
      if (!WORDS.contains(found.group(1))) {
        Set<String> labels = meters.computeIfAbsent(found.group(1), name -> new TreeSet<>());
        Matcher label = LABEL.matcher(found.group(2) == null ? "" : found.group(2));
        while (label.find()) {
          labels.add(label.group(1));
        }
      }
    }
    return new PromQl(meters, groupedBy);
  }
}
