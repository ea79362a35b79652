package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.run.BatchProgress.Phase;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.testing.TestRuns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a file while it is sent. */
class ProgressTest {
  private static final String HEADER = "definitionKey,contactKey,to\n";

  @TempDir private Path home;
  private final SettableClock clock = new SettableClock();
  private final List<String> told = new ArrayList<>();
  private BatchFile file;
  private ProgressFiles files;

  @BeforeEach
  void start() throws IOException {
    file = new BatchFile(home);
    file.clock = clock;
    files = new ProgressFiles(file.folders, batch -> told.add("progressed"));
    file.watch = files;
  }

  private Path drop(String name, String content) throws IOException {
    return file.write(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private Path drop(int rows) throws IOException {
    return drop("a.csv", HEADER + "good,c,1\n".repeat(rows));
  }

  private static void accept(Row row) {
    row.settle(BatchFile.accept(row.request()));
  }

  private List<Row> begin(Iterator<Row> rows, int many) {
    List<Row> begun = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      begun.add(rows.next());
    }
    return begun;
  }

  private Path progressFile() {
    return file.folders.results().resolve("a.csv.progress.json");
  }

  @Test
  void counts_rows_in_any_order_of_outcomes() throws IOException {
    try (Batch batch = file.open(drop(10))) {
      List<Row> rows = begin(BatchFile.rows(batch).iterator(), 6);
      accept(rows.get(4));
      accept(rows.get(1));
      rows.get(3).settle(BatchFile.refuse(rows.get(3).request()));
      rows.get(5).broke();

      BatchProgress progress = batch.progress();
      assertThat(progress.state()).isEqualTo(Phase.SENDING);
      assertThat(progress.rows()).isEqualTo(4);
      assertThat(progress.accepted()).isEqualTo(2);
      assertThat(progress.refused()).isEqualTo(1);
      assertThat(progress.unsettled()).isEqualTo(1);
      assertThat(progress.firstOpenRow()).hasValue(1);

      accept(rows.get(0));
      assertThat(batch.progress().firstOpenRow()).hasValue(3);
      accept(rows.get(2));
      assertThat(batch.progress().firstOpenRow()).isEmpty();
    }
  }

  @Test
  void counts_a_repeated_outcome_once() throws IOException {
    try (Batch batch = file.open(drop(2))) {
      Row row = BatchFile.rows(batch).iterator().next();
      accept(row);
      row.broke();

      assertThat(batch.progress().rows()).isEqualTo(1);
      assertThat(batch.progress().unsettled()).isZero();
    }
  }

  @Test
  void the_rate_of_the_last_15_seconds_predicts_the_end() throws IOException {
    try (Batch batch = file.open(drop(1_000))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      assertThat(batch.progress().rate()).isZero();
      assertThat(batch.progress().left()).isEmpty();
      for (int second = 0; second < 30; second++) {
        begin(rows, 20).forEach(ProgressTest::accept);
        clock.forward(Duration.ofSeconds(1));
        batch.progress();
      }
      assertThat(batch.progress().rate()).isEqualTo(20);
      // 400 rows, and the header, whose bytes are no row's.
      assertThat(batch.progress().left().orElseThrow()).isBetween(seconds(20), seconds(21));
      for (int second = 0; second < 16; second++) {
        begin(rows, 5).forEach(ProgressTest::accept);
        clock.forward(Duration.ofSeconds(1));
        batch.progress();
      }
      assertThat(batch.progress().rate()).isEqualTo(5);
      clock.forward(Duration.ofHours(-1));
      assertThat(batch.progress().rate()).isZero();
    }
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void rows_that_were_settled_before_do_not_count_as_speed() throws IOException {
    TestRuns runs = new TestRuns();
    file.runs = runs;
    Path source = drop(400);
    file.open(source).close();
    for (int i = 1; i <= 300; i++) {
      runs.settled.put("a.csv#" + i, new Accepted("r", Optional.of("k"), false));
    }
    try (Batch batch = file.open(source)) {
      begin(BatchFile.rows(batch).iterator(), 10).forEach(ProgressTest::accept);
      clock.forward(Duration.ofSeconds(2));

      BatchProgress progress = batch.progress();
      assertThat(progress.rows()).isEqualTo(310);
      assertThat(progress.recorded()).isEqualTo(300);
      assertThat(progress.rate()).isEqualTo(5);
      assertThat(progress.left().orElseThrow()).isBetween(seconds(18), seconds(19));
    }
  }

  @Test
  @SuppressWarnings("try") // Closed before it is moved, as the intake does.
  void the_progress_file_ends_with_its_batch() throws IOException {
    Path source = drop(3);
    try (Batch batch = file.open(source)) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      accept(rows.next());
      assertThat(progressFile()).as("a short file needs none").doesNotExist();
      files.renew();
      JsonNode first = JsonOriginal.MAPPER.readTree(Files.readString(progressFile()));
      assertThat(first)
          .isEqualTo(
              JsonOriginal.MAPPER.readTree(
                  ("{'file':'a.csv','as':'a.csv','state':'sending','rows':1,'total':3,"
                          + "'recorded':0,'accepted':1,'refused':0,'unsettled':0,"
                          + "'rowsPerSecond':0.0,'secondsLeft':null,'firstOpenRow':null,"
                          + "'started':'2026-01-01T00:00:00Z','at':'2026-01-01T00:00:00Z'}")
                      .replace('\'', '"')));
      rows.forEachRemaining(ProgressTest::accept);
      clock.forward(Duration.ofSeconds(1));
      files.renew();
      assertThat(BatchProgress.read(Files.readAllBytes(progressFile())))
          .isEqualTo(batch.progress());

      Files.move(source, batch.finish());
      files.renew();
      assertThat(batch.progress().state()).isEqualTo(Phase.FINISHING);
      batch.close();
      batch.moved();
    }
    files.renew();
    assertThat(file.folders.results().toFile().list())
        .containsExactlyInAnyOrder("a.csv.results.ndjson", "a.csv.summary.json");
  }

  @Test
  void reports_that_a_file_is_read_the_first_time() throws IOException {
    List<BatchProgress> reading = new ArrayList<>();
    file.watch =
        new BatchWatch() {
          @Override
          public void began(Batch batch) {
            reading.add(batch.progress());
          }

          @Override
          public void progressed(Batch batch) {}
        };
    file.open(drop(3)).close();

    assertThat(reading).extracting(BatchProgress::state).containsExactly(Phase.READING);
    assertThat(reading.get(0).left()).isEmpty();
  }

  @Test
  void leaves_no_progress_of_an_interrupted_or_unreadable_file() throws IOException {
    try (Batch batch = file.open(drop("a.csv", "no header\n"))) {
      files.renew();
      assertThat(progressFile()).exists();
      assertThat(batch.unreadable()).isPresent();
    }
    assertThat(progressFile()).doesNotExist();
    file.stopping = true;
    Path stopped = drop(3);
    assertThatThrownBy(() -> file.open(stopped)).isInstanceOf(BatchInterruptedException.class);
    files.renew();
    assertThat(progressFile()).doesNotExist();
  }

  @Test
  void what_a_crash_left_behind_is_removed_at_the_start() throws IOException {
    Files.writeString(progressFile(), "{}");
    Path own = Files.writeString(file.folders.results().resolve("notes.json"), "mine");

    assertThat(file.folders.prepare()).isZero();
    assertThat(progressFile()).doesNotExist();
    assertThat(own).exists();
  }

  @Test
  void a_disk_that_takes_no_progress_stops_nothing() throws IOException {
    try (Batch batch = file.open(drop(3))) {
      Files.createDirectories(progressFile().resolve("in the way"));
      files.renew();
      BatchFile.rows(batch).forEach(ProgressTest::accept);
      assertThat(batch.finish()).isNotNull();
    }
  }

  @Test
  void a_pause_shows() {
    BatchTally tally = new BatchTally("a.csv", "a.csv", clock);
    tally.paused(true);
    assertThat(tally.progress().state()).isEqualTo(Phase.READING);
    tally.sending(100, OptionalLong.of(7));
    assertThat(tally.progress().state()).isEqualTo(Phase.PAUSED);
    assertThat(tally.progress().total()).hasValue(7);
    tally.paused(false);
    assertThat(tally.progress().state()).isEqualTo(Phase.SENDING);
  }

  @Test
  void estimates_rows_from_bytes_for_lines_with_many_recipients() throws IOException {
    String line =
        "{'definitionKey':'good','recipients':[{'contactKey':'c','to':'1'},{'contactKey':'c','to':'2'},"
            + "{'contactKey':'c','to':'3'}]}\n";
    Path source =
        file.write(
            "a.ndjson", line.replace('\'', '"').repeat(100).getBytes(StandardCharsets.UTF_8));
    try (Batch batch = file.open(source)) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      for (int i = 0; i < 30; i++) {
        accept(rows.next());
      }
      assertThat(batch.progress().total()).hasValue(300);
      rows.forEachRemaining(
          row -> {
            if (row != null) {
              accept(row);
            }
          });
      batch.finish();
      assertThat(batch.progress().total()).hasValue(300);
      assertThat(batch.progress().rows()).isEqualTo(300);
    }
  }

