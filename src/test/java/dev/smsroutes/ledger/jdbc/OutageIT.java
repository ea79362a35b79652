package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.smsroutes.ledger.Admission;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerUnavailableException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An outage of the store: nothing is acknowledged, the reason is reported, and it ends by itself.
 */
class OutageIT {
  /** Times of the product, shorter, and no more patience than a test has. */
  private static final Timing IMPATIENT =
      new Timing(
          Duration.ofSeconds(1),
          Duration.ofMillis(200),
          Duration.ofMillis(100),
          Duration.ofSeconds(1));

  /** A call fails after its patience at the latest; the rest is for a busy machine. */
  private static final Duration BOUND = IMPATIENT.maxWait().plusSeconds(5);

  @Nested
  @ParameterizedClass(name = "{0}")
  @EnumSource(Store.class)
  class WhateverTheStore extends OnAStore {
    @Test
    void reports_a_locked_store_and_recovers() throws SQLException {
      JdbcLedger ledger = open(IMPATIENT);
      Claim early = claim(ledger, "early");
      Claim sent = claim(ledger, "sent");
      sent.attempted();

      try (Connection other = DriverManager.getConnection(url());
          Statement statement = other.createStatement()) {
        statement.execute(store == Store.SQLITE ? "BEGIN EXCLUSIVE" : "BEGIN");
        if (store == Store.POSTGRESQL) {
          statement.execute("LOCK TABLE message IN EXCLUSIVE MODE");
        }
        assertUnavailable(() -> ledger.admit(submission("new"), LONG));
        assertUnavailable(early::attempted);
        assertUnavailable(() -> sent.settle(accepted("sent")));
        assertThat(ledger.outage().orElseThrow())
            .contains(store == Store.SQLITE ? "locked" : "did not write");
        early.release();
        sent.release();
        statement.execute("ROLLBACK");
      }

      await().untilAsserted(() -> assertThat(ledger.outage()).isEmpty());
      assertThat(send(ledger, "new", accepted("new"))).isEqualTo(accepted("new"));
      Claim again = claim(ledger, "sent");
      assertThat(again.uncertain()).isTrue();
      assertThat(again.settle(accepted("sent"))).isEqualTo(accepted("sent"));
    }

    @Test
    void reading_works_during_an_outage() throws SQLException {
      JdbcLedger ledger = open(IMPATIENT);
      send(ledger, "key", accepted("key"));

      try (Connection other = DriverManager.getConnection(url());
          Statement statement = other.createStatement()) {
        statement.execute(store == Store.SQLITE ? "BEGIN EXCLUSIVE" : "BEGIN");
        if (store == Store.POSTGRESQL) {
          statement.execute("LOCK TABLE message IN EXCLUSIVE MODE");
        }
        assertThat(ledger.records().find("key").orElseThrow().state())
            .isEqualTo(EntryState.ACCEPTED);
        statement.execute("ROLLBACK");
      }
    }

    @Test
    void reports_a_store_replaced_by_an_empty_one() {
      JdbcLedger ledger = open(IMPATIENT);
      execute("ALTER TABLE message RENAME TO gone");
      assertUnavailable(() -> ledger.admit(submission("key"), LONG));
      assertUnavailable(() -> ledger.admitNew(List.of(submission("key")), true));
      assertThat(ledger.outage().orElseThrow()).contains("message");
      execute("ALTER TABLE gone RENAME TO message");

      await().untilAsserted(() -> assertThat(ledger.outage()).isEmpty());
      send(ledger, "key", accepted("key"));
    }
  }

