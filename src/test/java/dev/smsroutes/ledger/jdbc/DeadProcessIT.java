package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.State;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a process leaves behind that ends without a word, and one that stops in good order. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class DeadProcessIT extends OnAStore {
  @Test
  void what_was_only_admitted_waits_and_is_certain() {
    JdbcLedger first = open();
    claim(first, "key");
    JdbcLedger next = afterDeathOf(first);

    assertThat(next.records().find("key").orElseThrow().state()).isEqualTo(EntryState.WAITING);
    assertThat(claim(next, "key").uncertain()).isFalse();
  }

  @Test
  void what_was_attempted_is_uncertain() {
    JdbcLedger first = open();
    claim(first, "key").attempted();
    JdbcLedger next = afterDeathOf(first);

    assertThat(next.records().find("key").orElseThrow().state()).isEqualTo(EntryState.UNCERTAIN);
    assertThat(next.records().find("key").orElseThrow().uncertain()).isTrue();
    assertThat(claim(next, "key").uncertain()).isTrue();
  }

  @Test
  void what_was_uncertain_before_and_admitted_again_is_uncertain() {
    JdbcLedger first = open();
    send(first, "key", uncertain("key"));
    claim(first, "key");
    JdbcLedger next = afterDeathOf(first);

    assertThat(next.records().find("key").orElseThrow().state()).isEqualTo(EntryState.UNCERTAIN);
    assertThat(claim(next, "key").uncertain()).isTrue();
  }

  @Test
  void what_was_settled_stays_settled() {
    JdbcLedger first = open();
    send(first, "key", accepted("key"));
    send(first, "no", refused("no"));
    JdbcLedger next = afterDeathOf(first);

    assertThat(known(next, submission("key")))
        .isEqualTo(new Accepted("api-1", Optional.of("key"), true));
    assertThat(known(next, submission("no"))).isEqualTo(refused("no"));
  }

  @Test
  void the_request_is_still_there_to_be_sent_again() {
    JdbcLedger first = open();
    claim(first, "key").attempted();
    JdbcLedger next = afterDeathOf(first);

    assertThat(next.records().find("key").orElseThrow().request().orElseThrow())
        .contains(NUMBER, PASSWORD);
  }

  @Test
  void a_claim_of_a_dead_process_records_nothing_more() {
    JdbcLedger first = open();
    Claim claim = claim(first, "key");
    JdbcLedger next = afterDeathOf(first);

    assertThatThrownBy(claim::attempted).isInstanceOf(LedgerUnavailableException.class);
    assertThatThrownBy(() -> claim.settle(accepted("key")))
        .isInstanceOf(LedgerUnavailableException.class);
    assertThat(next.records().find("key").orElseThrow().state()).isEqualTo(EntryState.WAITING);
  }

  @Test
  void an_orderly_stop_releases_claims_at_once() {
    JdbcLedger first = open();
    claim(first, "admitted");
    claim(first, "attempted").attempted();
    first.close();

    JdbcLedger next = open();
    assertThat(next.records().find("admitted").orElseThrow().state()).isEqualTo(EntryState.WAITING);
    assertThat(next.records().find("attempted").orElseThrow().state())
        .isEqualTo(EntryState.UNCERTAIN);
  }

  @Test
  void releases_claims_whose_end_was_not_recorded() {
    JdbcLedger ledger = open();
    claim(ledger, "admitted").release();
    Claim attempted = claim(ledger, "attempted");
    attempted.attempted();
    attempted.release();
    Claim held = claim(ledger, "held");

    await()
        .untilAsserted(
            () ->
                assertThat(ledger.records().find("attempted").orElseThrow().state())
                    .isEqualTo(EntryState.UNCERTAIN));
    assertThat(ledger.records().find("admitted").orElseThrow().state())
        .isEqualTo(EntryState.WAITING);
    assertThat(ledger.records().find("held").orElseThrow().state()).isEqualTo(EntryState.ADMITTED);
    held.attempted();
    assertThat(held.settle(accepted("held"))).isEqualTo(accepted("held"));
  }

  @Test
  void an_outcome_survives_many_crashes() {
    JdbcLedger ledger = open();
    Outcome outcome = uncertain("key");
    send(ledger, "key", outcome);
    for (int i = 0; i < 3; i++) {
      claim(ledger, "key").attempted();
      ledger = afterDeathOf(ledger);
    }
    send(ledger, "key", new Accepted("api-7", Optional.of("key"), true));
    ledger = afterDeathOf(ledger);

    Outcome last = known(ledger, submission("key"));
    assertThat(last.state()).isEqualTo(State.ACCEPTED_EARLIER);
    assertThat(last.requestId()).isEqualTo("api-7");
    assertThat(ledger.records().find("key").orElseThrow().attempts()).isEqualTo(5);
  }

  @Test
  void resumes_unfinished_runs_and_restarts_finished_ones() {
    JdbcLedger first = open();
    Runs.Run run = first.runs().begin("hash", "orders.csv");
    Runs.Run done = first.runs().begin("hash", "done.csv");
    first.runs().finish(done);
    JdbcLedger next = afterDeathOf(first);

    assertThat(run.resumed()).isFalse();
    assertThat(next.runs().begin("hash", "orders.csv"))
        .isEqualTo(new Runs.Run(run.id(), true, false));
    assertThat(next.runs().begin("hash", "done.csv").resumed()).isFalse();
    assertThat(next.runs().begin("other hash", "orders.csv").resumed()).isFalse();
    assertThat(next.runs().begin("hash", "other.csv").resumed()).isFalse();
  }

  @Test
  void resumed_rows_are_settled_or_claimed_as_usual() {
    JdbcLedger first = open();
    Runs.Run run = first.runs().begin("hash", "orders.csv");
    claim(first, inRun("row-1", run.id())).settle(accepted("row-1"));
    claim(first, inRun("row-2", run.id())).attempted();
    JdbcLedger next = afterDeathOf(first);
    next.runs().begin("hash", "orders.csv");

    assertThat(known(next, inRun("row-1", run.id()))).isEqualTo(accepted("row-1"));
    assertThat(claim(next, inRun("row-2", run.id())).uncertain()).isTrue();
    assertThat(claim(next, inRun("row-3", run.id())).uncertain()).isFalse();
  }
}
