package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.jdbc.JdbcRecords.Old;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.testing.SettableClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What gets too old, and what a clock that jumps does to it. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class TimeIT extends OnAStore {
  @ParameterizedTest
  @CsvSource({
    "PT0S, true",
    "PT47H59M59.999S, true",
    "PT48H, true",
    "PT48H0.001S, false",
    "PT960H, false",
    // The clock was set back: by as much as clocks may differ, and by more.
    "PT-5M, true",
    "PT-5M-0.001S, false",
    "PT-960H, false"
  })
  void an_uncertain_attempt_is_repeated_for_48_hours(Duration later, boolean repeated) {
    JdbcLedger ledger = open();
    send(ledger, "key", uncertain("key"));
    clock.forward(later);

    Admission admission = ledger.admit(submission("key"), LONG);
    if (repeated) {
      assertThat(((Claim) admission).uncertain()).isTrue();
    } else {
      assertThat(((Known) admission).outcome()).isInstanceOf(Parked.class);
      assertThat(((Known) admission).outcome().requestId()).isEqualTo("api-4");
      assertThat(ledger.records().find("key").orElseThrow().state()).isEqualTo(EntryState.PARKED);
      assertThat(ledger.records().find("key").orElseThrow().uncertain()).isTrue();
      assertThat(ledger.records().find("key").orElseThrow().request()).isPresent();
    }
  }

  @Test
  void the_48_hours_count_from_the_first_attempt() {
    JdbcLedger ledger = open();
    send(ledger, "key", uncertain("key"));
    clock.forward(Duration.ofHours(40));
    send(ledger, "key", uncertain("key"));
    clock.forward(Duration.ofHours(9));

    assertThat(known(ledger, submission("key")).state()).isEqualTo(State.PARKED);
    assertThat(known(ledger, submission("key")).state()).isEqualTo(State.PARKED);
  }

  @Test
  void the_limit_holds_for_attempts_of_dead_processes() {
    JdbcLedger first = open();
    claim(first, "key").attempted();
    JdbcLedger next = afterDeathOf(first);
    clock.forward(Duration.ofHours(49));

    assertThat(known(next, submission("key")).state()).isEqualTo(State.PARKED);
  }

  @Test
  void what_surely_was_not_sent_is_sent_however_late() {
    JdbcLedger ledger = open();
    send(ledger, "key", waiting("key"));
    clock.forward(Duration.ofHours(49));

    assertThat(claim(ledger, "key").uncertain()).isFalse();
  }

  @Test
  void a_replay_after_48_hours_needs_a_new_key() {
    JdbcLedger ledger = open();
    send(ledger, "key", uncertain("key"));
    clock.forward(Duration.ofHours(49));
    known(ledger, submission("key"));

    assertThat(
            ledger
                .records()
                .reopen(ledger.records().find("key").orElseThrow(), Optional.empty(), "anna"))
        .isTrue();
    assertThat(known(ledger, submission("key")).state()).isEqualTo(State.PARKED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT960H", "PT-960H", "PT20S", "PT-20S"})
  void a_clock_jump_releases_no_claim_of_live_processes(Duration jump) throws Exception {
    JdbcLedger ledger = open();
    Claim claim = claim(ledger, "key");
    clock.forward(jump);
    beats(ledger, 10);
    claim.attempted();
    clock.forward(jump.negated());
    beats(ledger, 10);

    Admission second = ledger.admit(submission("key"), Duration.ZERO);
    assertThat(second).isInstanceOf(Known.class);
    assertThat(claim.settle(accepted("key"))).isEqualTo(accepted("key"));
    assertThat(known(ledger, submission("key")).accepted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT960H", "PT-960H"})
  void a_jump_of_the_clock_removes_nothing(Duration jump) throws Exception {
    JdbcLedger ledger = open();
    send(ledger, "key", accepted("key"));
    clock.forward(jump);
    send(ledger, "later", accepted("later"));
    purges(ledger, 2);
    clock.forward(jump.negated());
    purges(ledger, 1);

    assertThat(known(ledger, submission("key")).accepted()).isTrue();
    assertThat(known(ledger, submission("later")).accepted()).isTrue();
  }

  @Test
  void purges_settled_entries_after_the_retention() {
    JdbcLedger ledger = open();
    send(ledger, "accepted", accepted("accepted"));
    send(ledger, "refused", refused("refused"));
    send(ledger, "waiting", waiting("waiting"));
    send(ledger, "uncertain", uncertain("uncertain"));
    send(ledger, "parked", new Parked("api", Optional.of("parked"), 1, "Why"));
    claim(ledger, "attempted").attempted();
    clock.forward(Duration.ofHours(1));
    send(ledger, "younger", accepted("younger"));
    clock.forward(Duration.ofDays(7).minusMinutes(59));

    JdbcLedger later = after(ledger);
    await()
        .until(
            () ->
                later.records().find("accepted").isEmpty()
                    && later.records().find("refused").isEmpty());
    assertThat(later.records().find("younger")).isPresent();
    assertThat(later.records().find("waiting")).isPresent();
    assertThat(later.records().find("uncertain")).isPresent();
    assertThat(later.records().find("parked")).isPresent();
    assertThat(later.records().find("attempted")).isPresent();

    clock.forward(Duration.ofDays(23));
    JdbcLedger muchLater = after(later);
    await().until(() -> ask("SELECT COUNT(*) FROM message"), "1"::equals);
    // Freed by the next process: that is a change, and only now it rests.
    assertThat(muchLater.records().find("attempted").orElseThrow().state())
        .isEqualTo(EntryState.UNCERTAIN);
  }

  @Test
  void keeps_an_old_entry_that_changed_lately() {
    JdbcLedger ledger = open();
    send(ledger, "key", waiting("key"));
    clock.forward(Duration.ofDays(6));
    send(ledger, "key", accepted("key"));
    send(ledger, "other", accepted("other"));
    clock.forward(Duration.ofDays(2));
    JdbcLedger later = after(ledger);

    await().until(() -> ask("SELECT COUNT(*) FROM event"), "0"::equals);
    assertThat(known(later, submission("key")).accepted()).isTrue();
  }

  @Test
  void purges_the_history_with_its_entry() throws Exception {
    JdbcLedger ledger = open();
    Claim claim = claim(ledger, "gone");
    claim.ended(waiting("gone"));
    claim.settle(accepted("gone"));
    Claim kept = claim(ledger, "kept");
    kept.ended(waiting("kept"));
    kept.settle(waiting("kept"));
    clock.forward(Duration.ofDays(8));
    JdbcLedger later = after(ledger);

    await().until(() -> ask("SELECT COUNT(*) FROM event WHERE message_key = 'gone'"), "0"::equals);
    assertThat(later.records().find("gone")).isEmpty();
    assertThat(later.records().history("kept").orElseThrow().events()).hasSize(1);
  }

  @Test
  void more_than_one_step_is_removed_in_steps() {
    fill(1_700);
    clock.forward(Duration.ofDays(8));
    JdbcLedger ledger = open();
    send(ledger, "new", accepted("new"));

    await().until(() -> ask("SELECT COUNT(*) FROM message"), "1"::equals);
  }

  @Test
  void a_step_is_small_and_takes_the_oldest_first() {
    fill(1_700);
    clock.forward(Duration.ofDays(8));
    long before = clock.instant().minus(Duration.ofDays(7)).toEpochMilli();
    // Changed lately: does not keep the others waiting.
    execute("UPDATE message SET changed_at = " + before + " WHERE message_key = 'old-1'");
    Database database = Database.open(options(), FAST);
    try (database) {
      assertThat(new JdbcRecords(database, clock).old(Old.SETTLED, before))
          .hasSize(500)
          .startsWith("old-0", "old-2")
          .endsWith("old-500");
    }
  }

  @Test
  void a_retention_of_less_than_72_hours_is_refused() {
    assertThatThrownBy(() -> retention(Duration.ofHours(72).minusMillis(1), Duration.ofDays(30)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sms.ledger.retention");
    assertThatThrownBy(() -> retention(Duration.ofDays(8), Duration.ofDays(7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sms.ledger.open-retention");
    assertThat(retention(Duration.ofHours(72), Duration.ofHours(72))).isNotNull();
  }

  private LedgerOptions retention(Duration retention, Duration open) {
    return new LedgerOptions(url(), Optional.empty(), Optional.empty(), retention, open, false);
  }

  /** Another process, after this one has stopped. */
  private JdbcLedger after(JdbcLedger ledger) {
    ledger.close();
    return open();
  }

  /** Settled entries, a second apart. */
  private void fill(int entries) {
    open().close();
    execute(
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + (entries - 1)
            + ") INSERT INTO message (message_key, fingerprint, definition_key, channel, source,"
            + " state, accepted, uncertain, attempts, admitted_at, changed_at, claim)"
            + " SELECT 'old-' || i, 'f', 'd', 'http', '', 'ACCEPTED', 1, 0, 1, "
            + millis(0)
            + " + 1000 * i, "
            + millis(0)
            + " + 1000 * i, 1 FROM n");
  }

  private String millis(int second) {
    return Long.toString(new SettableClock().instant().toEpochMilli() + 1_000L * second);
  }

  /** So much time that the ledger has looked after itself a few times. */
  private static void beats(JdbcLedger ledger, int count) throws InterruptedException {
    pass(FAST.heartbeat().multipliedBy(count));
    assertThat(ledger.outage()).isEmpty();
  }

  private static void purges(JdbcLedger ledger, int count) throws InterruptedException {
    pass(Duration.ofSeconds(count).plusMillis(200));
    assertThat(ledger.outage()).isEmpty();
  }

  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await().pollInterval(Duration.ofMillis(20)).until(() -> System.nanoTime() > end);
  }
}
