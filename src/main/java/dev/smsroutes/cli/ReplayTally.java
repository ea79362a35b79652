package dev.smsroutes.cli;

import dev.smsroutes.cli.Replay.Skip;
import dev.smsroutes.cli.Replay.Verdict;
import dev.smsroutes.cli.Replay.Why;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What became of the entries of a replay, in numbers. */
final class ReplayTally {
  private final Map<Why, Long> skipped = new EnumMap<>(Why.class);
  private long replayed;
  private boolean broken;

  void count(Verdict verdict) {
    if (verdict instanceof Skip skip) {
      skipped.merge(skip.why(), 1L, Long::sum);
    } else {
      replayed++;
    }
  }

  /** It could not be brought to its end. */
  void broken() {
    broken = true;
  }

  String summary(boolean dryRun) {
    long all = skipped.values().stream().mapToLong(Long::longValue).sum();
    String why =
        skipped.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey().words())
            .collect(Collectors.joining(", "));
    return (dryRun ? "would be " : "")
        + "replayed="
        + replayed
        + " skipped="
        + all
        + (why.isEmpty() ? "" : " (" + why + ")");
  }

  int exitCode() {
    return broken || !skipped.isEmpty() ? ExitCode.FAILED : ExitCode.DONE;
  }
}
