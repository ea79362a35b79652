package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.smsroutes.batch.check.BatchCheck.Pacing;
import dev.smsroutes.batch.check.InstanceFile;
import dev.smsroutes.batch.overview.BatchOverview.Past;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One file from the command line, where another process serves. */
@Timeout(120)
class SendToServingProcessIT {
  private static final String HEADER =
      "definitionKey,messageKey,contactKey,to,FirstName,password\n";

  @TempDir private Path home;

  private RunningBundle serve(String... more) {
    List<String> settings = new ArrayList<>(List.of("sms.ledger.url", ledgerUrl()));
    settings.addAll(List.of(more));
    return RunningBundle.startWithFiles(home, settings.toArray(String[]::new));
  }

  private String ledgerUrl() {
    return "jdbc:sqlite:" + home.resolve("ledger.db");
  }

  private List<String> settings() {
    return List.of(
        "--set=sms.ledger.url=" + ledgerUrl(), "--set=sms.file.inbox=" + home.resolve("inbox"));
  }

  private String[] arguments(String command, String argument) {
    List<String> arguments = new ArrayList<>(List.of(command, argument));
    arguments.addAll(settings());
    return arguments.toArray(String[]::new);
  }

  private BatchFolders folders() {
    return new BatchFolders(
        home.resolve("inbox"),
        home.resolve("results"),
        home.resolve("done"),
        home.resolve("failed"));
  }

  private Path file(String name, String rows) throws IOException {
    return Files.writeString(home.resolve(name), HEADER + rows);
  }

