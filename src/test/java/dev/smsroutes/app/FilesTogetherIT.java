package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.run.FileControls;
import dev.smsroutes.batch.run.FileControls.OrderResult;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several files and orders for them, with the real pipeline and a real ledger. */
@Timeout(180)
class FilesTogetherIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path home;
  private RunningBundle bundle;

  @AfterEach
  void stop() {
    if (bundle != null) {
      bundle.close();
    }
  }

  private void start(String maxRate) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "sms.file.enabled", "true",
                "sms.file.poll-delay", "100ms",
                "sms.file.min-age", "100ms",
                "sms.api.max-rate", maxRate));
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      settings.addAll(List.of("sms.file." + folder, home.resolve(folder).toString()));
    }
    bundle = RunningBundle.start(settings.toArray(String[]::new));
  }

  private static String rows(int rows) {
    return "definitionKey,contactKey,to,FirstName,password\n"
        + IntStream.rangeClosed(1, rows)
            .mapToObj(i -> "account-reset,c" + i + ",+14255550123,Ada,p\n")
            .collect(Collectors.joining());
  }

  private void drop(String name, String content) throws IOException {
    Path elsewhere = Files.writeString(home.resolve("elsewhere"), content);
    Files.move(elsewhere, home.resolve("inbox").resolve(name));
  }

  private List<String> outcomes(String name) throws IOException {
    Path results = home.resolve("results").resolve(name + ".results.ndjson");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(home.resolve("done").resolve(name)) && Files.exists(results));
    List<String> outcomes = new ArrayList<>();
    for (String line : Files.readAllLines(results)) {
      outcomes.add(JSON.readTree(line).path("outcome").asText());
    }
    return outcomes;
  }

  @Test
  void sends_the_content_of_two_equal_files_once() throws Exception {
    start("0");
    drop("one.csv", rows(200));
    drop("two.csv", rows(200));
    List<String> one = outcomes("one.csv");
    List<String> two = outcomes("two.csv");

    assertThat(bundle.sandbox().sends()).isEqualTo(200);
    assertThat(one).hasSize(200);
    assertThat(two).hasSize(200);
    for (int i = 0; i < 200; i++) {
      assertThat(List.of(one.get(i), two.get(i)))
          .containsExactlyInAnyOrder("ACCEPTED", "ACCEPTED_EARLIER");
    }
  }

  @Test
  void sends_a_paused_and_cancelled_file_once() throws Exception {
    start("100");
    FileControls orders =
        new FileControls(
            new BatchFolders(
                home.resolve("inbox"),
                home.resolve("results"),
                home.resolve("done"),
                home.resolve("failed")));
    drop("a.csv", rows(400));
    Awaitility.await().atMost(PATIENCE).until(() -> bundle.sandbox().sends() >= 20);
    assertThat(orders.pause("a.csv")).isEqualTo(OrderResult.DONE);
    // The file is closed once its half-written results are gone.
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> home.resolve("results").toFile().list().length == 0);
    int before = bundle.sandbox().sends();
    assertThat(before).isLessThan(400);
    assertThat(orders.cancel("a.csv")).isEqualTo(OrderResult.DONE);

    List<String> outcomes = outcomes("a.csv");
    assertThat(outcomes).hasSize(400);
    assertThat(Collections.frequency(outcomes, "ACCEPTED")).isEqualTo(before);
    assertThat(Collections.frequency(outcomes, "WAITING")).isEqualTo(400 - before);
    assertThat(bundle.sandbox().sends()).isEqualTo(before);
    assertThat(home.resolve("inbox").toFile().list()).isEmpty();

    drop("again.csv", Files.readString(home.resolve("results/a.csv.rejects.csv")));
    assertThat(outcomes("again.csv")).hasSize(400 - before).containsOnly("ACCEPTED");
    assertThat(bundle.sandbox().sends()).isEqualTo(400);
  }
}
