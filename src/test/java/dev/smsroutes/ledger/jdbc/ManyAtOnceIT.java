package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.Ledger.Settlement;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.ledger.jdbc.GroupCommit.BoundSql;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Messages of one call are claimed, attempted and settled together, with the promises of a single
 * one.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class ManyAtOnceIT extends OnAStore {
  private static final int MORE_THAN_A_COMMIT = 1_300;

  @Test
  void handles_groups_larger_than_a_commit() {
    JdbcLedger ledger = open();
    List<Claim> claims = claimed(ledger.admitNew(submissions(MORE_THAN_A_COMMIT), false));
    assertThat(claims).hasSize(MORE_THAN_A_COMMIT);
    assertThat(ask("SELECT COUNT(*) FROM message WHERE state = 'ADMITTED'")).isEqualTo("1300");

    ledger.attempted(claims);
    assertThat(ask("SELECT COUNT(*) FROM message WHERE state = 'ATTEMPTED' AND attempts = 1"))
        .isEqualTo("1300");

    List<Settlement> ends = new ArrayList<>();
    for (int i = 0; i < claims.size(); i++) {
      ends.add(new Settlement(claims.get(i), i % 2 == 0 ? accepted("k" + i) : refused("k" + i)));
    }
    List<Outcome> stand = ledger.settle(ends);

    assertThat(stand).isEqualTo(ends.stream().map(Settlement::outcome).toList());
    assertThat(ask("SELECT COUNT(*) FROM message WHERE state = 'ACCEPTED'")).isEqualTo("650");
    assertThat(ask("SELECT COUNT(*) FROM message WHERE request IS NULL AND owner IS NULL"))
        .isEqualTo("1300");
    assertThat(ledger.records().find("k7").orElseThrow().code()).contains(109121);
  }

  @Test
  void claims_only_keys_that_were_never_used() {
    JdbcLedger ledger = open();
    send(ledger, "k1", accepted("k1"));
    send(ledger, "k2", waiting("k2"));
    Claim underWay = claim(ledger, "k3");

    List<Optional<Claim>> claims = ledger.admitNew(submissions(5), false);

    assertThat(claims)
        .extracting(Optional::isPresent)
        .containsExactly(true, false, false, false, true);
    claims.forEach(claim -> claim.ifPresent(Claim::release));
    underWay.release();
    assertThat(((Known) ledger.admit(submission("k1"), LONG)).outcome().state())
        .isEqualTo(State.ACCEPTED_EARLIER);
    assertThat(ledger.admit(submission("k2"), LONG)).isInstanceOf(Claim.class);
    assertThat(ledger.admit(submission("k3"), LONG)).isInstanceOf(Claim.class);
  }

  @Test
  void a_request_waits_for_a_group_with_its_key() throws Exception {
    JdbcLedger ledger = open();
    List<Claim> claims = claimed(ledger.admitNew(submissions(3), false));
    Future<Admission> other = meanwhile(() -> ledger.admit(submission("k1"), LONG));

    ledger.attempted(claims);
    ledger.settle(claims.stream().map(claim -> new Settlement(claim, accepted("any"))).toList());

    assertThat(((Known) other.get()).outcome().state()).isEqualTo(State.ACCEPTED_EARLIER);
  }

  @Test
  void what_was_attempted_together_is_uncertain_when_the_process_dies() {
    JdbcLedger first = open();
    List<Claim> claims = claimed(first.admitNew(submissions(4), false));
    first.attempted(claims.subList(0, 2));
    JdbcLedger second = afterDeathOf(first);

    for (int i = 0; i < 4; i++) {
      assertThat(claim(second, "k" + i).uncertain()).as("k" + i).isEqualTo(i < 2);
    }
  }

  @Test
  void what_leaves_at_once_is_claimed_and_attempted_in_one_record() {
    JdbcLedger first = open();
    send(first, "k1", waiting("k1"));

    List<Optional<Claim>> claims = first.admitNew(submissions(3), true);

    assertThat(claims).extracting(Optional::isPresent).containsExactly(true, false, true);
    assertThat(claimed(claims)).allMatch(Claim::attemptOpen).noneMatch(Claim::uncertain);
    assertThat(
            ask(
                "SELECT COUNT(*) FROM message WHERE state = 'ATTEMPTED' AND attempts = 1"
                    + " AND first_attempt_at = admitted_at AND last_attempt_at = admitted_at"))
        .isEqualTo("2");
    JdbcLedger second = afterDeathOf(first);
    for (int i = 0; i < 3; i++) {
      assertThat(claim(second, "k" + i).uncertain()).as("k" + i).isEqualTo(i != 1);
    }
  }

  @Test
  void an_attempt_that_is_repeated_is_counted_on_from_the_record_of_the_claim() {
    JdbcLedger ledger = open();
    List<Claim> claims = claimed(ledger.admitNew(submissions(1), true));
    claims.get(0).ended(waiting("k0"));

    ledger.attempted(claims);
    ledger.settle(List.of(new Settlement(claims.get(0), accepted("k0"))));

    assertThat(ask("SELECT attempts FROM message WHERE message_key = 'k0'")).isEqualTo("2");
    assertThat(ask("SELECT state FROM message WHERE message_key = 'k0'")).isEqualTo("ACCEPTED");
  }

  @Test
  void nothing_is_sent_when_one_of_them_was_taken_over() {
    JdbcLedger ledger = open();
    List<Claim> claims = claimed(ledger.admitNew(submissions(3), false));
    execute("UPDATE message SET owner = 'another', claim = claim + 1 WHERE message_key = 'k1'");

    assertThatThrownBy(() -> ledger.attempted(claims))
        .isInstanceOf(LedgerUnavailableException.class);
    List<Outcome> stand =
        ledger.settle(claims.stream().map(claim -> new Settlement(claim, refused("k"))).toList());
    assertThat(stand)
        .extracting(Outcome::state)
        .containsExactly(State.REFUSED, State.UNCERTAIN, State.REFUSED);
  }

  @Test
  void one_faulty_claim_does_not_fail_the_others() {
    JdbcLedger ledger = open();
    execute(
        store == Store.SQLITE
            ? "CREATE TRIGGER no BEFORE INSERT ON message WHEN NEW.message_key = 'k1' BEGIN SELECT"
                + " RAISE(ABORT, 'no'); END"
            : "ALTER TABLE message ADD CONSTRAINT no CHECK (message_key <> 'k1')");
    try {
      assertThat(claimed(ledger.admitNew(submissions(3), false))).isEmpty();
      assertThat(ledger.admit(submission("k0"), LONG)).isInstanceOf(Claim.class);
      assertThatThrownBy(() -> ledger.admit(submission("k1"), LONG))
          .isInstanceOf(IllegalStateException.class);
      assertThat(ledger.outage()).isEmpty();
    } finally {
      execute(store == Store.SQLITE ? "DROP TRIGGER no" : "ALTER TABLE message DROP CONSTRAINT no");
    }
  }

  @Test
  void writes_more_units_than_the_queue_holds() {
    Database database = Database.open(options(), FAST);
    try (database;
        GroupCommit writer = new GroupCommit(database, FAST, 1)) {
      List<List<BoundSql>> units =
          IntStream.range(0, 2_000)
              .mapToObj(
                  i ->
                      List.of(
                          new BoundSql(
                              Sql.FINISH_RUN,
                              statement -> {
                                statement.setLong(1, i);
                                statement.setString(2, "run-" + i % 7);
                              })))
              .toList();
      writer.write(
          Sql.BEGIN_RUN,
          statement -> {
            statement.setString(1, "run-3");
            statement.setString(2, "content");
            statement.setString(3, "name");
            statement.setLong(4, 1);
          });

      int[] changed = writer.writeEach(units);

      assertThat(changed).hasSize(2_000);
      for (int i = 0; i < changed.length; i++) {
        assertThat(changed[i]).isEqualTo(i % 7 == 3 ? 1 : 0);
      }
      assertThat(writer.writeEach(List.of())).isEmpty();
    }
  }

  private static List<Submission> submissions(int count) {
    return IntStream.range(0, count).mapToObj(i -> submission("k" + i)).toList();
  }

  private static List<Claim> claimed(List<Optional<Claim>> claims) {
    return claims.stream().flatMap(Optional::stream).toList();
  }
}
