package dev.smsroutes.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.faults.Verdict.Finding;
import dev.smsroutes.faults.Verdict.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResultTest {
  private static Result result(
      Optional<Verdict> verdict, List<String> complaints, Optional<String> skipped) {
    return new Result(
        "kill-http",
        "2 kills,\n9 requests | more",
        8,
        verdict,
        complaints,
        skipped,
        Duration.ofSeconds(12),
        7,
        Path.of("folder"));
  }

  private static Optional<Verdict> found(Kind... kinds) {
    return Optional.of(
        new Verdict(
            8, List.of(kinds).stream().map(kind -> new Finding(kind, "r", "why")).toList()));
  }

  @Test
  void is_clean_when_nothing_was_found_and_nobody_complained() {
    Result result = result(found(), List.of(), Optional.empty());

    assertThat(result.isClean()).isTrue();
    assertThat(result.faults()).isEmpty();
    assertThat(result.row())
        .isEqualTo(
            "| kill-http | 2 kills, 9 requests / more | 8 | 8 | 0 | 0 | 0 | 0 | 0 | 12 | 7 |");
    assertThat(result.row().chars().filter(c -> c == '|'))
        .hasSameSizeAs(
            Result.heading()
                .lines()
                .findFirst()
                .orElseThrow()
                .chars()
                .filter(c -> c == '|')
                .boxed()
                .toList());
  }

  @Test
  void has_a_column_for_each_kind_of_finding() {
    Result result =
        result(
            found(Kind.LOST, Kind.PHANTOM, Kind.PHANTOM, Kind.LIED), List.of(), Optional.empty());

    assertThat(result.isClean()).isFalse();
    assertThat(result.row()).contains("| 8 | 8 | 1 | 0 | 2 | 0 | 1 | 12 | 7 |");
    assertThat(result.faults()).contains("seed 7", "folder", "PHANTOM r: why");
  }

  @Test
  void is_not_clean_when_somebody_complained_or_nothing_could_be_compared() {
    assertThat(result(found(), List.of("exit code 1"), Optional.empty()).isClean()).isFalse();
    assertThat(result(Optional.empty(), List.of(), Optional.empty()).isClean()).isFalse();
  }

  @Test
  void says_so_when_it_was_skipped() {
    Result result = result(Optional.empty(), List.of(), Optional.of("needs root"));

    assertThat(result.isClean()).isTrue();
    assertThat(result.row()).contains("skipped: needs root");
  }

  @Test
  void shows_the_first_findings_and_where_the_others_are() {
    Kind[] many = IntStream.range(0, 25).mapToObj(i -> Kind.LOST).toArray(Kind[]::new);

    String faults = result(found(many), List.of(), Optional.empty()).faults();

    assertThat(faults.lines()).hasSize(12);
    assertThat(faults).contains("15 more", Stage.FINDINGS);
  }
}
