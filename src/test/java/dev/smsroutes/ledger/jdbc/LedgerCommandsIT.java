package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.model.Outcome.State;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Only the records, opened by commands while a process serves, or without one. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class LedgerCommandsIT extends OnAStore {
  private static final Query ALL =
      new Query(
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private JdbcRecords beside() {
    return JdbcRecords.open(options(), clock);
  }

  @Test
  void shares_records_with_the_serving_process() {
    JdbcLedger ledger = open();
    try (JdbcRecords beside = beside()) {
      send(ledger, "key", refused("key"));

      Entry entry = beside.find("key").orElseThrow();
      assertThat(entry.state()).isEqualTo(EntryState.REFUSED);
      assertThat(beside.reopen(entry, Optional.empty(), "ann")).isTrue();

      assertThat(ledger.records().find("key").orElseThrow().state()).isEqualTo(EntryState.WAITING);
      assertThat(send(ledger, "key", accepted("key"))).isEqualTo(accepted("key"));
    }
  }

  @Test
  void writes_while_the_serving_process_is_busy_writing() throws Exception {
    // Not the short times of the tests, so that a slow disk does not matter.
    JdbcLedger ledger = open(Timing.DEFAULT);
    AtomicBoolean enough = new AtomicBoolean();
    send(ledger, "key", waiting("key"));
    List<Future<Integer>> busy =
        Stream.of("a", "b", "c", "d")
            .map(
                name ->
                    meanwhile(
                        () -> {
                          int n = 0;
                          while (!enough.get()) {
                            String key = name + n++;
                            send(ledger, key, accepted(key));
                          }
                          return n;
                        }))
            .toList();
    try (JdbcRecords beside = beside()) {
      for (int i = 0; i < 20; i++) {
        assertThat(beside.reopen(beside.find("key").orElseThrow(), Optional.empty(), "ann"))
            .isTrue();
      }
      assertThat(beside.history("key").orElseThrow().events()).hasSize(20);
    } finally {
      enough.set(true);
    }
    for (Future<Integer> each : busy) {
      assertThat(each.get()).isPositive();
    }
  }

  @Test
  void a_reopened_entry_waits_for_its_replay() {
    JdbcLedger ledger = open();
    send(ledger, "key", refused("key"));

    ledger.records().reopen(ledger.records().find("key").orElseThrow(), Optional.empty(), "ann");

    assertThat(ledger.records().history("key").orElseThrow().waitsForReplay()).isTrue();
    claim(ledger, "key");
    assertThat(ledger.records().history("key").orElseThrow().waitsForReplay()).isFalse();
  }

  @Test
  void distinguishes_waiting_entries_from_replays() {
    JdbcLedger ledger = open();
    send(ledger, "never", waiting("never"));
    send(ledger, "again", refused("again"));
    ledger.records().reopen(ledger.records().find("again").orElseThrow(), Optional.empty(), "ann");
    clock.forward(Duration.ofSeconds(1));
    Admission.Claim claim = claim(ledger, "again");
    claim.attempted();
    claim.ended(waiting("again"));
    claim.settle(waiting("again"));

    assertThat(ledger.records().history("never").orElseThrow().waitsForReplay()).isFalse();
    assertThat(ledger.records().history("again").orElseThrow().waitsForReplay()).isFalse();
  }

  @Test
  void knows_only_the_keys_of_sent_copies() {
    JdbcLedger ledger = open();
    send(ledger, "key", uncertain("key"));
    ledger
        .records()
        .copied(ledger.records().find("key").orElseThrow(), "key-r1", "ann under the key x");

    Entry.History history = ledger.records().history("key").orElseThrow();
    assertThat(history.entry().state()).isEqualTo(EntryState.UNCERTAIN);
    assertThat(history.wasCopiedAs("key-r1")).isTrue();
    assertThat(history.wasCopiedAs("r1")).isFalse();
    assertThat(history.wasCopiedAs("x")).isFalse();
  }

  @Test
  void uncertain_keys_may_be_forgotten_after_48_hours() {
    JdbcLedger ledger = open();
    send(ledger, "key", uncertain("key"));
    Entry entry = ledger.records().find("key").orElseThrow();

    assertThat(entry.keyMayBeForgotten(clock.instant().plus(Duration.ofHours(48)))).isFalse();
    assertThat(entry.keyMayBeForgotten(clock.instant().plus(Duration.ofHours(48)).plusMillis(1)))
        .isTrue();
    assertThat(entry.keyMayBeForgotten(clock.instant().minus(Duration.ofMinutes(5)))).isFalse();
    assertThat(entry.keyMayBeForgotten(clock.instant().minus(Duration.ofMinutes(6)))).isTrue();
  }

  @Test
  void lists_the_newest_and_counts_them_all() {
    JdbcLedger ledger = open();
    for (String key : List.of("c", "a", "b", "d")) {
      send(ledger, key, key.equals("a") ? refused(key) : waiting(key));
      clock.forward(Duration.ofSeconds(1));
    }

    assertThat(ledger.records().newest(ALL, 3))
        .extracting(Entry::messageKey)
        .containsExactly("a", "b", "d");
    assertThat(ledger.records().count(ALL)).isEqualTo(4);
    Query waiting =
        new Query(
            Set.of(EntryState.of(State.WAITING)),
            Optional.of(50100),
            Optional.of("http"),
            Optional.of("te"),
            Optional.of(clock.instant().minusSeconds(4)),
            Optional.of(clock.instant().minusSeconds(1)));
    assertThat(ledger.records().newest(waiting, 3))
        .extracting(Entry::messageKey)
        .containsExactly("c", "b");
    assertThat(ledger.records().count(waiting)).isEqualTo(2);
  }

  @Test
  void reports_a_missing_ledger_and_creates_none() {
    assumeThat(store).isEqualTo(Store.SQLITE);

    assertThatThrownBy(this::beside)
        .isInstanceOf(NoLedgerException.class)
        .hasMessageContaining("sms.ledger.url: there is no ledger at " + folder.toAbsolutePath());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void reports_and_keeps_a_file_of_another_kind() throws IOException {
    assumeThat(store).isEqualTo(Store.SQLITE);
    Files.createFile(folder.resolve("ledger.db"));
    assertThatThrownBy(this::beside)
        .isInstanceOf(NoLedgerException.class)
        .hasMessageContaining("no ledger in it");
    assertThat(folder.resolve("ledger.db")).isEmptyFile();

    String text = "not a database at all, but long enough to be taken for one".repeat(100);
    Files.writeString(folder.resolve("ledger.db"), text);
    assertThatThrownBy(this::beside)
        .isInstanceOf(LedgerUnavailableException.class)
        .hasMessageContaining("sms.ledger.url: the ledger cannot be opened");
    assertThat(folder.resolve("ledger.db")).hasContent(text);
  }

  @Test
  void says_when_the_ledger_is_of_another_version() {
    open().close();
    execute(
        "CREATE TABLE kept AS SELECT * FROM sms_schema",
        "UPDATE sms_schema SET version = '99', script = 'V99__later.sql'"
            + " WHERE installed_rank = (SELECT max(installed_rank) FROM sms_schema)");
    try {
      assertThatThrownBy(this::beside)
          .isInstanceOf(NoLedgerException.class)
          .hasMessage(
              "sms.ledger.url: expected a ledger of schema version at most 7; got 99, made by a"
                  + " newer sms-routes; use the version that made it");

      execute("UPDATE sms_schema SET version = '0.5', script = 'V0.5__early.sql'");
      assertThatThrownBy(this::beside)
          .isInstanceOf(NoLedgerException.class)
          .hasMessageContaining("schema version 0.5, made by an older sms-routes");
    } finally {
      // The database of PostgreSQL is that of the next test, too.
      execute(
          "DELETE FROM sms_schema", "INSERT INTO sms_schema SELECT * FROM kept", "DROP TABLE kept");
    }
  }
}
