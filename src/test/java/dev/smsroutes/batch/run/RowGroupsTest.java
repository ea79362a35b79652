package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.InputEncoding;
import dev.smsroutes.batch.format.InputRules;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.testing.TestLimits;
import dev.smsroutes.testing.TestRuns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of a file that travel together. */
@Timeout(30)
class RowGroupsTest {
  private static final String HEADER = "definitionKey,messageKey,contactKey,to\n";

  @TempDir private Path home;
  private BatchFile file;

  @BeforeEach
  void start() throws IOException {
    file = new BatchFile(home);
  }

  private Batch open(String rows) throws IOException {
    return file.open(file.write("a.csv", (HEADER + rows).getBytes(StandardCharsets.UTF_8)));
  }

  /** Rows of these definitions, with the keys k1, k2 … */
  private static String rows(String... definitions) {
    return IntStream.range(0, definitions.length)
        .mapToObj(i -> definitions[i] + ",k" + (i + 1) + ",c,1\n")
        .collect(Collectors.joining());
  }

  private static List<String> keys(RowGroup group) {
    return group.items().stream().map(item -> item.request().messageKey()).toList();
  }

  private static void accept(RowGroup group) {
    group.settle(group.items().stream().map(SendItem::request).map(BatchFile::accept).toList());
  }

  /**
   * As Camel's splitter does, with so many threads: it asks for a further group before it starts
   * the one that it got last.
   */
  private static List<List<String>> sendAsTheSplitterDoes(Batch batch, int most, int threads)
      throws InterruptedException {
    List<List<String>> handedOver = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      Iterator<RowGroup> groups = batch.groups(most);
      while (groups.hasNext()) {
        RowGroup group = groups.next();
        groups.hasNext();
        if (!group.isNothing()) {
          handedOver.add(keys(group));
          pool.execute(() -> accept(group));
        }
      }
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
    return handedOver;
  }

  @Test
  void groups_rows_by_definition_and_keeps_results_in_order() throws Exception {
    try (Batch batch = open(rows("a", "b", "a", "a", "b", "a", "c"))) {
      List<List<String>> handedOver = sendAsTheSplitterDoes(batch, 3, 5);

      assertThat(handedOver)
          .containsExactly(
              List.of("k1", "k3", "k4"), List.of("k2", "k5"), List.of("k6"), List.of("k7"));
      batch.finish();
    }
    assertThat(Files.readAllLines(file.folders.results().resolve("a.csv.results.ndjson")))
        .extracting(line -> JsonOriginal.MAPPER.readTree(line).path("messageKey").asText())
        .containsExactly("k1", "k2", "k3", "k4", "k5", "k6", "k7");
  }

  @Test
  void groups_of_one_wait_for_no_company() throws Exception {
    try (Batch batch = open(rows("a", "b", "a", "c", "b"))) {
      Iterator<RowGroup> groups = batch.groups(1);
      for (int row = 1; row <= 5; row++) {
        assertThat(keys(groups.next())).containsExactly("k" + row);
      }
      assertThat(groups.hasNext()).isFalse();
    }
  }

  @Test
  void each_row_has_its_origin_and_its_own_outcome() throws IOException {
    try (Batch batch = open(rows("a", "a"))) {
      Iterator<RowGroup> groups = batch.groups(500);
      RowGroup group = groups.next();
      assertThat(groups.hasNext()).isFalse();
      assertThatThrownBy(groups::next).isInstanceOf(NoSuchElementException.class);
      assertThat(group.items())
          .extracting(item -> item.origin().source())
          .containsExactly("a.csv#1", "a.csv#2");
      assertThatThrownBy(() -> group.settle(List.of()))
          .isInstanceOf(IllegalArgumentException.class);
      group.settle(
          List.of(BatchFile.accept("k1"), BatchFile.refuse(group.items().get(1).request())));
      batch.finish();
    }
    assertThat(file.folders.results().resolve("a.csv.rejects.csv")).exists();
  }

