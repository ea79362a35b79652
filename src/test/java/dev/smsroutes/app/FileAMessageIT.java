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
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A system that drops a file for each message: one result for each, also after a kill. */
@Timeout(240)
class FileAMessageIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path home;

  private void drop(int files) throws IOException {
    Files.createDirectories(home.resolve("inbox"));
    for (int i = 1; i <= files; i++) {
      Path elsewhere =
          Files.writeString(
              home.resolve("elsewhere"),
              ("{\"definitionKey\":\"account-reset\",\"messageKey\":\"k%d\",\"recipient\":"
                      + "{\"contactKey\":\"c%d\",\"to\":\"+14255550123\","
                      + "\"attributes\":{\"FirstName\":\"Ada\",\"password\":\"p\"}}}")
                  .formatted(i, i));
      Files.move(elsewhere, home.resolve("inbox/m" + i + ".json"), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private List<String> files(String folder) {
    try (Stream<Path> files = Files.list(home.resolve(folder))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      // Not made yet, or something was just moved.
      return List.of();
    }
  }

  private static List<String> names(int files, String end) {
    return IntStream.rangeClosed(1, files).mapToObj(i -> "m" + i + end).sorted().toList();
  }

  private void assertOneResultEach(SandboxProbe api, int files) throws IOException {
    assertThat(api.messages())
        .extracting(message -> message.path("messageKey").asText())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, files).mapToObj(i -> "k" + i).toList());
    assertThat(files("done")).isEqualTo(names(files, ".json"));
    assertThat(files("failed")).isEmpty();
    assertThat(files("results"))
        .isEqualTo(
            Stream.concat(
                    names(files, ".json.results.ndjson").stream(),
                    names(files, ".json.summary.json").stream())
                .sorted()
                .toList());
    for (int i = 1; i <= files; i++) {
      List<String> lines =
          Files.readAllLines(home.resolve("results/m" + i + ".json.results.ndjson"));
      assertThat(lines).hasSize(1);
      JsonNode line = JSON.readTree(lines.get(0));
      assertThat(line.path("messageKey").asText()).isEqualTo("k" + i);
      assertThat(line.path("outcome").asText()).startsWith("ACCEPTED");
    }
  }

  @Test
  void a_thousand_files_are_through_with_one_result_each() throws IOException {
    int files = 1_000;
    try (RunningBundle bundle = RunningBundle.startWithFiles(home)) {
      drop(files);
      Awaitility.await().atMost(PATIENCE).until(() -> files("done").size() == files);
      Awaitility.await().until(() -> files("results").size() == 2 * files);

      assertOneResultEach(bundle.sandbox(), files);
      assertThat(bundle.sandbox().sends()).isEqualTo(files);
    }
  }

  @Test
  void a_kill_amid_many_files_loses_and_doubles_nothing() throws Exception {
    int files = 400;
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (Sandbox sandbox = Sandboxes.start()) {
      SandboxProbe api = new SandboxProbe(sandbox.url());
      drop(files);
      for (int kills = 1; kills <= 2; kills++) {
        int next = api.messages().size() + random.nextInt(files / 3);
        try (ServeProcess process = new ServeProcess(home, settings(sandbox))) {
          Awaitility.await().atMost(PATIENCE).until(() -> api.messages().size() >= next);
          process.kill();
        }
      }
      try (ServeProcess last = new ServeProcess(home, settings(sandbox))) {
        Awaitility.await().atMost(PATIENCE).until(() -> files("done").size() == files);
        last.stop();
      }

      assertOneResultEach(api, files);
      assertThat(api.messages())
          .as("seed %d", seed)
          .allMatch(message -> message.path("times").asInt() == 1);
    }
  }

  private Map<String, String> settings(Sandbox sandbox) {
    return Map.ofEntries(
        Map.entry("sms.api.url", sandbox.url()),
        Map.entry("sms.api.client-id", "x"),
        Map.entry("sms.api.client-secret", "x"),
        Map.entry("sms.ledger.url", "jdbc:sqlite:" + home.resolve("ledger.db")),
        Map.entry("sms.file.enabled", "true"),
        Map.entry("sms.file.inbox", home.resolve("inbox").toString()),
        Map.entry("sms.file.results", home.resolve("results").toString()),
        Map.entry("sms.file.done", home.resolve("done").toString()),
        Map.entry("sms.file.failed", home.resolve("failed").toString()),
        Map.entry("sms.file.poll-delay", "100ms"),
        Map.entry("sms.file.min-age", "0ms"));
  }
}