  @Nested
  @ParameterizedClass(name = "{0}")
  @EnumSource(value = Store.class, names = "SQLITE")
  class AFullDisk extends OnAStore {
    @Test
    void acknowledges_nothing_on_a_full_disk_and_recovers() throws Exception {
      Path disk = Files.createDirectory(folder.resolve("disk"));
      assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()), "no root");
      try {
        String url = "jdbc:sqlite:" + disk.resolve("ledger.db");
        JdbcLedger ledger = closedLater(JdbcLedger.open(options(url), clock, IMPATIENT));
        Path other = disk.resolve("other");
        fillUp(other);

        List<String> recorded = sendUntilUnavailable(ledger);
        assertThat(ledger.outage().orElseThrow()).contains("full");
        assertThat(ledger.records().list(RecordsIT.ALL, Optional.empty(), 10_000))
            .filteredOn(entry -> entry.state() == EntryState.ACCEPTED)
            .extracting(Entry::messageKey)
            .containsExactlyInAnyOrderElementsOf(recorded);

        Files.delete(other);
        await().untilAsserted(() -> assertThat(ledger.outage()).isEmpty());
        assertThat(send(ledger, "new", accepted("new"))).isEqualTo(accepted("new"));
        for (String key : recorded) {
          assertThat(known(ledger, submission(key)).accepted()).isTrue();
        }
        ledger.close();
      } finally {
        run("umount", "-l", disk.toString());
      }
    }

    @Test
    void the_same_for_a_file_that_may_not_grow() {
      open().close();
      execute("CREATE TABLE junk (text TEXT)", "INSERT INTO junk VALUES (zeroblob(400000))");
      LedgerOptions limited = options(url() + "?max_page_count=150");
      JdbcLedger ledger = closedLater(JdbcLedger.open(limited, clock, IMPATIENT));

      List<String> recorded = sendUntilUnavailable(ledger);
      assertThat(ledger.outage().orElseThrow()).contains("full");
      assertThat(ask("SELECT COUNT(*) FROM message WHERE accepted = 1"))
          .isEqualTo(Integer.toString(recorded.size()));

      execute("DROP TABLE junk");
      await().untilAsserted(() -> assertThat(ledger.outage()).isEmpty());
      assertThat(send(ledger, "new", accepted("new"))).isEqualTo(accepted("new"));
    }

    private List<String> sendUntilUnavailable(JdbcLedger ledger) {
      List<String> recorded = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        String key = "key-" + i;
        try {
          Admission admission = ledger.admit(submission(key), LONG);
          if (admission instanceof Claim claim) {
            try {
              claim.attempted();
              claim.settle(accepted(key));
              recorded.add(key);
            } finally {
              claim.release();
            }
          }
        } catch (LedgerUnavailableException e) {
          assertThat(e).hasMessageContaining("full");
          return recorded;
        }
      }
      return fail("The disk never got full");
    }

    private void fillUp(Path file) throws IOException {
      byte[] block = new byte[4096];
      try (OutputStream out = Files.newOutputStream(file)) {
        while (true) {
          out.write(block);
        }
      } catch (IOException e) {
        // Full.
      }
    }

    private boolean run(String... command) throws IOException, InterruptedException {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    }
  }

  @Nested
  @ParameterizedClass(name = "{0}")
  @EnumSource(value = Store.class, names = "POSTGRESQL")
  class AServerThatStops extends OnAStore {
    @Test
    void acknowledges_nothing_without_a_server_and_recovers() throws IOException {
      EmbeddedPostgres server = start(0);
      try {
        JdbcLedger ledger =
            closedLater(
                JdbcLedger.open(
                    options(server.getJdbcUrl("postgres", "postgres")), clock, IMPATIENT));
        send(ledger, "before", accepted("before"));
        Claim sent = claim(ledger, "sent");
        sent.attempted();
        server.close();

        assertUnavailable(() -> ledger.admit(submission("new"), LONG));
        assertUnavailable(() -> sent.settle(accepted("sent")));
        sent.release();
        assertThat(ledger.outage().orElseThrow()).isNotBlank();

        server = start(server.getPort());
        await().untilAsserted(() -> assertThat(ledger.outage()).isEmpty());
        assertThat(send(ledger, "new", accepted("new"))).isEqualTo(accepted("new"));
        assertThat(known(ledger, submission("before")).accepted()).isTrue();
        assertThat(claim(ledger, "sent").uncertain()).isTrue();
        ledger.close();
      } finally {
        server.close();
      }
    }

    private EmbeddedPostgres start(int port) throws IOException {
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(folder.resolve("data"))
              .setCleanDataDirectory(false);
      return (port == 0 ? builder : builder.setPort(port)).start();
    }
  }

  private static void assertUnavailable(Runnable call) {
    long begin = System.nanoTime();
    assertThatThrownBy(call::run).isInstanceOf(LedgerUnavailableException.class);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin))
        .isLessThan(BOUND.toMillis());
  }
}
