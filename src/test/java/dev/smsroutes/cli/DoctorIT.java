package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
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

/** Looks at what a service needs, and sends nothing. */
@Timeout(180)
class DoctorIT {
  private static final String SECRET = "Tulip-41-secret";

  private static Sandbox sandbox;
  private static SandboxProbe api;

  @TempDir private Path folder;
  private final Map<String, String> settings = new LinkedHashMap<>();

  @BeforeAll
  static void startTheApi() {
    sandbox = Sandboxes.start();
    api = new SandboxProbe(sandbox.url());
  }

  @AfterAll
  static void stopTheApi() {
    sandbox.close();
  }

  @BeforeEach
  void soundSettings() {
    api.reset();
    settings.putAll(Sandboxes.settings(sandbox));
    settings.put("sms.api.client-secret", SECRET);
    settings.put("sms.http.authentication", "none");
    settings.put("sms.http.port", "0");
    settings.put("sms.management.port", "0");
    settings.put("sms.file.enabled", "false");
    settings.put("sms.jms.enabled", "false");
    settings.put("sms.ledger.url", "jdbc:sqlite:" + folder.resolve("data/ledger.db"));
    settings.put("sms.http.keys-file", folder.resolve("keys.json").toString());
  }

  private Said doctor(String... options) {
    List<String> all = new ArrayList<>(List.of("doctor"));
    settings.forEach((key, value) -> all.add("--set=" + key + "=" + value));
    all.addAll(List.of(options));
    return Said.by(all.toArray(String[]::new));
  }

  /** The state of each row, and what was found, by name. */
  private Map<String, String> rows(int exit) throws IOException {
    return DoctorRows.of(doctor("--json"), exit, SECRET);
  }

  @Test
  void finds_nothing_wrong_with_sound_settings_and_sends_nothing() throws IOException {
    Map<String, String> rows = rows(0);

    assertThat(rows.values()).allMatch(row -> row.startsWith("ok: ")).isNotEmpty();
    assertThat(rows.keySet())
        .contains(
            "settings",
            "port http",
            "port management",
            "folders",
            "others",
            "definitions",
            "token",
            "clock",
            "definitions at the API",
            "disk ledger",
            "ledger",
            "queues",
            "routes",
            "keys");
    assertThat(api.tokens()).isEqualTo(1);
    assertThat(api.sends()).isZero();
    assertThat(folder.resolve("data")).doesNotExist();
    assertThat(doctor("--offline").out()).contains("what").contains("not asked for (--offline)");
    assertThat(api.tokens()).isEqualTo(1);
  }

  @Test
  void names_all_wrong_settings_at_once() throws IOException {
    settings.put("sms.http.mode", "later");
    settings.put("sms.message.max-parts", "0");

    assertThat(rows(2).get("settings"))
        .contains("sms.http.mode: ")
        .contains("sms.message.max-parts: ");
  }

  @ParameterizedTest
  @CsvSource({
    "sms.api.auth-url,                 http://127.0.0.1:1,  token,       did not answer",
    "sms.definitions.directory,        docs,                definitions, ''",
    "camel.main.routesIncludePattern,  file:docs/*.yaml,    routes,      no file of",
    "sms.http.keys-file,               pom.xml,             keys,        sms.http.keys-file",
    "sms.ledger.url,                   jdbc:sqlite:pom.xml, ledger,      cannot be opened",
    "sms.http.authentication,          api-key,                keys,        0 callers"
  })
  void what_would_not_work_fails(String key, String value, String row, String found)
      throws IOException {
    settings.put(key, value);

    assertThat(rows(1).get(row)).contains("fail: ").contains(found);
  }

  @Test
  void a_port_that_another_program_has_fails() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put("sms.http.port", Integer.toString(other.getLocalPort()));

