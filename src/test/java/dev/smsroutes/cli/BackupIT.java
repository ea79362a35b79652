package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import dev.smsroutes.testing.ServeProcess;
import dev.smsroutes.testing.TestLedgers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Saves what a bundle keeps, while it serves and without it, and puts it back. */
@Timeout(240)
class BackupIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private Path copy() {
    return folder.resolve("copy");
  }

  @Test
  void after_a_crash_a_restored_backup_sends_what_waited_and_nothing_that_it_knew_as_sent()
      throws Exception {
    Path old = Files.createDirectories(folder.resolve("old"));
    Path restored = Files.createDirectories(folder.resolve("new"));
    try (Sandbox sandbox = Sandboxes.start()) {
      SandboxProbe api = new SandboxProbe(sandbox.url());
      Map<String, String> settings = new HashMap<>(Sandboxes.settings(sandbox));
      settings.put("sms.jms.enabled", "true");
      // So many are being sent, more are fetched, and most wait in the queue for some 20 seconds.
      settings.put("sms.jms.concurrency", "4");
      // As towards a real API: what the command needs is not the port.
      settings.put("sms.jms.protocols", "AMQP");
      Set<String> queued = new TreeSet<>();
      JsonNode summary = JSON.nullNode();
      try (ServeProcess serve = new ServeProcess(old, settings).awaitUp()) {
        for (int i = 0; i < 20; i++) {
          assertThat(send(serve, "sent-" + i).join()).isEqualTo(202);
        }
        api.settings("{\"latencyMs\": 300}");
        for (int i = 0; i < 300; i++) {
          String key = "queued-" + i;
          assertThat(send(serve, key, "Prefer", "respond-async").join()).isEqualTo(202);
          queued.add(key);
        }
        Said said = underLoad(serve, () -> backup(old));
        assertThat(said.exit()).as(said.out() + said.err()).isZero();
        summary = JSON.readTree(said.out());
        serve.kill();
      }
      Set<String> saved = queuedKeys();
      Set<String> accepted = new TreeSet<>();
      Set<String> open = new TreeSet<>();
      for (Entry entry : entries(copy().resolve(Backup.LEDGER))) {
        (entry.state().accepted() ? accepted : open).add(entry.messageKey());
      }
      assertThat(accepted).contains("sent-0", "sent-19");
      // Each is in a copy: those that nobody has begun, too.
      assertThat(saved).as(summary.toString()).isNotEmpty().isSubsetOf(queued);
      Set<String> missing = new TreeSet<>(queued);
      missing.removeAll(accepted);
      assertThat(saved).containsAll(missing);

      // An API that has forgotten all keys would send each of them again.
      api.reset();
      Said said =
          Said.by(
              "restore", ledger(restored), broker(restored), "--set=sms.jms.port=0", copyName());
      assertThat(said.exit()).as(said.err()).isZero();
      try (ServeProcess serve = new ServeProcess(restored, settings).awaitUp()) {
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> assertThat(keysAtTheApi(api)).containsAll(missing));
        // What callers were sending, they send again.
        for (String key : open) {
          if (key.startsWith("load-")) {
            assertThat(send(serve, key).join()).isEqualTo(202);
          }
        }
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(entries(restored.resolve("ledger.db")))
                        .allMatch(entry -> entry.state().settled()));
        for (int i = 0; i < 20; i++) {
          assertThat(send(serve, "sent-" + i).join()).isEqualTo(202);
        }
        assertThat(keysAtTheApi(api)).containsAll(missing).doesNotContainAnyElementsOf(accepted);
      }
    }
  }

  private static CompletableFuture<Integer> send(
      ServeProcess serve, String key, String... headers) {
    return serve
        .send("POST", key, Requests.keyed().toString(), headers)
        .thenApply(reply -> reply.statusCode());
  }

  /** While callers send. */
  private static Said underLoad(ServeProcess serve, Supplier<Said> command) {
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Integer> load =
        CompletableFuture.supplyAsync(
            () -> {
              int n = 0;
              while (!enough.get()) {
                send(serve, "load-" + n++).join();
              }
              return n;
            });
    Said said = command.get();
    enough.set(true);
    assertThat(load.join()).isPositive();
    return said;
  }

  private Said backup(Path home) {
    return Said.by(
        "backup",
        "--json",
        ledger(home),
        broker(home),
        "--set=sms.http.keys-file=" + folder.resolve("keys.json"),
        copyName());
  }

  private String copyName() {
    return copy().toString();
  }

  private static String ledger(Path home) {
    return "--set=sms.ledger.url=jdbc:sqlite:" + home.resolve("ledger.db");
  }

  private static String broker(Path home) {
    return "--set=sms.jms.directory=" + home.resolve("broker");
  }

  private static Set<String> keysAtTheApi(SandboxProbe api) {
    return api.messages().stream()
        .map(message -> message.path("messageKey").asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> queuedKeys() throws IOException {
    Pattern key = Pattern.compile("\"messageKey\":\"([^\"]+)\"");
    Set<String> keys = new TreeSet<>();
    for (String line : Files.readAllLines(copy().resolve(Backup.QUEUES))) {
      byte[] body = JSON.readTree(line).path("body").binaryValue();
      // A JMS text is UTF-16 in the message.
      String text = new String(body, StandardCharsets.ISO_8859_1);
      Matcher found = key.matcher(text.replace("\0", ""));
      assertThat(found.find()).isTrue();
      keys.add(found.group(1));
    }
    return keys;
  }

  private static List<Entry> entries(Path ledger) {
    try (JdbcRecords records =
        JdbcRecords.open(TestLedgers.options("jdbc:sqlite:" + ledger), Clock.systemUTC())) {
      return records.list(
          new Query(
              Set.of(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()),
          Optional.empty(),
          10_000);
    }
  }

  @Test
  void saves_ledger_and_keys_for_their_owner_only_and_overwrites_nothing() throws IOException {
    try (LedgerFile ledger = new LedgerFile(folder.resolve("ledger.db"), false)) {
      ledger.add("a", State.ACCEPTED).add("b", State.WAITING);
      Path keys = folder.resolve("keys.json");
      assertThat(Said.by("key", "create", "--set=sms.http.keys-file=" + keys, "shop").exit())
          .isZero();

      Said said = backup(folder);

      assertThat(said.exit()).as(said.err()).isZero();
      assertThat(said.out())
          .contains("\"complete\":true")
          .contains("2 messages")
          .contains("1 callers")
          .contains("there is no embedded broker");
      assertThat(copy().resolve(Backup.KEYS)).hasSameBinaryContentAs(keys);
      assertThat(entries(copy().resolve(Backup.LEDGER)))
          .extracting(Entry::messageKey)
          .containsExactly("a", "b");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy())))
          .isEqualTo("rwx------");
      try (Stream<Path> files = Files.list(copy())) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder(Backup.LEDGER, Backup.KEYS, Backup.SUMMARY);
      }
      Said again = backup(folder);
      assertThat(again.exit()).isEqualTo(2);
      assertThat(again.err()).contains("FOLDER: expected the name of a folder that does not exist");
      assertThat(restore(folder).err())
          .contains("sms.ledger.url: expected no file yet")
          .contains("Nothing was restored");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith(".copy"))).isEmpty();
    }
  }

  @Test
  void saves_a_ledger_of_an_older_version_before_an_upgrade() throws Exception {
    Path file = folder.resolve("ledger.db");
    try (LedgerFile ledger = new LedgerFile(file, false)) {
      ledger.add("a", State.ACCEPTED);
    }
    LedgerFile.makeOlder(file);

    Said said = backup(folder);

    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out()).contains("1 messages");
    assertThat(copy().resolve(Backup.LEDGER)).isNotEmptyFile();
  }

  private Said restore(Path home) {
    return Said.by(
        "restore",
        ledger(home),
        broker(home),
        "--set=sms.http.keys-file=" + home.resolve("restored-keys.json"),
        copyName());
  }

  @Test
  void leaves_postgresql_to_its_own_tools_and_names_them() {
    Said said;
    try (AuditLines audit = new AuditLines()) {
      said =
          Said.by(
              "backup",
              "--set=sms.ledger.url=jdbc:postgresql://127.0.0.1:1/sms",
              "--set=sms.jms.enabled=false",
              copyName());
      assertThat(audit.said())
          .containsExactly(
              AuditLines.WHO + "what=backup which=\"" + copyName() + "\" result=\"done\"");
    }

    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out()).contains("it is in PostgreSQL").contains("pg_dump");
  }

  @Test
  void a_folder_that_is_no_backup_is_refused() {
    Said said = restore(folder);

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains("expected a folder that 'sms-routes backup' made");
  }
}
