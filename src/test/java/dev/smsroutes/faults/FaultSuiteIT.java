package dev.smsroutes.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.faults.Verdict.Kind;
import java.io.IOException;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The short form of the most telling experiments (docs/reliability.md). Each run takes another
 * seed, which is in the message of a failure; {@code -Dsms.faults.seed=} repeats it.
 */
@Timeout(300)
class FaultSuiteIT {
  private static final long SEED = Long.getLong("sms.faults.seed", FaultSuite.anySeed());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kill-http",
        "kill-waiting",
        "kill-queued",
        "kill-file",
        "kill-file-many",
        "kill-jms",
        "postgres-stop",
        "dropped-replies-400",
        "dropped-replies-202",
        "terminate"
      })
  void nothing_is_lost_duplicated_or_lied_about(String name) {
    Result result = play(FaultSuite.experiments().get(name));

    assertThat(result.isClean()).as(result.row() + "\n" + result.faults()).isTrue();
    assertThat(result.acknowledged()).as(result.row()).isPositive();
  }

  /** The proof is worth as much as what it would have seen. */
  @Test
  void a_send_behind_the_back_of_the_gateway_is_seen() {
    Experiment cheat = new Experiment("cheat", "sends more than was asked for", this::cheat);

    Result result = play(cheat);

    Verdict verdict = result.verdict().orElseThrow();
    assertThat(verdict.count(Kind.DUPLICATED)).as(result.faults()).isEqualTo(1);
    assertThat(verdict.count(Kind.PHANTOM)).as(result.faults()).isEqualTo(2);
    assertThat(verdict.findings()).hasSize(3);
  }

  private void cheat(Stage stage) throws IOException {
    stage.gateway("sms.jms.enabled", "false", "sms.file.enabled", "false").start();
    HttpCallers callers = stage.http(usual -> usual.withHabits(Habits.SIMPLE));
    stage.mustAnswer(20, stage.patience());
    stage.drain();
    Request sent =
        stage.notebook().entries().stream()
            .filter(Notebook.Entry::acknowledged)
            .findFirst()
            .orElseThrow()
            .request();
    stage.api().send(sent.withKey("another-key"));
    stage.api().send(Request.inOrder("nobody"));
    assertThat(callers.isDrained()).isTrue();
  }

  private static Result play(Experiment experiment) {
    Plan plan = new Plan(SEED, true, OptionalInt.empty(), FaultSuite.FOLDER);
    Result result = FaultSuite.play(experiment, plan, experiment.name(), System.out);
    System.out.println(result.row());
    return result;
  }
}
