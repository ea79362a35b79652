package dev.smsroutes.intake.file;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.run.FileControls;
import dev.smsroutes.batch.run.FileControls.OrderResult;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.TestRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several files at the same time, and what a person orders for one of them. */
class FilesAtOnceIT {
  private static final String HEADER = "definitionKey,messageKey,contactKey,to,FirstName\n";

  /** Longer than between two looks for an order. */
  private static final Duration UNTIL_SEEN = Duration.ofMillis(700);

  @TempDir Path home;
  private FileRoute route;

  @AfterEach
  void stop() {
    route.close();
  }

  private void start(String... settings) throws Exception {
    start(new TestRuns(), settings);
  }

  private void start(TestRuns runs, String... settings) throws Exception {
    Map<String, String> overrides = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      overrides.put(settings[i], settings[i + 1]);
    }
    route = new FileRoute(home, overrides, runs);
  }

  /** Rows with the keys {@code prefix1}, {@code prefix2} … */
  private static String rows(String prefix, int rows) {
    return HEADER
        + IntStream.rangeClosed(1, rows)
            .mapToObj(i -> "ok," + prefix + i + ",c,1,Ada\n")
            .collect(Collectors.joining());
  }

  private CountDownLatch gate(String key) {
    CountDownLatch gate = new CountDownLatch(1);
    route.gates.put(key, gate);
    return gate;
  }

  private List<String> sent() {
    return route.handedOver.stream().map(SendRequest::messageKey).toList();
  }

  private void awaitSent(int rows) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> route.handedOver.size() >= rows);
  }

  private void awaitLog(String beginning) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> isLogged(beginning));
  }

  private boolean isLogged(String beginning) {
    return route.log().stream()
        .map(ILoggingEvent::getFormattedMessage)
        .anyMatch(line -> line.startsWith(beginning));
  }

  private FileControls orders() {
    return new FileControls(
        new BatchFolders(
            home.resolve("inbox"),
            home.resolve("results"),
            home.resolve("done"),
            home.resolve("failed")));
  }

  private static Map<String, Long> outcomes(List<JsonNode> results) {
    return results.stream()
        .collect(
            Collectors.groupingBy(
                line -> line.path("outcome").asText() + " " + line.path("code").asInt(),
                Collectors.counting()));
  }

  /** As the ledger does, and a second process reads it. */
  private static void record(TestRuns runs, String file, List<String> keys) {
    keys.forEach(
        key ->
            runs.settled.put(
                file + "#" + key.substring(1), new Accepted("r", Optional.of(key), false)));
  }

  @Test
  void a_small_file_takes_turns_with_a_big_one_row_by_row() throws Exception {
    // With more threads the machine would decide how often one of them overtakes another.
    start("sms.file.concurrency", "1");
    CountDownLatch gate = gate("b1");
    route.drop("big.csv", rows("b", 5_000));
    awaitSent(1);
    // The thread is taken. The small file gets no row out before it stands in the same line.
    route.drop("small.csv", rows("s", 20));
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> route.queued() == 2);
    gate.countDown();

    assertThat(outcomes(route.awaitResults("small.csv"))).containsEntry("ACCEPTED 0", 20L);
    assertThat(outcomes(route.awaitResults("big.csv"))).containsEntry("ACCEPTED 0", 5_000L);
    List<String> sent = sent();
    assertThat(sent).hasSize(5_020).doesNotHaveDuplicates();
    List<Integer> small =
        IntStream.range(0, sent.size()).filter(i -> sent.get(i).startsWith("s")).boxed().toList();
    int between = small.get(19) - small.get(0) + 1 - 20;
    assertThat(between).as("rows of the big file between those of the small one").isEqualTo(19);
    assertThat(small.get(19)).as("the last row of the small file").isLessThan(50);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void takes_so_many_files_at_once_and_leaves_further_ones_untouched(int files) throws Exception {
    start("sms.file.files-at-once", Integer.toString(files));
    CountDownLatch gate = gate("a1");
    route.drop("a.csv", large("a"));
    awaitSent(1);
    if (files == 2) {
      route.gates.put("b1", gate);
      route.drop("b.csv", large("b"));
      awaitSent(2);
    }
    route.drop("c.csv", large("c"));
    Awaitility.await()
        .during(Duration.ofMillis(400))
        .atMost(Duration.ofSeconds(5))
        .until(() -> route.handedOver.size() == files);
    assertThat(isLogged("file taken name=\"c.csv\"")).isFalse();
    assertThat(route.inbox("c.csv")).exists();
    gate.countDown();

    assertThat(route.awaitResults("c.csv")).hasSize(1);
    assertThat(route.awaitResults("a.csv")).hasSize(1);
  }

  /** One row, in a file that is not small. */
  private static String large(String prefix) {
    return rows(prefix, 1) + "\n".repeat(InboxLock.SMALL_BYTES);
  }

  @Test
  void small_files_do_not_wait_for_a_place_of_a_large_one() throws Exception {
    start("sms.file.files-at-once", "2");
    for (String prefix : List.of("a", "b")) {
      gate(prefix + "1");
      route.drop(prefix + ".csv", large(prefix));
    }
    awaitSent(2);
    for (int i = 1; i <= 100; i++) {
      route.drop("small" + i + ".csv", rows("s" + i + "-", 1));
    }

    for (int i = 1; i <= 100; i++) {
      FileRoute.awaitFile(route.done("small" + i + ".csv"));
    }
    assertThat(sent()).hasSize(102).doesNotHaveDuplicates();
    assertThat(route.inbox("a.csv")).exists();
    assertThat(route.inbox("b.csv")).exists();
  }

  @Test
  void one_file_at_once_is_one_after_the_other_however_small() throws Exception {
    start("sms.file.files-at-once", "1");
    CountDownLatch gate = gate("a1");
    route.drop("a.csv", rows("a", 1));
    awaitSent(1);
    route.drop("b.csv", rows("b", 1));
    Awaitility.await()
        .during(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(5))
        .until(() -> route.handedOver.size() == 1);
    gate.countDown();

    assertThat(route.awaitResults("b.csv")).hasSize(1);
  }

  @Test
  void an_unreadable_or_a_broken_file_gives_its_place_free() throws Exception {
    start("sms.file.files-at-once", "1");
    for (int i = 1; i <= 3; i++) {
      route.drop("empty" + i + ".csv", "");
      route.awaitReason("empty" + i + ".csv");
    }
    route.drop("unrecorded.csv", HEADER + "unrecorded,k1,c,1,Ada\n");
    awaitLog("file interrupted");
    route.drop("a.csv", rows("a", 1));

    assertThat(route.awaitResults("a.csv")).hasSize(1);
  }

  @Test
  void a_stop_leaves_all_open_files_and_the_next_start_goes_on_with_them() throws Exception {
    start();
    TestRuns runs = route.runs;
    CountDownLatch gate = gate("a20");
    route.gates.put("b20", gate);
    route.drop("a.csv", rows("a", 20_000));
    route.drop("b.csv", rows("b", 20_000));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> sent().contains("a20") && sent().contains("b20"));
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(route::stop);
    Awaitility.await().until(route::isStopping);
    gate.countDown();
    stopped.get(10, TimeUnit.SECONDS);

    assertThat(route.files()).containsExactly("inbox/a.csv", "inbox/b.csv");
    List<String> before = sent();
    assertThat(before).hasSizeLessThan(10_000);
    for (String name : List.of("a", "b")) {
      record(runs, name + ".csv", before.stream().filter(key -> key.startsWith(name)).toList());
    }
    route.close();
    start(runs);
    assertThat(route.awaitResults("a.csv")).hasSize(20_000);
    assertThat(route.awaitResults("b.csv")).hasSize(20_000);
    assertThat(sent()).doesNotContainAnyElementsOf(before).hasSize(40_000 - before.size());
  }

  @Test
  void a_paused_file_keeps_its_rows_over_a_restart_and_lets_others_pass() throws Exception {
    start("sms.file.files-at-once", "1");
    TestRuns runs = route.runs;
    CountDownLatch gate = gate("a100");
    route.drop("a.csv", rows("a", 5_000));
    // The window is full, for the oldest row waits.
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> sent().contains("a1098"));
    assertThat(orders().pause("a.csv")).isEqualTo(OrderResult.DONE);
    Awaitility.await().pollDelay(UNTIL_SEEN).until(() -> true);
    gate.countDown();
    awaitLog("file interrupted, it is paused, and continues when it is resumed name=\"a.csv\"");

    List<String> before = sent();
    assertThat(before).hasSizeLessThan(1_200);
    assertThat(route.files()).containsExactly("inbox/.a.csv.sms-paused", "inbox/a.csv");
    route.drop("b.csv", rows("b", 1));
    assertThat(route.awaitResults("b.csv")).hasSize(1);
    record(runs, "a.csv", before);

    route.close();
    start(runs);
    route.drop("c.csv", rows("c", 1));
    assertThat(route.awaitResults("c.csv")).hasSize(1);
    assertThat(sent()).containsExactly("c1");
    assertThat(orders().resume("a.csv")).isEqualTo(OrderResult.DONE);
    assertThat(outcomes(route.awaitResults("a.csv"))).containsOnly(Map.entry("ACCEPTED 0", 5_000L));
    assertThat(sent()).doesNotContainAnyElementsOf(before).hasSize(1 + 5_000 - before.size());
  }

  @Test
  void a_cancelled_file_tells_what_was_sent_and_its_rejects_send_exactly_the_rest()
      throws Exception {
    start();
    CountDownLatch gate = gate("a100");
    route.drop("a.csv", rows("a", 3_000) + "ok,,c,1,Ada\n" + "ok,a3002,c\n");
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> sent().contains("a1098"));
    assertThat(orders().cancel("a.csv")).isEqualTo(OrderResult.DONE);
    Awaitility.await().pollDelay(UNTIL_SEEN).until(() -> true);
    gate.countDown();

    List<JsonNode> results = route.awaitResults("a.csv");
    List<String> before = sent();
    assertThat(before).hasSizeBetween(1_098, 1_200).contains("a100");
    assertThat(outcomes(results))
        .containsOnly(
            Map.entry("ACCEPTED 0", (long) before.size()),
            Map.entry("WAITING 900001", 3_001L - before.size()),
            Map.entry("REFUSED 10000", 1L));
    assertThat(isLogged("file kept")).as("it waited for the rows under way").isFalse();
    assertThat(isLogged("file cancelled name=\"a.csv\" as=\"a.csv\" rows=3002")).isTrue();
    assertThat(route.files())
        .containsExactly(
            "done/a.csv",
            "results/a.csv.rejects.csv",
            "results/a.csv.results.ndjson",
            "results/a.csv.summary.json");

    Files.copy(route.results("a.csv.rejects.csv"), route.inbox("again.csv"));
    assertThat(outcomes(route.awaitResults("again.csv")))
        .containsOnly(
            Map.entry("ACCEPTED 0", 3_001L - before.size()), Map.entry("REFUSED 10000", 1L));
    assertThat(sent()).doesNotHaveDuplicates().hasSize(3_001);
  }

  @Test
  void files_whose_rows_travel_together_take_turns_call_by_call() throws Exception {
    start("sms.file.concurrency", "1", "sms.batch.recipients-per-call", "10");
    CountDownLatch gate = gate("b1");
    route.drop("big.csv", rows("b", 5_000));
    awaitSent(1);
    route.drop("small.csv", rows("s", 50));
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> route.queued() == 2);
    gate.countDown();

    assertThat(outcomes(route.awaitResults("small.csv")))
        .containsOnly(Map.entry("ACCEPTED 0", 50L));
    assertThat(outcomes(route.awaitResults("big.csv")))
        .containsOnly(Map.entry("ACCEPTED 0", 5_000L));
    List<String> sent = sent();
    assertThat(sent).hasSize(5_050).doesNotHaveDuplicates();
    assertThat(sent.indexOf("s50")).as("the last row of the small file").isLessThan(150);
  }

  @Test
  void a_cancelled_file_whose_rows_travel_together_sends_none_that_was_only_read()
      throws Exception {
    start("sms.file.concurrency", "2", "sms.batch.recipients-per-call", "30");
    // One that is read, and waits for company, when the order is seen.
    route.runs.maybeSent.add("a995");
    CountDownLatch gate = gate("a1");
    route.drop("a.csv", rows("a", 3_000));
    // The window is full of rows that are out, and of some that wait for company.
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> sent().contains("a990"));
    assertThat(orders().cancel("a.csv")).isEqualTo(OrderResult.DONE);
    Awaitility.await().pollDelay(UNTIL_SEEN).until(() -> true);
    gate.countDown();

    Map<String, Long> outcomes = outcomes(route.awaitResults("a.csv"));
    long before = sent().size();
    assertThat(before).as("33 calls; 10 rows were only read").isEqualTo(990);
    assertThat(outcomes)
        .containsOnly(
            Map.entry("ACCEPTED 0", before),
            Map.entry("UNCERTAIN 900001", 1L),
            Map.entry("WAITING 900001", 3_000L - before - 1));
    Files.copy(route.results("a.csv.rejects.csv"), route.inbox("again.csv"));
    assertThat(outcomes(route.awaitResults("again.csv")))
        .containsOnly(Map.entry("ACCEPTED 0", 3_000L - before));
    assertThat(sent()).doesNotHaveDuplicates().hasSize(3_000);
  }

  @Test
  void a_paused_file_whose_rows_travel_together_goes_on_with_those_that_were_only_read()
      throws Exception {
    start("sms.file.concurrency", "2", "sms.batch.recipients-per-call", "30");
    CountDownLatch gate = gate("a1");
    route.drop("a.csv", rows("a", 3_000));
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> sent().contains("a990"));
    assertThat(orders().pause("a.csv")).isEqualTo(OrderResult.DONE);
    Awaitility.await().pollDelay(UNTIL_SEEN).until(() -> true);
    gate.countDown();
    awaitLog("file interrupted, it is paused, and continues when it is resumed name=\"a.csv\"");

    List<String> before = sent();
    assertThat(before).as("33 calls; 10 rows were only read").hasSize(990);
    record(route.runs, "a.csv", before);
    assertThat(orders().resume("a.csv")).isEqualTo(OrderResult.DONE);
    assertThat(outcomes(route.awaitResults("a.csv"))).containsOnly(Map.entry("ACCEPTED 0", 3_000L));
    assertThat(sent()).doesNotHaveDuplicates().hasSize(3_000);
  }

  @Test
  void a_cancelled_row_that_may_have_been_sent_before_is_uncertain() throws Exception {
    start();
    route.runs.maybeSent.add("a2");
    Files.createFile(route.inbox(".a.csv.sms-cancelled"));
    route.drop("a.csv", rows("a", 3));

    assertThat(route.awaitResults("a.csv"))
        .extracting(line -> line.path("outcome").asText())
        .containsExactly("WAITING", "UNCERTAIN", "WAITING");
    assertThat(sent()).isEmpty();
    assertThat(route.files()).noneMatch(file -> file.contains(".sms-"));
  }

  @Test
  void a_paused_file_that_was_not_taken_yet_can_be_cancelled_and_the_next_of_its_name_is_sent()
      throws Exception {
    start();
    route.drop(".a", rows("a", 2));
    Files.createFile(route.inbox(".a.csv.sms-paused"));
    Files.move(route.inbox(".a"), route.inbox("a.csv"));
    route.drop("b.csv", rows("b", 1));
    route.awaitResults("b.csv");
    assertThat(orders().cancel("a.csv")).isEqualTo(OrderResult.DONE);

    assertThat(outcomes(route.awaitResults("a.csv"))).containsOnly(Map.entry("WAITING 900001", 2L));
    assertThat(sent()).containsExactly("b1");
    route.drop("a.csv", rows("a", 2));
    assertThat(outcomes(route.awaitResults("a~2.csv"))).containsOnly(Map.entry("ACCEPTED 0", 2L));
  }

  @Test
  void an_order_whose_file_is_gone_is_forgotten_at_the_next_start() throws Exception {
    start();
    route.close();
    Files.createFile(route.inbox(".a.csv.sms-cancelled"));
    Files.createFile(route.inbox(".b.csv.sms-paused"));
    start();
    route.drop("a.csv", rows("a", 1));

    assertThat(outcomes(route.awaitResults("a.csv"))).containsOnly(Map.entry("ACCEPTED 0", 1L));
    assertThat(route.files()).noneMatch(file -> file.contains(".sms-"));
  }

  @Test
  void orders_that_make_no_sense_change_nothing() throws IOException, Exception {
    start("sms.file.min-age", "1h");
    route.drop("a.csv", rows("a", 1));
    Files.writeString(route.done("old.csv"), "x");

    assertThat(orders().resume("a.csv")).isEqualTo(OrderResult.NOT_PAUSED);
    assertThat(orders().pause("old.csv")).isEqualTo(OrderResult.ENDED);
    assertThat(orders().cancel("old.csv")).isEqualTo(OrderResult.ENDED);
    assertThat(orders().resume("none.csv")).isEqualTo(OrderResult.UNKNOWN);
    assertThat(orders().pause("none.csv")).isEqualTo(OrderResult.UNKNOWN);
    assertThat(route.files()).containsExactly("done/old.csv", "inbox/a.csv");

    assertThat(orders().pause("a.csv")).isEqualTo(OrderResult.DONE);
    assertThat(orders().pause("a.csv")).isEqualTo(OrderResult.DONE_BEFORE);
    assertThat(orders().cancel("a.csv")).isEqualTo(OrderResult.DONE);
    assertThat(orders().cancel("a.csv")).isEqualTo(OrderResult.DONE_BEFORE);
    assertThat(orders().resume("a.csv")).isEqualTo(OrderResult.CANCELLED);
    assertThat(orders().pause("a.csv")).isEqualTo(OrderResult.CANCELLED);
  }
}
