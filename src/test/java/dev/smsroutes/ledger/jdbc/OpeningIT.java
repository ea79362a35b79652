package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Opening a store, and the durability of its commits. */
class OpeningIT {
  @Nested
  @ParameterizedClass(name = "{0}")
  @EnumSource(Store.class)
  class Both extends OnAStore {
    @Test
    void leaves_an_up_to_date_schema_unchanged() {
      JdbcLedger ledger = open();
      send(ledger, "key", accepted("key"));
      ledger.close();
      String versions = ask("SELECT COUNT(*) FROM sms_schema");
      open().close();
      JdbcLedger third = open();

      assertThat(ask("SELECT COUNT(*) FROM sms_schema")).isEqualTo(versions);
      assertThat(known(third, submission("key")).accepted()).isTrue();
    }

    @Test
    void what_is_closed_says_so() {
      JdbcLedger ledger = open();
      ledger.close();

      assertThatThrownBy(() -> ledger.admit(submission("key"), LONG))
          .isInstanceOf(LedgerUnavailableException.class)
          .hasMessageContaining("closed");
    }
  }

  @Nested
  @ParameterizedClass(name = "{0}")
  @EnumSource(value = Store.class, names = "SQLITE")
  class Sqlite extends OnAStore {
    @Test
    void only_the_owner_may_read_the_file() throws IOException {
      send(open(), "key", accepted("key"));

      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.filter(file -> file.getFileName().toString().startsWith("ledger.db")))
            .hasSizeGreaterThanOrEqualTo(3)
            .filteredOn(file -> !file.toString().endsWith(".in-use"))
            .allSatisfy(
                file ->
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------"));
      }
    }

    @Test
    void folders_on_the_way_are_made() {
      LedgerOptions deep = options("jdbc:sqlite:" + folder.resolve("a/b/ledger.db"));
      closedLater(JdbcLedger.open(deep, clock, FAST));

      assertThat(folder.resolve("a/b/ledger.db")).exists();
    }

    @Test
    void refuses_a_second_ledger_on_the_same_file() throws Exception {
      JdbcLedger ledger = open();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(this::open)
            .isInstanceOf(LedgerUnavailableException.class)
            .hasMessage(
                "sms.ledger.url: "
                    + folder.resolve("ledger.db")
                    + " is in use by another process; stop that process, or set another file."
                    + " Several nodes can share PostgreSQL.");
        assertThat(anotherProcess()).contains("is in use by another process");
      }

      ledger.close();
      assertThat(anotherProcess()).contains("opened");
      open();
    }

    private String anotherProcess() throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  OpeningIT.class.getName() + "$Another",
                  folder.resolve("ledger.db").toString())
              .redirectErrorStream(true)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void a_file_that_is_something_else_is_refused() throws IOException {
      Files.writeString(folder.resolve("ledger.db"), "This is no database. ".repeat(500));

      assertThatThrownBy(this::open)
          .isInstanceOf(LedgerUnavailableException.class)
          .hasMessageContaining("sms.ledger.url");
      Files.delete(folder.resolve("ledger.db"));
      open();
    }

    @Test
    void a_commit_is_on_the_disk() {
      assertThat(asked("PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA secure_delete"))
          .containsExactly("wal", "2", "1", "wal", "2", "1");
    }

    @Test
    void options_in_the_url_are_no_part_of_the_file() {
      LedgerOptions options = options(url() + "?cache_size=-8000");
      closedLater(JdbcLedger.open(options, clock, FAST));

      assertThat(folder.resolve("ledger.db")).exists();
    }
  }

  /** Another process that would like to have the ledger. */
  static final class Another {
    public static void main(String[] args) {
      try {
        ProcessLock.of(Path.of(args[0]));
        System.out.println("opened");
      } catch (LedgerUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Nested
  @ParameterizedClass(name = "{0}")
  @EnumSource(value = Store.class, names = "POSTGRESQL")
  class Postgresql extends OnAStore {
    @Test
    void overrides_a_servers_asynchronous_commit() {
      String database = ask("SELECT current_database()");
      execute("ALTER DATABASE " + database + " SET synchronous_commit TO off");
      assertThat(ask("SHOW synchronous_commit")).isEqualTo("off");

      assertThat(asked("SHOW synchronous_commit")).containsExactly("on", "on");
    }

    @Test
    void a_database_that_cannot_hold_every_character_is_refused() {
      execute(
          "DROP DATABASE IF EXISTS latin",
          "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
      String latin = url().replaceFirst("/[a-z_]+\\?", "/latin?");

      assertThatThrownBy(() -> JdbcLedger.open(options(latin), clock, FAST))
          .isInstanceOf(LedgerUnavailableException.class)
          .hasMessageContaining("UTF8")
          .hasMessageContaining("LATIN1");
    }

    @Test
    void reports_an_unreachable_server_without_the_password() {
      LedgerOptions nowhere =
          new LedgerOptions(
              "jdbc:postgresql://127.0.0.1:1/sms?password=in-the-url",
              Optional.of("sms"),
              Optional.of("secret-word"),
              Duration.ofDays(7),
              Duration.ofDays(30),
              false);

      assertThatThrownBy(() -> JdbcLedger.open(nowhere, clock, FAST))
          .isInstanceOf(LedgerUnavailableException.class)
          .hasMessageContaining("sms.ledger.url")
          .hasMessageNotContainingAny("secret-word", "in-the-url");
      assertThat(nowhere.toString()).doesNotContain("secret-word", "in-the-url");
    }
  }

  @Test
  void another_kind_of_url_is_refused_without_quoting_it() {
    assertThatThrownBy(() -> OnAStore.options("jdbc:mysql://u:secret@host/db"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sms.ledger.url")
        .hasMessageNotContaining("secret");
  }
}