  @Test
  void a_pause_shows_while_rows_are_in_progress() throws IOException {
    Path source = drop(1_000);
    try (Batch batch = file.open(source)) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      Row underWay = rows.next();
      FileControl.PAUSE.give(source);
      Awaitility.await()
          .until(
              () -> {
                if (rows.hasNext()) {
                  Row row = rows.next();
                  if (row != null) {
                    accept(row);
                  }
                }
                return batch.order() == FileControl.PAUSE;
              });
      assertThat(batch.progress().state()).isEqualTo(Phase.PAUSED);
      assertThat(batch.progress().left()).isEmpty();
      accept(underWay);
      assertThatThrownBy(batch::finish).isInstanceOf(BatchInterruptedException.class);
    }
    assertThat(file.folders.results()).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.csv", "a.csv.gz", "utf-16.csv", "a.ndjson"})
  void knows_all_rows_and_remaining_bytes_in_every_format(String name) throws IOException {
    String content =
        name.endsWith(".ndjson")
            ? "{\"definitionKey\":\"good\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"1\"}}\n"
                .repeat(100)
            : HEADER + "good,c,1\n".repeat(100);
    byte[] bytes =
        content.getBytes(
            name.startsWith("utf-16") ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8);
    Path source = file.write(name, name.endsWith(".gz") ? gzip(bytes) : bytes);
    try (Batch batch = file.open(source)) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      for (int i = 0; i < 50; i++) {
        accept(rows.next());
      }
      clock.forward(Duration.ofSeconds(5));
      BatchProgress progress = batch.progress();
      assertThat(progress.total()).hasValue(100);
      assertThat(progress.left().orElseThrow()).isBetween(seconds(5), seconds(6));
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  @Test
  void reading_progress_does_not_wait_for_the_disk() throws IOException {
    List<Phase> seen = new ArrayList<>();
    AtomicReference<Batch> running = new AtomicReference<>();
    file.opener =
        name ->
            new DurableFile(file.folders.results(), name) {
              @Override
              public void complete() throws IOException {
                // The batch is at its end, and nobody else gets in.
                seen.add(
                    CompletableFuture.supplyAsync(() -> running.get().progress().state())
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join());
                super.complete();
              }
            };
    try (Batch batch = file.open(drop(1))) {
      running.set(batch);
      BatchFile.rows(batch).forEach(ProgressTest::accept);
      batch.finish();
    }
    assertThat(seen).isNotEmpty().containsOnly(Phase.FINISHING);
  }
}
