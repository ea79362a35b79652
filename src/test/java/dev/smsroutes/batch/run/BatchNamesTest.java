package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.BatchFolders.Names;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.result.ResultsFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are open at the same time never share a name, whatever they are called. */
class BatchNamesTest {
  private static final String ROW = "definitionKey,contactKey,to\ngood,c,1\n";

  @TempDir private Path home;
  private BatchFile files;

  @BeforeEach
  void start() throws IOException {
    files = new BatchFile(home);
  }

  @Test
  void a_numbered_name_never_collides_with_a_real_one() throws IOException {
    files.run("a.csv", ROW, BatchFile::accept);
    Path again = files.write("a.csv", ROW.getBytes());
    Path called = files.write("a~2.csv", ROW.getBytes());
    try (Batch first = files.open(again);
        Batch second = files.open(called)) {
      for (Batch batch : List.of(first, second)) {
        BatchFile.rows(batch).forEach(row -> row.settle(BatchFile.accept(row.request())));
        Files.move(files.folders.inbox().resolve(batch.fileName()), batch.finish());
        batch.moved();
      }
    }
    assertThat(files.folders.done().toFile().list())
        .containsExactlyInAnyOrder("a.csv", "a~2.csv", "a~2~2.csv");
    assertThat(files.folders.results().toFile().list())
        .containsExactlyInAnyOrder(
            "a.csv.results.ndjson",
            "a.csv.summary.json",
            "a~2.csv.results.ndjson",
            "a~2.csv.summary.json",
            "a~2~2.csv.results.ndjson",
            "a~2~2.csv.summary.json");
  }

  @Test
  void parallel_files_take_different_names() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Future<Names>> asked = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      asked.add(pool.submit(() -> files.folders.take("a.csv", ResultsFormat.NDJSON)));
    }
    List<String> names = new ArrayList<>();
    for (Future<Names> taken : asked) {
      names.add(taken.get().source());
    }
    pool.shutdown();
    assertThat(names).doesNotHaveDuplicates().contains("a.csv", "a~40.csv");
  }

  @Test
  void results_in_another_format_or_a_summary_reserve_a_name() throws IOException {
    Path results = files.folders.results();
    Files.createFile(results.resolve("a.csv.results.ndjson"));
    Files.createFile(results.resolve(".a~2.csv.results.ndjson.sms-tmp"));
    Files.createFile(results.resolve("a~3.csv.summary.json"));
    assertThat(files.folders.take("a.csv", ResultsFormat.CSV).source()).isEqualTo("a~4.csv");
    assertThat(files.folders.take("a.csv", ResultsFormat.NDJSON).source()).isEqualTo("a~5.csv");
    assertThat(files.folders.take("a.csv.gz", ResultsFormat.CSV).source()).isEqualTo("a.csv.gz");
  }

  /** A system that drops a file for each message may call all of them the same. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 100, 127, 128, 129})
  void numbers_go_on_where_they_ended(int before) throws IOException {
    for (int i = 1; i <= before; i++) {
      Files.createFile(files.folders.done().resolve(BatchFolders.numbered("message.json", i)));
    }

    assertThat(files.folders.take("message.json", ResultsFormat.NDJSON).source())
        .isEqualTo("message~" + (before + 1) + ".json");
    assertThat(files.folders.take("message.json", ResultsFormat.NDJSON).source())
        .isEqualTo("message~" + (before + 2) + ".json");
  }

  @Test
  void a_name_that_was_not_used_is_free_again() throws IOException {
    files.folders.giveBack(files.folders.take("a.csv", ResultsFormat.NDJSON));
    assertThat(files.folders.take("a.csv", ResultsFormat.NDJSON).source()).isEqualTo("a.csv");
    Path empty = files.write("b.csv", new byte[0]);
    try (Batch batch = files.open(empty)) {
      assertThat(batch.unreadable()).isPresent();
    }
    assertThat(files.folders.take("b.csv", ResultsFormat.NDJSON).source()).isEqualTo("b.csv");
  }

  @Test
  void a_promised_row_is_not_handed_over_after_a_pause() throws IOException {
    Path file = files.write("a.csv", (ROW + "good,d,2\n").getBytes());
    try (Batch batch = files.open(file)) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      assertThat(rows.next()).isNotNull();
      assertThat(rows.hasNext()).isTrue();
      FileControl.PAUSE.give(file);
      Awaitility.await().pollDelay(Duration.ofMillis(700)).until(() -> true);
      assertThat(rows.hasNext()).as("what was promised stays so").isTrue();
      assertThat(rows.next()).isNull();
      assertThat(rows.hasNext()).isFalse();
      assertThat(batch.order()).isEqualTo(FileControl.PAUSE);
    }
  }
}
