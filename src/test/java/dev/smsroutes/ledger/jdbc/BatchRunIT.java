package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.Runs.Run;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.testing.TestLedgers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Passes over batch files, as the ledger keeps them. */
class BatchRunIT {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @TempDir private Path home;
  private final SettableClock clock = new SettableClock();
  private JdbcLedger ledger;

  @BeforeEach
  void open() {
    ledger = JdbcLedger.open(TestLedgers.options(url()), clock);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private void openAgain() {
    ledger.close();
    open();
  }

  private int runs() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM run")) {
      return count.getInt(1);
    }
  }

  private String url() {
    return "jdbc:sqlite:" + home.resolve("ledger.db");
  }

  private static Submission row(String key, String source, Run run) {
    return row(key, source, run, OptionalInt.empty());
  }

  private static Submission row(String key, String source, Run run, OptionalInt parts) {
    SendRequest request =
        new SendRequest(key, "d", new Recipient("c", "14255550123", Map.of()), null);
    return new Submission(
        new Message("r", key, "d", "c", "14255550123", Map.of(), Optional.empty(), false, parts),
        request,
        new Origin(Origin.FILE, source, Optional.of(run.id())));
  }

  private void settle(String key, String source, Run run, Outcome outcome) {
    settle(row(key, source, run), outcome);
  }

  private Outcome settle(Submission row, Outcome outcome) {
    Claim claim = (Claim) ledger.admit(row, PATIENCE);
    claim.attempted();
    return claim.settle(outcome);
  }

  private State admitted(String key, String source, Run run) {
    return ((Known) ledger.admit(row(key, source, run), PATIENCE)).outcome().state();
  }

  private static Outcome accepted(String key) {
    return new Accepted("api-" + key, Optional.of(key), false);
  }

  @Test
  void resumes_a_run_until_it_is_finished() {
    Run first = ledger.runs().begin("content", "a.csv");
    openAgain();
    Run resumed = ledger.runs().begin("content", "a.csv");
    assertThat(resumed).isEqualTo(new Run(first.id(), true, false));

    ledger.runs().finish(resumed);
    Run next = ledger.runs().begin("content", "a.csv");
    assertThat(next.resumed()).isFalse();
    assertThat(next.id()).isNotEqualTo(first.id());
  }

  @ParameterizedTest
  @CsvSource({"other, a.csv", "content, b.csv"})
  void another_content_or_another_name_is_another_run(String content, String name) {
    Run first = ledger.runs().begin("content", "a.csv");

    assertThat(ledger.runs().begin(content, name).id()).isNotEqualTo(first.id());
  }

  @Test
  void finds_keys_that_any_channel_may_have_sent() {
    Run run = ledger.runs().begin("content", "a.csv");
    settle("accepted", "a.csv#1", run, accepted("accepted"));
    settle("uncertain", "a.csv#2", run, unsettled("uncertain", true));
    settle("waiting", "a.csv#3", run, unsettled("waiting", false));
    ledger.admit(row("under way", "a.csv#4", run), PATIENCE);

    assertThat(
            ledger
                .runs()
                .maybeSent(Set.of("accepted", "uncertain", "waiting", "under way", "never seen")))
        .containsExactlyInAnyOrder("accepted", "uncertain", "under way");
  }

  private static Outcome unsettled(String key, boolean uncertain) {
    return new Unsettled(
        "r", Optional.of(key), Reason.NO_CLEAR_ANSWER, uncertain, 30000, "", Optional.empty());
  }

  @Test
  void forgets_a_run_a_day_before_its_purge() {
    ledger.runs().begin("content", "a.csv");
    clock.forward(Duration.ofDays(6));
    assertThat(ledger.runs().begin("content", "a.csv").forgotten()).isFalse();
    clock.forward(Duration.ofMillis(1));
    assertThat(ledger.runs().begin("content", "a.csv").forgotten()).isTrue();
  }

  @Test
  void a_run_without_an_end_outlives_its_record() {
    Run run = ledger.runs().begin("content", "a.csv");
    settle("k", "a.csv#1", run, accepted("k"));
    Run ended = ledger.runs().begin("content", "b.csv");
    ledger.runs().finish(ended);
    clock.forward(Duration.ofDays(31));
    openAgain();

    Awaitility.await().until(() -> ledger.records().find("k").isEmpty() && runs() == 1);
    assertThat(ledger.runs().begin("content", "a.csv")).isEqualTo(new Run(run.id(), true, true));
  }

  @Test
  void returns_the_first_outcome_of_settled_rows() {
    Run run = ledger.runs().begin("content", "a.csv");
    settle("k1", "a.csv#1", run, accepted("k1"));
    settle("k2", "a.csv#2", run, new Accepted("api-k2", Optional.of("k2"), true));
    settle(
        "k3",
        "a.csv#3",
        run,
        new Refused("api-k3", Optional.of("k3"), ErrorCode.INVALID_TO.number(), "no", List.of()));
    settle("k4", "a.csv#4", run, new Parked("api-k4", Optional.of("k4"), 99_999, "a person"));
    settle(
        "k5",
        "a.csv#5",
        run,
        new Unsettled(
            "api-k5",
            Optional.of("k5"),
            Reason.NO_CLEAR_ANSWER,
            true,
            30_000,
            "",
            Optional.empty()));
    ledger.admit(row("k6", "a.csv#6", run), PATIENCE);
    openAgain();

    Map<String, String> keys = new HashMap<>();
    for (int i = 1; i <= 7; i++) {
      keys.put("a.csv#" + i, "k" + i);
    }
    Map<String, Outcome> settled =
        ledger.runs().settled(ledger.runs().begin("content", "a.csv"), keys);

    assertThat(settled)
        .containsOnlyKeys("a.csv#1", "a.csv#2", "a.csv#3", "a.csv#4")
        .containsEntry("a.csv#1", accepted("k1"));
    assertThat(settled.get("a.csv#2").state()).isEqualTo(State.ACCEPTED_EARLIER);
    assertThat(settled.get("a.csv#3").errorCode()).isEqualTo(ErrorCode.INVALID_TO.number());
    assertThat(settled.get("a.csv#3").message()).isEqualTo("no");
    assertThat(settled.get("a.csv#4").state()).isEqualTo(State.PARKED);
  }

  @Test
  void knows_the_parts_of_accepted_messages_after_a_crash() {
    Run run = ledger.runs().begin("content", "a.csv");
    Outcome told = settle(row("k1", "a.csv#1", run, OptionalInt.of(3)), accepted("k1"));
    settle(row("k2", "a.csv#2", run, OptionalInt.empty()), accepted("k2"));
    Outcome refused =
        settle(
            row("k3", "a.csv#3", run, OptionalInt.of(4)),
            new Refused("r", Optional.of("k3"), ErrorCode.INVALID_TO.number(), "no", List.of()));
    openAgain();

    assertThat(told).isEqualTo(new Accepted("api-k1", Optional.of("k1"), false, OptionalInt.of(3)));
    assertThat(refused.state()).isEqualTo(State.REFUSED);
    assertThat(ledger.runs().settled(run, Map.of("a.csv#1", "k1", "a.csv#2", "k2")))
        .containsEntry("a.csv#1", told)
        .containsEntry("a.csv#2", accepted("k2"));
    assertThat(ledger.records().find("k3").orElseThrow().parts()).isEmpty();
    // Asked for by another file: the same message, accepted earlier.
    Run other = ledger.runs().begin("content", "b.csv");
    assertThat(ledger.admit(row("k1", "b.csv#1", other, OptionalInt.of(7)), PATIENCE))
        .isEqualTo(new Known(new Accepted("api-k1", Optional.of("k1"), true, OptionalInt.of(3))));
  }

  @Test
  void migrates_a_ledger_without_parts() {
    Run run = ledger.runs().begin("content", "a.csv");
    settle(row("k1", "a.csv#1", run, OptionalInt.of(3)), accepted("k1"));
    ledger.close();
    Store.execute(
        url(),
        "ALTER TABLE message DROP COLUMN trace_id",
        "ALTER TABLE message DROP COLUMN caller_request_id",
        "DROP TABLE api",
        "DROP INDEX message_open",
        "DROP INDEX message_by_caller",
        "ALTER TABLE message DROP COLUMN caller",
        "ALTER TABLE message DROP COLUMN parts",
        "DELETE FROM sms_schema WHERE version IN ('2', '3', '4', '5', '6')");
    openAgain();

    assertThat(ledger.runs().settled(run, Map.of("a.csv#1", "k1")))
        .containsEntry("a.csv#1", accepted("k1"));
    settle(row("k2", "a.csv#2", run, OptionalInt.of(2)), accepted("k2"));
    assertThat(ledger.records().find("k2").orElseThrow().parts()).hasValue(2);
  }

  @Test
  void a_key_of_another_row_was_accepted_earlier() {
    Run run = ledger.runs().begin("content", "a.csv");
    settle("k", "a.csv#1", run, accepted("k"));
    Run other = ledger.runs().begin("content", "b.csv");

    assertThat(ledger.runs().settled(run, Map.of("a.csv#1", "k", "a.csv#2", "k")))
        .containsOnlyKeys("a.csv#1");
    assertThat(ledger.runs().settled(other, Map.of("b.csv#1", "k"))).isEmpty();
    assertThat(admitted("k", "a.csv#1", run)).isEqualTo(State.ACCEPTED);
    assertThat(admitted("k", "a.csv#2", run)).isEqualTo(State.ACCEPTED_EARLIER);
    assertThat(admitted("k", "b.csv#1", other)).isEqualTo(State.ACCEPTED_EARLIER);
  }

  @Test
  void a_row_belongs_to_the_run_in_which_it_ends() {
    Run run = ledger.runs().begin("content", "a.csv");
    settle(
        "k",
        "a.csv#7",
        run,
        new Unsettled(
            "r", Optional.of("k"), Reason.NO_CLEAR_ANSWER, true, 30_000, "", Optional.empty()));
    ledger.runs().finish(run);
    Run rejects = ledger.runs().begin("rejects", "b.csv");
    settle("k", "b.csv#1", rejects, accepted("k"));

    assertThat(ledger.runs().settled(rejects, Map.of("b.csv#1", "k")))
        .containsEntry("b.csv#1", accepted("k"));
    assertThat(ledger.records().find("k").orElseThrow().origin())
        .isEqualTo(new Origin("file", "b.csv#1", Optional.of(rejects.id())));
  }

  @Test
  void hostile_names_and_keys_are_found_again() {
    String name = "a\0\n\\" + "x".repeat(3_000);
    Run run = ledger.runs().begin("content", name);
    settle("k\0\\", name + "#1", run, accepted("k\0\\"));

    assertThat(ledger.runs().settled(run, Map.of(name + "#1", "k\0\\"))).hasSize(1);
    assertThat(ledger.runs().begin("content", name).id()).isEqualTo(run.id());
  }
}