  /** Window, group, threads; the keys are few enough to see that nobody waits for ever. */
  @ParameterizedTest
  @CsvSource({
    "2, 5, 1",
    "2, 500, 3",
    "3, 2, 1",
    "10, 4, 1",
    "10, 4, 2",
    "50, 7, 3",
    "1000, 500, 16"
  })
  void hands_out_every_row_once_for_any_window(int window, int most, int threads) throws Exception {
    file.limits = new BatchLimits(100, 100, window, 1_000_000, TestLimits.RULES);
    int rows = 400;
    String[] definitions =
        IntStream.range(0, rows).mapToObj(i -> "d" + i * i % 11).toArray(String[]::new);
    try (Batch batch = open(rows(definitions))) {
      List<List<String>> handedOver = sendAsTheSplitterDoes(batch, most, threads);

      assertThat(handedOver.stream().flatMap(List::stream))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.rangeClosed(1, rows).mapToObj(i -> "k" + i).toList());
      assertThat(handedOver).allMatch(group -> group.size() <= most);
      assertThat(batch.finish()).isNotNull();
    }
  }

  @Test
  void a_full_window_waits_instead_of_making_small_groups() throws Exception {
    file.limits = new BatchLimits(100, 100, 6, 1_000_000, TestLimits.RULES);
    String[] definitions = new String[20];
    Arrays.fill(definitions, "a");
    try (Batch batch = open(rows(definitions))) {
      Iterator<RowGroup> groups = batch.groups(4);
      RowGroup first = groups.next();
      CompletableFuture<RowGroup> second = new CompletableFuture<>();
      Thread thread = new Thread(() -> second.complete(groups.next()));
      thread.start();
      accept(first);

      assertThat(keys(second.get(20, TimeUnit.SECONDS))).containsExactly("k5", "k6", "k7", "k8");
    }
  }

  @Test
  void a_stop_hands_out_nothing_until_the_file_resumes() throws IOException {
    try (Batch batch = open(rows("a", "b", "a", "b", "a"))) {
      Iterator<RowGroup> groups = batch.groups(3);
      file.stopping = true;
      assertThat(groups.hasNext()).isFalse();
      assertThatThrownBy(batch::finish).isInstanceOf(BatchInterruptedException.class);
    }
  }

  @Test
  void a_stop_leaves_waiting_rows_without_fault() throws IOException {
    file.limits = new BatchLimits(100, 100, 4, 1_000_000, TestLimits.RULES);
    try (Batch batch = open(rows("a", "a", "a", "b", "b", "b"))) {
      Iterator<RowGroup> groups = batch.groups(3);
      RowGroup first = groups.next();
      assertThat(groups.hasNext()).isTrue();
      file.stopping = true;
      accept(first);
      assertThat(groups.hasNext()).as("what was promised").isTrue();
      assertThat(groups.next().isNothing()).isTrue();
      assertThat(groups.hasNext()).isFalse();
      assertThatThrownBy(batch::finish).isInstanceOf(BatchInterruptedException.class);
    }
  }

  @Test
  void groups_hold_no_malformed_and_no_settled_rows() throws IOException {
    TestRuns runs = new TestRuns();
    file.runs = runs;
    String rows = "a,k1,c,1\na,k2,c\na,k3,c,1\na,k4,c,1\n";
    try (Batch batch = open(rows)) {
      assertThat(keys(batch.groups(500).next())).containsExactly("k1", "k3", "k4");
    }
    runs.settled.put("a.csv#3", BatchFile.accept("k3"));
    try (Batch batch = open(rows)) {
      Iterator<RowGroup> groups = batch.groups(500);
      RowGroup group = groups.next();
      assertThat(keys(group)).containsExactly("k1", "k4");
      accept(group);
      assertThat(groups.hasNext()).isFalse();
      assertThat(batch.summary().recorded()).isEqualTo(1);
      batch.finish();
    }
  }

  @Test
  void a_broken_pipeline_leaves_the_whole_group_uncertain() throws IOException {
    try (Batch batch = open(rows("a", "a"))) {
      RowGroup group = batch.groups(500).next();
      group.broke();
      assertThat(batch.summary().unsettled()).isEqualTo(2);
      // The first outcome counts.
      accept(group);
      assertThat(batch.summary().unsettled()).isEqualTo(2);
      assertThat(group.toString()).doesNotContain("k1");
    }
  }

  /** Rows 1 and 2 are out, 3 and 5 promised, 4 waits for company, and the file has more. */
  private Iterator<RowGroup> promiseThenOrder(Batch batch, FileControl order) throws Exception {
    Iterator<RowGroup> groups = batch.groups(2);
    accept(groups.next());
    assertThat(groups.hasNext()).isTrue();
    order.give(file.folders.inbox().resolve("a.csv"));
    // Longer than between two looks at the disk.
    Awaitility.await().pollDelay(Duration.ofMillis(600)).until(() -> true);
    return groups;
  }

  @Test
  void a_cancel_reports_read_rows_without_handing_them_over() throws Exception {
    TestRuns runs = new TestRuns();
    file.runs = runs;
    runs.maybeSent.addAll(List.of("k4", "k5", "k7"));
    // The window is full of rows that are not handed over: nobody else makes room in it.
    file.limits = new BatchLimits(100, 100, 3, 1_000_000, TestLimits.RULES);
    try (Batch batch = open(rows("a", "a", "a", "b", "a", "b", "b", "c", "a"))) {
      Iterator<RowGroup> groups = promiseThenOrder(batch, FileControl.CANCEL);

      assertThat(groups.hasNext()).as("what was promised").isTrue();
      assertThat(groups.next().isNothing()).isTrue();
      assertThat(groups.hasNext()).isFalse();
      batch.finish();
    }
    assertThat(Files.readAllLines(file.folders.results().resolve("a.csv.results.ndjson")))
        .extracting(
            line -> {
              JsonNode result = JsonOriginal.MAPPER.readTree(line);
              return result.path("messageKey").asText() + " " + result.path("outcome").asText();
            })
        .containsExactly(
            "k1 ACCEPTED",
            "k2 ACCEPTED",
            "k3 WAITING",
            "k4 UNCERTAIN",
            "k5 UNCERTAIN",
            "k6 WAITING",
            "k7 UNCERTAIN",
            "k8 WAITING",
            "k9 WAITING");
  }

  @Test
  void a_pause_leaves_read_rows_to_the_next_pass() throws Exception {
    TestRuns runs = new TestRuns();
    file.runs = runs;
    String rows = rows("a", "a", "a", "b", "a", "b");
    try (Batch batch = open(rows)) {
      Iterator<RowGroup> groups = promiseThenOrder(batch, FileControl.PAUSE);

      assertThat(groups.next().isNothing()).isTrue();
      assertThat(groups.hasNext()).isFalse();
      assertThatThrownBy(batch::finish)
          .isInstanceOfSatisfying(
              BatchInterruptedException.class, e -> assertThat(e.paused()).isTrue());
    }
    FileControl.PAUSE.takeBack(file.folders.inbox().resolve("a.csv"));
    for (String key : List.of("k1", "k2")) {
      runs.settled.put("a.csv#" + key.substring(1), BatchFile.accept(key));
    }
    try (Batch batch = open(rows)) {
      assertThat(sendAsTheSplitterDoes(batch, 2, 1))
          .containsExactly(List.of("k3", "k5"), List.of("k4", "k6"));
      batch.finish();
    }
  }

  @Test
  void a_ledger_outage_postpones_a_cancel() throws Exception {
    TestRuns runs = new TestRuns();
    file.runs = runs;
    try (Batch batch = open(rows("a", "a", "a", "b", "a", "b"))) {
      Iterator<RowGroup> groups = promiseThenOrder(batch, FileControl.CANCEL);
      runs.unavailable = true;

      assertThat(groups.next().isNothing()).isTrue();
      assertThat(groups.hasNext()).isFalse();
      assertThatThrownBy(batch::finish).isInstanceOf(BatchInterruptedException.class);
    }
  }

  @Test
  void the_window_grows_with_the_groups_and_stays_bounded() {
    BatchLimits limits = TestLimits.DEFAULTS;
    assertThat(limits.forGroups(1, 16)).isEqualTo(limits);
    assertThat(limits.forGroups(10, 4).windowRows()).isEqualTo(1_000);
    assertThat(limits.forGroups(500, 16).windowRows()).isEqualTo(9_000);
    assertThat(limits.forGroups(500, 1_000).windowRows()).isEqualTo(20_000);
    assertThat(limits.forGroups(500, 1_000).windowBytes()).isEqualTo(8L << 20);
    InputRules input = new InputRules(1, 2, 3, 4, InputEncoding.of("utf-8").orElseThrow());
    BatchLimits ruled = new BatchLimits(100, 100, 10, 1_000, input);
    assertThat(ruled.forGroups(500, 16).input()).as("what a file may be").isEqualTo(input);
  }
}
