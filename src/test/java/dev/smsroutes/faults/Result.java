package dev.smsroutes.faults;

import dev.smsroutes.faults.Verdict.Finding;
import dev.smsroutes.faults.Verdict.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an experiment went. Immutable.
 *
 * @param happened what was broken, and how much was asked for
 * @param verdict none when it did not come to a comparison
 * @param complaints what else was wrong
 * @param skipped why it was not made, if it was not
 * @param folder where its logs are
 */
record Result(
    String name,
    String happened,
    long acknowledged,
    Optional<Verdict> verdict,
    List<String> complaints,
    Optional<String> skipped,
    Duration took,
    long seed,
    Path folder) {
  private static final int MOST_SHOWN = 10;

  Result {
    complaints = List.copyOf(complaints);
  }

  /** Whether nothing is wrong; an experiment that was not made is not wrong. */
  boolean isClean() {
    return skipped.isPresent()
        || complaints.isEmpty() && verdict.isPresent() && verdict.get().findings().isEmpty();
  }

  /** The heading of {@link #row()}. */
  static String heading() {
    return "| experiment | what happened | acknowledged | accepted | lost | duplicated | phantom"
        + " | unreported | lied | seconds | seed |\n"
        + "|---|---|---|---|---|---|---|---|---|---|---|";
  }

  /** A row of a Markdown table. */
  String row() {
    if (skipped.isPresent()) {
      return "| "
          + name
          + " | skipped: "
          + cell(skipped.get())
          + " | | | | | | | | | "
          + seed
          + " |";
    }
    StringBuilder row = new StringBuilder("| " + name + " | " + cell(happened) + " | ");
    row.append(acknowledged).append(" | ");
    if (verdict.isPresent()) {
      row.append(verdict.get().accepted()).append(" | ");
      for (Map.Entry<Kind, Integer> count : verdict.get().counts().entrySet()) {
        row.append(count.getValue()).append(" | ");
      }
    } else {
      row.append("? | ? | ? | ? | ? | ? | ");
    }
    return row.append(took.toSeconds()).append(" | ").append(seed).append(" |").toString();
  }

  private static String cell(String text) {
    return text.replace("|", "/").replaceAll("\\s+", " ");
  }

  /** Everything that was wrong, one in each line, the first ones only; empty when nothing was. */
  String faults() {
    if (isClean()) {
      return "";
    }
    StringBuilder faults =
        new StringBuilder(name + " (seed " + seed + ", logs in " + folder + "):");
    complaints.forEach(complaint -> faults.append("\n  ").append(complaint));
    List<Finding> findings = verdict.map(Verdict::findings).orElse(List.of());
    findings.stream().limit(MOST_SHOWN).forEach(found -> faults.append("\n  ").append(found));
    if (findings.size() > MOST_SHOWN) {
      faults.append("\n  … and ").append(findings.size() - MOST_SHOWN).append(" more");
      faults.append(" in ").append(folder.resolve(Stage.FINDINGS));
    }
    return faults.toString();
  }
}