      assertThat(rows(1).get("port http")).startsWith("fail: ").contains("is in use");
    }
  }

  @Test
  void a_definition_that_the_api_does_not_know_fails() throws IOException {
    Path definitions = Files.createDirectories(folder.resolve("definitions"));
    Files.copy(Path.of("definitions/account-reset.json"), definitions.resolve("a.json"));
    Files.writeString(
        definitions.resolve("b.json"),
        Files.readString(Path.of("definitions/account-reset.json"))
            .replace("\"account-reset\"", "\"only-here\""));
    settings.put("sms.definitions.directory", definitions.toString());

    assertThat(rows(1).get("definitions at the API"))
        .startsWith("fail: ")
        .contains("only-here")
        .doesNotContain("account-reset");
  }

  @Test
  void a_ledger_that_the_next_start_updates_is_a_warning() throws Exception {
    Path file = folder.resolve("ledger.db");
    settings.put("sms.ledger.url", "jdbc:sqlite:" + file);
    try (LedgerFile ledger = new LedgerFile(file, false)) {
      ledger.add("a", State.ACCEPTED);
    }
    LedgerFile.makeOlder(file);

    assertThat(rows(0).get("ledger")).startsWith("warn: ").contains("made by an older sms-routes");
  }

  @Test
  void each_fault_of_the_definitions_is_a_row() throws IOException {
    settings.put("sms.definitions.directory", folder.resolve("nowhere").toString());

    assertThat(rows(1).get("definitions"))
        .startsWith("fail: ")
        .contains("there is no such folder")
        .doesNotContain("cannot be used");
  }

  @Test
  void warns_of_parked_messages_and_of_files_that_others_may_read() throws IOException {
    settings.put("sms.ledger.url", "jdbc:sqlite:" + folder.resolve("ledger.db"));
    try (LedgerFile ledger = new LedgerFile(folder.resolve("ledger.db"), false)) {
      ledger.add("a", State.PARKED).ago(Duration.ofHours(3)).add("b", State.WAITING);
    }
    Path keys = Files.writeString(folder.resolve("keys.json"), "{\"keys\":[]}");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));

    Map<String, String> rows = rows(0);

    assertThat(rows.get("ledger")).startsWith("warn: 1 open, the oldest for ").contains("1 parked");
    assertThat(rows.get("database")).startsWith("ok: schema=").contains("journal_mode=wal");
    assertThat(rows.get("keys")).startsWith("warn: others may read");
  }

  @Test
  void knows_the_ports_of_a_process_that_serves_and_reads_its_queues() throws Exception {
    settings.put("sms.jms.enabled", "true");
    settings.put("sms.jms.directory", folder.resolve("broker").toString());
    List<String> all = new ArrayList<>();
    settings.forEach((key, value) -> all.addAll(List.of(key, value)));
    all.addAll(List.of("sms.jms.port", "0"));
    try (RunningBundle bundle = RunningBundle.start(all.toArray(String[]::new))) {
      settings.put("sms.http.port", Integer.toString(bundle.port()));
      settings.put("sms.jms.port", Integer.toString(bundle.bundle().broker().orElseThrow().port()));

      Map<String, String> rows = rows(0);

      assertThat(rows.get("port http")).startsWith("ok: ").contains("while sms-routes serves");
      assertThat(rows.get("port jms")).startsWith("ok: ").contains("while sms-routes serves");
      assertThat(rows.get("queues")).isEqualTo("ok: 0 requests, 0 refused, 0 dead letters");
      assertThat(rows.get("ledger")).isEqualTo("ok: 0 open, 0 parked");
    }
  }

  @ParameterizedTest
  @CsvSource({"0, OK", "-4, OK", "6, WARN", "-30, WARN", "61, FAIL", "-7200, FAIL"})
  void a_clock_that_is_wrong_is_named(int seconds, Finding.State state) {
    assertThat(DoctorApi.clock("clock", "that of the API", Duration.ofSeconds(seconds)).state())
        .isEqualTo(state);
  }
}
