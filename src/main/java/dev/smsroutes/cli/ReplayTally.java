package dev.smsroutes.cli;

import dev.smsroutes.records.Replay.Decision;
import dev.smsroutes.records.Replay.Skip;
import dev.smsroutes.records.Replay.SkipReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts the entries of a replay by what happened to them. */
final class ReplayTally {
  private final Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
  private long replayed;
  private boolean broken;

  void count(Decision decision) {
    if (decision instanceof Skip skip) {
      skipped.merge(skip.why(), 1L, Long::sum);
    } else {
      replayed++;
    }
  }

  /** The replay could not be completed. */
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
