package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands for operators say and do when the ledger is in PostgreSQL. */
@Timeout(180)
class OnPostgresIT {
  private static final String SECRET = "Tulip-41-secret";

  private static EmbeddedPostgres server;
  private static Sandbox sandbox;
  private static SandboxProbe api;

  @TempDir private Path folder;
  private final Map<String, String> settings = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws IOException {
    sandbox = Sandboxes.start();
    api = new SandboxProbe(sandbox.url());
    // The library turns it off.
    server = EmbeddedPostgres.builder().setServerConfig("fsync", "on").start();
    execute(
        "postgres",
        "CREATE ROLE sms LOGIN PASSWORD '" + SECRET + "'",
        "COPY (SELECT 'host all postgres 127.0.0.1/32 trust' UNION ALL"
            + " SELECT 'host all all 127.0.0.1/32 scram-sha-256') TO '"
            + ask("SHOW hba_file")
            + "'",
        "SELECT pg_reload_conf()");
    create("sms");
  }

  /** As docs/ledger.md says. */
  private static void create(String database) {
    execute(
        "postgres",
        "CREATE DATABASE "
            + database
            + " OWNER sms ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
  }

  @AfterAll
  static void stop() throws IOException {
    sandbox.close();
    server.close();
  }

  @BeforeEach
  void soundSettings() {
    api.reset();
    settings.putAll(Sandboxes.settings(sandbox));
    settings.put("sms.http.authentication", "none");
    settings.put("sms.http.port", "0");
    settings.put("sms.management.port", "0");
    settings.put("sms.file.enabled", "false");
    settings.put("sms.jms.enabled", "false");
    settings.put("sms.http.keys-file", folder.resolve("keys.json").toString());
    settings.put("sms.ledger.url", url("sms"));
    settings.put("sms.ledger.user", "sms");
    settings.put("sms.ledger.password", SECRET);
  }

  private static String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database;
  }

