package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SandboxProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file whose rows travel together, over the wire, from the inbox to the results. */
@Timeout(120)
class FileManyRecipientsIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path home;
  private RunningBundle bundle;
  private SandboxProbe api;

  @BeforeEach
  void start() {
    bundle =
        RunningBundle.start(
            "sms.file.enabled", "true",
            "sms.file.inbox", home.resolve("inbox").toString(),
            "sms.file.results", home.resolve("results").toString(),
            "sms.file.done", home.resolve("done").toString(),
            "sms.file.failed", home.resolve("failed").toString(),
            "sms.file.poll-delay", "50ms",
            "sms.file.min-age", "0ms",
            "sms.file.concurrency", "1",
            "sms.batch.recipients-per-call", "500");
    api = bundle.sandbox();
  }

  @AfterEach
  void close() {
    bundle.close();
  }

  private Path drop(Path folder, String result, int rows, IntFunction<String> row)
      throws IOException {
    Path elsewhere = home.resolve("orders.tmp");
    Files.writeString(
        elsewhere,
        "definitionKey,messageKey,contactKey,to,FirstName,password,Topic\n"
            + IntStream.rangeClosed(1, rows).mapToObj(row).collect(Collectors.joining()));
    Files.createDirectories(folder);
    Files.move(elsewhere, folder.resolve("orders.csv"));
    Path results = home.resolve("results").resolve("orders.csv" + result);
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(results));
    return results;
  }

  private List<JsonNode> send(int rows, IntFunction<String> row) throws IOException {
    Path results = drop(home.resolve("inbox"), ".results.ndjson", rows, row);
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(results)) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static List<String> outcomes(List<JsonNode> results) {
    return results.stream().map(line -> line.path("outcome").asText()).toList();
  }

  @Test
  void two_definitions_make_two_calls_with_individual_texts() throws IOException {
    IntFunction<String> row =
        i ->
            i == 30
                ? "account-reset,k30,c,12,Ada,p,\n"
                : (i % 2 == 0 ? "account-reset" : "newsletter-teaser")
                    + (",k" + i + ",c,+14255550123,Ada,p" + i + ",x\n");
    Path plan = drop(home.resolve("inbox/check"), ".check.json", 60, row);
    assertThat(JSON.readTree(plan.toFile()).at("/toSend/estimate/calls").asInt())
        .as("what check says beforehand")
        .isEqualTo(2);

    List<JsonNode> results = send(60, row);

    assertThat(outcomes(results))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 60).mapToObj(i -> i == 30 ? "REFUSED" : "ACCEPTED").toList());
    assertThat(api.sends()).isEqualTo(2);
    assertThat(api.message("k2").path("text").asText()).isEqualTo("Ada, your 2FA token is p2");
    assertThat(api.message("k60").path("text").asText()).isEqualTo("Ada, your 2FA token is p60");
    assertThat(api.message("k1").path("text").asText())
        .endsWith("we write about x. Reply STOP NEWS to opt out.");
  }

  @Test
  void repeats_a_call_without_reply_row_by_row() throws IOException {
    api.faults("{\"calls\":1,\"dropReply\":\"after\"}");

    List<JsonNode> results = send(40, i -> "account-reset,k" + i + ",c,+14255550123,Ada,p,\n");

    assertThat(outcomes(results)).containsOnly("ACCEPTED_EARLIER");
    assertThat(api.sends()).isEqualTo(41);
    assertThat(api.messages()).allMatch(message -> message.path("times").asInt() == 1);
  }

  /** Longer than any reply to one message may be. */
  @Test
  void reads_the_reply_to_five_hundred_long_keys() throws IOException {
    List<JsonNode> results =
        send(
            500,
            i ->
                "account-reset,"
                    + "\uD83D\uDE42".repeat(97)
                    + i % 10
                    + i / 10 % 10
                    + i / 100
                    + ",c,+14255550123,Ada,p,\n");

    assertThat(outcomes(results)).containsOnly("ACCEPTED");
    assertThat(api.sends()).isEqualTo(1);
  }
}
