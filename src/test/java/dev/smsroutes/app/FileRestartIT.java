package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import dev.smsroutes.testing.ServeProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file that a real process was sending when it ended goes on in the next one. */
@Timeout(300)
class FileRestartIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path home;
  private final Random random = new Random();
  private final long seed = random.nextLong();
  private Sandbox sandbox;
  private SandboxProbe api;

  @BeforeEach
  void startTheApi() {
    random.setSeed(seed);
    sandbox = Sandboxes.start();
    api = new SandboxProbe(sandbox.url());
  }

  @AfterEach
  void stopTheApi() {
    sandbox.close();
  }

  private Map<String, String> settings() {
    return Map.ofEntries(
        Map.entry("sms.api.url", sandbox.url()),
        Map.entry("sms.api.client-id", "test"),
        Map.entry("sms.api.client-secret", "test"),
        Map.entry("sms.ledger.url", "jdbc:sqlite:" + home.resolve("ledger.db")),
        Map.entry("sms.file.enabled", "true"),
        Map.entry("sms.file.inbox", home.resolve("inbox").toString()),
        Map.entry("sms.file.results", home.resolve("results").toString()),
        Map.entry("sms.file.done", home.resolve("done").toString()),
        Map.entry("sms.file.failed", home.resolve("failed").toString()),
        Map.entry("sms.file.poll-delay", "100ms"),
        Map.entry("sms.file.min-age", "0ms"),
        Map.entry("camel.main.shutdownTimeout", "30"));
  }

  private ServeProcess serve(String... keysAndValues) throws IOException {
    Map<String, String> all = new HashMap<>(settings());
    for (int i = 0; i < keysAndValues.length; i += 2) {
      all.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return new ServeProcess(home, all);
  }

  private RunningBundle start(String... keysAndValues) {
    List<String> all = new ArrayList<>();
    settings().forEach((key, value) -> all.addAll(List.of(key, value)));
    all.addAll(List.of(keysAndValues));
    return RunningBundle.start(all.toArray(String[]::new));
  }

  private void drop(int rows) throws IOException {
    Path elsewhere = home.resolve("orders.tmp");
    Files.writeString(
        elsewhere,
        "definitionKey,messageKey,contactKey,to,FirstName,password\n"
            + IntStream.rangeClosed(1, rows)
                .mapToObj(i -> "account-reset,k" + i + ",c" + i + ",+14255550123,Ada,p\n")
                .collect(Collectors.joining()));
    Path inbox = Files.createDirectories(home.resolve("inbox"));
    Files.move(elsewhere, inbox.resolve("orders.csv"));
  }

  private void awaitSends(int sends) {
    Awaitility.await().atMost(PATIENCE).until(() -> api.sends() >= sends);
  }

  @Test
  void a_stop_takes_seconds_and_repeats_nothing() throws Exception {
    int rows = 10_000;
    drop(rows);
    try (ServeProcess first = serve()) {
      awaitSends(1_500);
      Duration stop = first.stop();

      assertThat(stop).isLessThan(Duration.ofSeconds(15));
      assertThat(first.lines("file interrupted, it continues at the next start")).hasSize(1);
    }
    assertThat(files("inbox")).containsExactly("orders.csv");
    assertThat(files("results")).isEmpty();
    int before = api.sends();
    assertThat(before).isLessThan(rows);

    try (ServeProcess second = serve()) {
      second.awaitOutput("file finished");
      assertThat(second.lines("file resumed name=\"orders.csv\"")).hasSize(1);
      assertThat(second.lines("file finished").get(0))
          .contains("rows=" + rows + " recorded=" + before + " accepted=" + rows);
      second.stop();
    }
    assertThat(api.sends()).isEqualTo(rows);
    assertAllAcceptedOnce(rows);
  }

  @Test
  void a_kill_anywhere_loses_and_doubles_nothing() throws Exception {
    int rows = 4_000;
    drop(rows);
    int kills = 0;
    for (int next = 0; kills < 3; kills++) {
      next = Math.min(rows, Math.max(next, api.sends()) + random.nextInt(rows / 4));
      try (ServeProcess process = serve()) {
        awaitSends(next);
        process.kill();
      }
    }
    try (ServeProcess last = serve()) {
      Awaitility.await().atMost(PATIENCE).until(() -> files("inbox").isEmpty());
      last.stop();
    }
    assertAllAcceptedOnce(rows);
  }

  /** Rows that were on their way together are repeated one by one, under their keys. */
  @Test
  void a_kill_amid_shared_calls_loses_and_doubles_nothing() throws Exception {
    int rows = 4_000;
    // So slow that some calls are always under way.
    api.settings("{\"latencyMs\": 50}");
    drop(rows);
    int accepted = 0;
    for (int kills = 0; kills < 2; kills++) {
      int next = Math.min(rows, accepted + 1 + random.nextInt(rows / 4));
      try (ServeProcess process = serve("sms.batch.recipients-per-call", "100")) {
        Awaitility.await().atMost(PATIENCE).until(() -> api.messages().size() >= next);
        process.kill();
      }
      accepted = api.messages().size();
    }
    try (ServeProcess last = serve("sms.batch.recipients-per-call", "100")) {
      Awaitility.await().atMost(PATIENCE).until(() -> files("inbox").isEmpty());
      last.stop();
    }
    assertAllAcceptedOnce(rows);
    assertThat(api.messages())
        .as("seed %d", seed)
        .allMatch(message -> message.path("times").asInt() == 1);
    assertThat(api.sends()).isLessThan(rows);
  }

  @Test
  @SuppressWarnings("try") // It is closed in the midst, and only has to run at the end.
  void a_stop_does_not_wait_for_attempts_that_would_follow() throws Exception {
    int rows = 100;
    api.faults("{\"status\": 500}");
    drop(rows);
    try (RunningBundle bundle = start("sms.api.retry-delay", "1s")) {
      awaitSends(20);
      long asked = System.nanoTime();
      bundle.close();
      // The five attempts of a row take 15 s.
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(9));
    }
    assertThat(files("inbox")).containsExactly("orders.csv");
    assertThat(files("results")).isEmpty();

    api.faults();
    try (RunningBundle bundle = start()) {
      Awaitility.await().atMost(PATIENCE).until(() -> !files("done").isEmpty());
    }
    assertAllAcceptedOnce(rows);
  }

  private void assertAllAcceptedOnce(int rows) throws IOException {
    List<String> expected = IntStream.rangeClosed(1, rows).mapToObj(i -> "k" + i).toList();
    assertThat(api.messages())
        .as("seed %d", seed)
        .extracting(message -> message.path("messageKey").asText())
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(files("inbox")).isEmpty();
    assertThat(files("done")).containsExactly("orders.csv");
    assertThat(files("results"))
        .containsExactly("orders.csv.results.ndjson", "orders.csv.summary.json");
    List<JsonNode> results = new ArrayList<>();
    for (String line : Files.readAllLines(home.resolve("results/orders.csv.results.ndjson"))) {
      results.add(JSON.readTree(line));
    }
    assertThat(results)
        .as("seed %d", seed)
        .extracting(line -> line.path("messageKey").asText())
        .containsExactlyElementsOf(expected);
    assertThat(results)
        .as("seed %d", seed)
        .allMatch(line -> line.path("outcome").asText().startsWith("ACCEPTED"));
    JsonNode summary = JSON.readTree(home.resolve("results/orders.csv.summary.json").toFile());
    assertThat(summary.path("rows").asInt()).isEqualTo(rows);
    assertThat(summary.path("accepted").asInt() + summary.path("acceptedEarlier").asInt())
        .isEqualTo(rows);
    assertThat(summary.path("parts").asInt()).as("each row is one part").isEqualTo(rows);
    assertThat(summary.path("partsUnknown").asInt()).isZero();
  }

  private List<String> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve(folder))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