  private static void execute(String database, String... statements) {
    try (Connection connection = DriverManager.getConnection(url(database), "postgres", "");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String ask(String sql) {
    try (Connection connection = DriverManager.getConnection(url("postgres"), "postgres", "");
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> command(String name) {
    List<String> all = new ArrayList<>(List.of(name));
    settings.forEach((key, value) -> all.add("--set=" + key + "=" + value));
    return all;
  }

  /** The state of each row of the doctor, and what was found, by name. */
  private Map<String, String> doctor(int exit) throws IOException {
    List<String> command = command("doctor");
    command.add("--json");
    return DoctorRows.of(Said.by(command.toArray(String[]::new)), exit, SECRET);
  }

  private RunningBundle serve() {
    List<String> all = new ArrayList<>();
    settings.forEach((key, value) -> all.addAll(List.of(key, value)));
    return RunningBundle.start(all.toArray(String[]::new));
  }

  @Test
  void a_sound_server_with_and_without_a_process_that_serves() throws IOException {
    create("fresh");
    settings.put("sms.ledger.url", url("fresh"));

    assertThat(doctor(0).get("ledger")).isEqualTo("ok: not there yet; the first start makes it");

    try (RunningBundle bundle = serve()) {
      assertThat(bundle.keyed("one", Requests.keyed()).status()).isEqualTo(202);

      Map<String, String> rows = doctor(0);

      assertThat(rows.values()).allMatch(row -> row.startsWith("ok: "));
      assertThat(rows.get("nodes")).isEqualTo("ok: 1 processes serve with this ledger");
      assertThat(rows.get("clock database")).startsWith("ok: as that of the database");
      assertThat(rows.get("database"))
          .matches(
              "ok: schema=\\d+ server_encoding=UTF8 fsync=on full_page_writes=on"
                  + " synchronous_commit=on");
      assertThat(rows.get("ledger")).isEqualTo("ok: 0 open, 0 parked");
    }
    assertThat(doctor(0).get("nodes")).startsWith("ok: 0 ");
  }

  @ParameterizedTest
  @CsvSource({
    "sms.ledger.password, wrong,                            password authentication failed",
    "sms.ledger.url,      jdbc:postgresql://127.0.0.1:1/sms, refused",
    "sms.ledger.url,      DATABASE,                         does not exist"
  })
  void a_server_that_lets_nobody_in_fails(String key, String value, String found)
      throws IOException {
    settings.put(key, value.equals("DATABASE") ? url("nowhere") : value);

    assertThat(doctor(1).get("ledger"))
        .startsWith("fail: sms.ledger.url: the ledger cannot be opened: ")
        .contains(found);
  }

  @Test
  void a_setting_with_which_a_crash_loses_messages_fails() throws IOException {
    serve().close();
    execute("postgres", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()");
    await().until(() -> ask("SHOW full_page_writes").equals("off"));
    try {
      assertThat(doctor(1).get("database")).isEqualTo("fail: full_page_writes=off instead of on");
    } finally {
      execute("postgres", "ALTER SYSTEM RESET full_page_writes", "SELECT pg_reload_conf()");
      await().until(() -> ask("SHOW full_page_writes").equals("on"));
    }
  }

  @Test
  void a_commit_that_does_not_wait_elsewhere_is_no_matter() throws IOException {
    serve().close();
    execute("postgres", "ALTER DATABASE sms SET synchronous_commit = off");
    try {
      assertThat(doctor(0).get("database")).startsWith("ok: ").contains("synchronous_commit=on");
    } finally {
      execute("postgres", "ALTER DATABASE sms RESET synchronous_commit");
    }
  }

  @Test
  void a_schema_that_is_too_new_and_the_ledger_of_another_api_fail() throws IOException {
    create("other");
    settings.put("sms.ledger.url", url("other"));
    serve().close();
    execute("other", "UPDATE api SET host = 'api.example.com'");
    assertThat(doctor(1).get("ledger"))
        .contains("it was made for api.example.com, and not for an API on this machine");

    execute(
        "other",
        "INSERT INTO sms_schema SELECT 99, '99', 'later', 'SQL', 'V99__later.sql', 1,"
            + " 'sms', now(), 1, true");
    assertThat(doctor(1).get("ledger"))
        .matches(
            "fail: sms.ledger.url: expected a ledger of schema version at most \\d+; got 99.*");
  }

  /** The commands of docs/backup.md. */
  @Test
  void a_dump_that_is_restored_answers_what_was_sent_and_sends_the_rest() throws Exception {
    assumeTrue(isThere("pg_dump") && isThere("pg_restore"), "needs the tools of PostgreSQL");
    create("before");
    create("after");
    settings.put("sms.ledger.url", url("before"));
    Path dump = folder.resolve("sms.dump");
    try (RunningBundle bundle = serve()) {
      assertThat(bundle.keyed("sent", Requests.keyed()).status()).isEqualTo(202);
      api.faults("{\"status\": 500, \"calls\": 1}");
      assertThat(bundle.keyed("unclear", Requests.keyed()).status()).isIn(202, 500);

      List<String> backup = command("backup");
      backup.add(folder.resolve("copy").toString());
      Said said = Said.by(backup.toArray(String[]::new));
      assertThat(said.exit()).as(said.err()).isZero();
      assertThat(said.out()).contains("pg_dump");
      run("pg_dump", "--format=custom", "--no-owner", "--file=" + dump, "before");
    }
    run("pg_restore", "--no-owner", "--exit-on-error", "--dbname=after", dump.toString());
    settings.put("sms.ledger.url", url("after"));
    // An API that has forgotten all keys would send each of them again.
    api.reset();

    assertThat(doctor(0).get("ledger")).contains("open").doesNotContain("fail");
    try (RunningBundle bundle = serve()) {
      assertThat(bundle.keyed("sent", Requests.keyed()).status()).isEqualTo(202);
      assertThat(bundle.keyed("new", Requests.keyed()).status()).isEqualTo(202);
    }
    assertThat(api.find("sent")).isEmpty();
    assertThat(api.find("new")).isPresent();
  }

  private static boolean isThere(String program) {
    for (String each : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(each, program))) {
        return true;
      }
    }
    return false;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    ProcessBuilder process = new ProcessBuilder(command).inheritIO();
    process
        .environment()
        .putAll(
            Map.of(
                "PGHOST",
                "127.0.0.1",
                "PGPORT",
                Integer.toString(server.getPort()),
                "PGUSER",
                "sms",
                "PGPASSWORD",
                SECRET));
    assertThat(process.start().waitFor()).as(command[0]).isZero();
  }
}
