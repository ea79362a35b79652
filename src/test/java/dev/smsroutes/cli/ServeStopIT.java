package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import dev.smsroutes.testing.ServeProcess;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that gets a signal to stop. */
@Timeout(240)
class ServeStopIT {
  @TempDir private Path folder;

  private Sandbox api;
  private SandboxProbe probe;

  @BeforeEach
  void startTheApi() {
    api = Sandboxes.start();
    probe = new SandboxProbe(api.url());
  }

  @AfterEach
  void stopTheApi() {
    api.close();
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(Sandboxes.settings(api));
    settings.put("sms.jms.enabled", "true");
    settings.put("sms.jms.concurrency", "2");
    return settings;
  }

  private List<String> accepted() {
    return probe.messages().stream().map(message -> message.path("messageKey").asText()).toList();
  }

  @Test
  void finishes_requests_in_progress_and_exits_with_0() throws Exception {
    probe.settings("{\"latencyMs\": 4000}");
    Map<String, CompletableFuture<HttpResponse<String>>> waiting = new LinkedHashMap<>();
    List<String> queued = new ArrayList<>();
    String log;
    try (ServeProcess serve = new ServeProcess(folder, settings()).awaitUp()) {
      for (int i = 0; i < 20; i++) {
        String key = "queued-" + i;
        assertThat(
                serve
                    .send("POST", key, Requests.keyed().toString(), "Prefer", "respond-async")
                    .join()
                    .statusCode())
            .isEqualTo(202);
        queued.add(key);
      }
      for (int i = 0; i < 40; i++) {
        String key = "waiting-" + i;
        waiting.put(key, serve.send("POST", key, Requests.keyed().toString()));
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> probe.sends() >= 42);

      serve.terminate();

      // Still there, but no longer for anything new.
      await()
          .untilAsserted(
              () -> assertThat(serve.send("GET", "late", "").join().statusCode()).isEqualTo(503));
      HttpResponse<String> late = serve.send("POST", "late", Requests.keyed().toString()).join();
      assertThat(late.statusCode()).isEqualTo(503);
      assertThat(late.headers().firstValue("Retry-After")).isPresent();
      assertThat(late.body()).contains("stopping");
      waiting.forEach(
          (key, answer) -> assertThat(answer.join().statusCode()).as(key).isEqualTo(202));
      assertThat(serve.awaitEnd()).as(serve.output()).isZero();
      log = serve.output();
    }
    assertThat(accepted()).containsAll(waiting.keySet()).doesNotHaveDuplicates();
    assertThat(accepted()).doesNotContain("late");
    assertThat(log.trim()).as("its last line").endsWith("stopped");
    for (String key : accepted()) {
      assertThat(log)
          .contains("messageKey=" + key + " definitionKey=account-reset outcome=ACCEPTED");
    }
    assertThat(accepted()).as("some are left for the next one").hasSizeLessThan(60);

    probe.settings("{\"latencyMs\": 0}");
    Path loaded = folder.resolve("classes.log");
    try (ServeProcess serve =
        new ServeProcess(folder, settings(), List.of("-Xlog:class+load:file=" + loaded))
            .awaitUp()) {
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(accepted()).containsAll(queued));
      serve.terminate();
      assertThat(serve.awaitEnd()).isZero();
    }
    assertThat(Files.readString(loaded))
        .as("classes of the SDK of traces, which are off")
        .contains("dev.smsroutes.pipeline.OutcomeLog")
        .doesNotContain("io.opentelemetry");
    assertThat(accepted()).hasSize(60).doesNotHaveDuplicates();
    assertThat(probe.messages()).allMatch(message -> message.path("times").asInt() == 1);
    assertThat(probe.messages()).allMatch(message -> message.path("duplicates").asInt() == 0);
  }

  /** The last lines of the log after a stop: nothing may stay half-open. */
  @ParameterizedTest
  @ValueSource(strings = {"Definition order-shipped", "broker=embedded"})
  void stops_in_the_middle_of_its_start_as_well(String said) throws Exception {
    try (ServeProcess serve = new ServeProcess(folder, settings()).awaitOutput(said)) {
      serve.terminate();

      assertThat(serve.awaitEnd()).as(serve.output()).isZero();
      assertThat(folder.resolve("ledger.db-wal")).doesNotExist();
    }
    try (ServeProcess serve = new ServeProcess(folder, settings()).awaitUp()) {
      assertThat(serve.send("POST", "k", Requests.keyed().toString()).join().statusCode())
          .isEqualTo(202);
    } catch (CompletionException e) {
      throw new AssertionError("It does not answer", e);
    }
  }

  @Test
  void says_with_its_exit_code_that_it_could_not_start() throws Exception {
    Map<String, String> wrong = settings();
    wrong.put("sms.jms.enabled", "false");
    wrong.put("sms.http.mode", "queued");
    try (ServeProcess serve = new ServeProcess(folder, wrong)) {
      assertThat(serve.awaitEnd()).isEqualTo(ExitCode.MISCONFIGURED);
      assertThat(serve.output()).contains("sms.http.mode: queued needs");
    }
  }
}