  private static String rows(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> "account-reset,k" + i + ",c" + i + ",+14255550123,Ada,p\n")
        .collect(Collectors.joining());
  }

  private List<String> results(String name) throws IOException {
    return Files.readAllLines(home.resolve("results").resolve(name + ".results.ndjson"));
  }

  private JsonNode summary(String name) throws IOException {
    return new ObjectMapper()
        .readTree(home.resolve("results").resolve(name + ".summary.json").toFile());
  }

  @Test
  @SuppressWarnings("try") // It only has to run.
  void hands_the_file_over_with_the_same_exit_code() throws Exception {
    Path good = file("good.csv", rows(3));
    Path bad = file("bad.csv", rows(1) + "account-reset,k9,c9,no number,Ada,p\n");
    try (RunningBundle serving = serve()) {
      Said first = Said.by(arguments("send", good.toString()));

      assertThat(first.exit()).as(first.err()).isEqualTo(ExitCode.DONE);
      assertThat(first.err())
          .contains(
              "sms-routes serves here already, and gets this file into its inbox, as good.csv")
          .contains("SANDBOX: that process has no sms.api.url");
      assertThat(first.out())
          .contains("good.csv: 3 rows, 3 accepted, 0 refused, 0 unsettled")
          .contains(home.resolve("results/good.csv.results.ndjson").toString());
      assertThat(results("good.csv")).hasSize(3);
      assertThat(good).isRegularFile();
      assertThat(home.resolve("done/good.csv")).hasSameTextualContentAs(good);

      Said second = Said.by(arguments("send", bad.toString()));

      assertThat(second.exit()).as(second.err()).isEqualTo(ExitCode.REFUSED);
      assertThat(second.out()).contains("bad.csv.rejects.csv");

      Said again = Said.by(arguments("send", good.toString()));

      assertThat(again.exit()).as(again.err()).isEqualTo(ExitCode.DONE);
      assertThat(again.out()).contains("good~2.csv.results.ndjson");
      assertThat(results("good~2.csv")).allMatch(line -> line.contains("ACCEPTED_EARLIER"));
      assertThat(note(Instant.now()).renewed(Instant.now())).isPresent();
      assertThat(home.resolve("inbox")).isEmptyDirectory();
    }
    assertThat(home.resolve("ledger.db.serving.json")).doesNotExist();
  }

  @Test
  void reports_a_cancelled_file_in_summary_status_and_exit_code() throws Exception {
    Path file = file("orders.csv", rows(400));
    try (RunningBundle serving = serve("sms.file.concurrency", "2")) {
      SandboxProbe probe = serving.sandbox();
      probe.settings("{\"latencyMs\": 50}");
      CompletableFuture<Said> sending =
          CompletableFuture.supplyAsync(() -> Said.by(arguments("send", file.toString())));
      await().atMost(Duration.ofSeconds(60)).until(() -> probe.sends() > 5);

      assertThat(Said.by(arguments("cancel", "orders.csv")).exit()).isEqualTo(ExitCode.DONE);
      Said said = sending.get(60, TimeUnit.SECONDS);

      assertThat(said.exit()).as(said.err()).isEqualTo(ExitCode.UNSETTLED);
      assertThat(said.out()).contains("orders.csv: cancelled; 400 rows, ");
      assertThat(summary("orders.csv").path("state").asText()).isEqualTo("cancelled");
      assertThat(summary("orders.csv").path("waiting").asInt()).isPositive();
      Said status = Said.by(status());
      assertThat(status.lines().get(2)).startsWith("orders.csv").contains(" cancelled ");
    }
  }

  private String[] status() {
    List<String> arguments = new ArrayList<>(List.of("status"));
    arguments.addAll(settings());
    arguments.add("--set=sms.file.results=" + home.resolve("results"));
    return arguments.toArray(String[]::new);
  }

  @Test
  void ctrl_c_only_ends_the_watching() throws Exception {
    Path file = file("orders.csv", rows(120));
    try (RunningBundle serving = serve("sms.file.concurrency", "2")) {
      SandboxProbe probe = serving.sandbox();
      probe.settings("{\"latencyMs\": 200}");
      Interrupted sending =
          Interrupted.by(
              home.resolve("output.txt"),
              () -> probe.sends() > 2,
              arguments("send", file.toString()));
      assertThat(sending.exit()).isEqualTo(ExitCode.INTERRUPTED);
      assertThat(sending.output())
          .contains("No longer watched. orders.csv goes on")
          .contains("sms-routes pause 'orders.csv'");
      assertThat(home.resolve("inbox/orders.csv")).isRegularFile();

      probe.settings("{\"latencyMs\": 0}");
      Said said = Said.by(arguments("send", file.toString()));

      assertThat(said.exit()).as(said.err()).isEqualTo(ExitCode.DONE);
      assertThat(results("orders.csv"))
          .hasSize(120)
          .allMatch(line -> line.contains("\"ACCEPTED\""));
      assertThat(probe.sends()).isEqualTo(120);
    }
  }

  @Test
  void never_overwrites_and_recognises_the_same_file() throws Exception {
    Path file = file("orders.csv", rows(1));
    Path other =
        Files.writeString(
            Files.createDirectories(home.resolve("inbox")).resolve("orders.csv"), "another");

    HandedOver first = HandedOver.to(note(Instant.now()), file);
    HandedOver second = HandedOver.to(note(Instant.now()), file);

    assertThat(first.name()).isEqualTo("orders~2.csv");
    assertThat(first.before()).isFalse();
    assertThat(second.name()).isEqualTo("orders~2.csv");
    assertThat(second.before()).isTrue();
    assertThat(other).hasContent("another");
    assertThat(home.resolve("inbox/orders~2.csv")).hasSameTextualContentAs(file);
    assertThat(home.resolve("inbox").toFile().list()).hasSize(2);
  }

  @Test
  void gives_up_without_a_sign_of_life() throws Exception {
    HandedOver handed = HandedOver.to(note(Instant.now()), file("orders.csv", rows(1)));
    note(Instant.now().minus(InstanceFile.STALE_AFTER)).write();

    assertThat(follow(handed)).isEmpty();
    assertThat(handed.isThere()).isTrue();
  }

  @Test
  void ignores_an_older_result_after_the_file_was_removed() throws Exception {
    HandedOver handed = HandedOver.to(note(Instant.now()), file("orders.csv", rows(1)));
    Files.createDirectories(home.resolve("failed"));
    Files.writeString(
        home.resolve("failed/orders.csv.reason.json"),
        "{\"file\":\"orders.csv\",\"reason\":\"empty\",\"at\":\"2026-01-01T00:00:00Z\"}");
    Files.delete(home.resolve("inbox/orders.csv"));

    assertThat(follow(handed)).isEmpty();
    assertThat(handed.isThere()).isFalse();
  }

  private static Optional<Past> follow(HandedOver handed) throws Exception {
    try (SendProgress progress =
        new SendProgress(new PrintWriter(new StringWriter()), false, handed.name())) {
      return handed.follow(progress, Duration.ofMillis(1));
    }
  }

  private InstanceFile note(Instant at) {
    return new InstanceFile(
        folders(),
        Optional.of(home.resolve("ledger.db")),
        Optional.empty(),
        new Pacing(1, 12.5, "the pace of this moment"),
        at);
  }

  @Test
  void check_uses_the_pace_of_the_serving_process() throws Exception {
    Path file = file("orders.csv", rows(25));
    Files.createDirectories(home.resolve("inbox"));
    note(Instant.now()).write();

    assertThat(Said.by(arguments("check", file.toString())).out())
        .contains(
            "about 2 s, at 12.50 a second: told by the process that serves here: the pace of this"
                + " moment");

    note(Instant.now().minus(InstanceFile.STALE_AFTER)).write();
    assertThat(Said.by(arguments("check", file.toString())).out())
        .contains("assumed are answers of the API in 200 ms")
        .contains("sms.api.max-rate");

    Files.writeString(home.resolve("ledger.db.serving.json"), "{\"at\":");
    assertThat(note(Instant.now()).renewed(Instant.now())).isEmpty();
  }
}
