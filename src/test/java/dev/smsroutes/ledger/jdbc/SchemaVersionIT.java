package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.NoLedgerException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A version runs with its own schema and the next one, and refuses the one after that. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class SchemaVersionIT extends OnAStore {
  private static final int NEWEST = 6;

  @AfterEach
  void downgrade() {
    close();
    if (store == Store.POSTGRESQL) {
      execute(
          "ALTER TABLE message DROP COLUMN IF EXISTS later_" + (NEWEST + 1),
          "ALTER TABLE message DROP COLUMN IF EXISTS later_" + (NEWEST + 2),
          "DELETE FROM sms_schema WHERE version IN ('%d', '%d')".formatted(NEWEST + 1, NEWEST + 2));
    }
  }

  @Test
  void serves_and_commands_work_on_the_schema_of_the_next_version() throws IOException {
    JdbcLedger before = open();
    send(before, "before", refused("before"));
    before.close();
    upgradeTo(NEWEST + 1);

    JdbcLedger ledger = open();
    assertThat(send(ledger, "after", accepted("after"))).isEqualTo(accepted("after"));
    assertThat(known(ledger, submission("after")).accepted()).isTrue();
    try (JdbcRecords beside = JdbcRecords.open(options(), clock)) {
      Entry entry = beside.find("before").orElseThrow();
      assertThat(beside.reopen(entry, Optional.empty(), "ann")).isTrue();
    }
    assertThat(send(ledger, "before", accepted("before"))).isEqualTo(accepted("before"));
    assertThat(version()).isEqualTo(NEWEST + 1);
  }

  @Test
  void a_node_that_serves_goes_on_while_another_one_upgrades_the_schema() throws IOException {
    JdbcLedger ledger = open();
    send(ledger, "before", accepted("before"));

    upgradeTo(NEWEST + 1);

    assertThat(send(ledger, "after", accepted("after"))).isEqualTo(accepted("after"));
    assertThat(ledger.records().find("before").orElseThrow().state())
        .isEqualTo(EntryState.ACCEPTED);
  }

  @Test
  void refuses_the_schema_of_the_version_after_the_next_and_changes_nothing() throws IOException {
    JdbcLedger before = open();
    send(before, "key", waiting("key"));
    before.close();
    upgradeTo(NEWEST + 2);
    String row = ask("SELECT changed_at FROM message");
    String nodes = ask("SELECT count(*) FROM node");

    assertThatThrownBy(this::open).isInstanceOf(NoLedgerException.class).hasMessage(refusal());
    assertThatThrownBy(() -> JdbcRecords.open(options(), clock))
        .isInstanceOf(NoLedgerException.class)
        .hasMessage(refusal());

    assertThat(version()).isEqualTo(NEWEST + 2);
    assertThat(ask("SELECT count(*) FROM sms_schema")).isEqualTo(Integer.toString(NEWEST + 2));
    assertThat(ask("SELECT changed_at FROM message")).isEqualTo(row);
    assertThat(ask("SELECT count(*) FROM node")).isEqualTo(nodes);
  }

  private static String refusal() {
    return "sms.ledger.url: expected a ledger of schema version at most "
        + (NEWEST + 1)
        + "; got "
        + (NEWEST + 2)
        + ", made by a newer sms-routes; use the version that made it";
  }

  private int version() {
    return Integer.parseInt(
        ask("SELECT version FROM sms_schema ORDER BY installed_rank DESC LIMIT 1"));
  }

  /** As newer versions do, with migrations that keep the rule. */
  private void upgradeTo(int version) throws IOException {
    for (int each = NEWEST + 1; each <= version; each++) {
      Files.writeString(
          folder.resolve("V" + each + "__later.sql"),
          "ALTER TABLE message ADD COLUMN later_" + each + " TEXT;");
    }
    Flyway.configure()
        .dataSource(url(), null, null)
        .locations("classpath:ledger", "filesystem:" + folder)
        .table("sms_schema")
        .load()
        .migrate();
  }
}
