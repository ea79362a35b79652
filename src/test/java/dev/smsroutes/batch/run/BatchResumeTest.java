package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.result.BatchSummary;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.run.BatchFile.Result;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.testing.TestLimits;
import dev.smsroutes.testing.TestRuns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a file that was interrupted: by a crash, a stop, a full disk, a ledger. */
class BatchResumeTest {
  private static final String HEADER = "definitionKey,contactKey,to,FirstName\n";
  private static final String TWO_ROWS = HEADER + "good,c,1,A\nbad,c,2,B\n";

  @TempDir private Path home;
  private final TestRuns runs = new TestRuns();
  private BatchFile file;

  @BeforeEach
  void start() throws IOException {
    file = new BatchFile(home);
    file.runs = runs;
  }

  private Path drop(String content) throws IOException {
    return file.write("a.csv", content.getBytes(StandardCharsets.UTF_8));
  }

  private static Outcome outcome(Row row) {
    return row.request().definitionKey().equals("bad")
        ? BatchFile.refuse(row.request())
        : BatchFile.accept(row.request());
  }

  private static void settleAll(Batch batch) {
    BatchFile.rows(batch).forEach(row -> row.settle(outcome(row)));
  }

  private static Outcome unsettled(Reason reason) {
    return new Unsettled("r", Optional.empty(), reason, true, 1, "", Optional.empty());
  }

  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(Files::isRegularFile)
          .map(path -> home.relativize(path).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  /** Opens, sends and moves what is in the inbox, as the route does; how many rows were sent. */
  private int runToTheEnd() throws IOException {
    Path source = file.folders.inbox().resolve("a.csv");
    int handedOver = 0;
    try (Batch batch = file.open(source)) {
      for (Row row : BatchFile.rows(batch)) {
        handedOver++;
        row.settle(outcome(row));
      }
      Files.move(source, batch.finish());
      batch.moved();
    }
    return handedOver;
  }

  @Test
  void a_row_names_its_source() throws IOException {
    try (Batch batch = file.open(drop(TWO_ROWS))) {
      assertThat(BatchFile.rows(batch))
          .extracting(Row::origin)
          .containsExactly(
              new Origin("file", "a.csv#1", Optional.of("run-1")),
              new Origin("file", "a.csv#2", Optional.of("run-1")));
    }
    Path many = file.write("b.ndjson", "{\"recipients\":[{},{}]}".getBytes(StandardCharsets.UTF_8));
    try (Batch batch = file.open(many)) {
      assertThat(BatchFile.rows(batch))
          .extracting(row -> row.origin().source())
          .containsExactly("b.ndjson#1.1", "b.ndjson#1.2");
    }
  }

  /** As Camel's splitter does: it asks for a further row before it starts the one that it has. */
  private static int sendAsTheSplitterDoes(Batch batch) {
    int sent = 0;
    Iterator<Row> rows = BatchFile.rows(batch).iterator();
    while (rows.hasNext()) {
      Row row = rows.next();
      rows.hasNext();
      if (row != null) {
        sent++;
        row.settle(outcome(row));
      }
    }
    return sent;
  }

  @ParameterizedTest(name = "{0} settled rows, {1} more")
  @CsvSource({"999, 0", "1000, 0", "1001, 0", "5000, 0", "999, 1", "1000, 1", "5000, 1"})
  @Timeout(60)
  void a_new_row_behind_settled_ones_does_not_deadlock(int settledRows, int more)
      throws IOException {
    drop(HEADER + "good,c,1,A\n".repeat(1 + settledRows + more));
    file.open(file.folders.inbox().resolve("a.csv")).close();
    for (int i = 2; i <= settledRows + 1; i++) {
      runs.settled.put("a.csv#" + i, new Accepted("r", Optional.of("k"), false));
    }

    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      assertThat(sendAsTheSplitterDoes(batch)).isEqualTo(1 + more);
      batch.finish();
      assertThat(batch.summary().rows()).isEqualTo(1L + settledRows + more);
    }
  }

  @Test
  @Timeout(60)
  void a_new_row_behind_malformed_ones_does_not_deadlock() throws IOException {
    try (Batch batch = file.open(drop(HEADER + "good,c,1,A\n" + "short\n".repeat(3_000)))) {
      assertThat(sendAsTheSplitterDoes(batch)).isEqualTo(1);
      batch.finish();
      assertThat(batch.summary().refused()).isEqualTo(3_000);
    }
  }

  @Test
  void continues_the_same_run_with_the_unsettled_rows() throws IOException {
    drop(HEADER + "good,c,1,A\nbad,c,2,B\ngood,c,3,C\nshort\ngood,c,5,E\n");
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      assertThat(batch.resumed()).isFalse();
      assertThat(BatchFile.rows(batch).iterator().hasNext()).isTrue();
    }
    runs.settled.put("a.csv#1", new Accepted("first", Optional.of("k"), false));
    runs.settled.put("a.csv#3", new Accepted("third", Optional.of("k"), true));

    List<String> handedOver = new ArrayList<>();
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      assertThat(batch.resumed()).isTrue();
      for (Row row : BatchFile.rows(batch)) {
        handedOver.add(row.origin().source() + " " + row.origin().run().orElseThrow());
        row.settle(outcome(row));
      }
      batch.finish();
      assertThat(batch.summary())
          .isEqualTo(new BatchSummary("a.csv", 5, 2, 3, 2, 0, batch.summary().millis()));
    }
    assertThat(handedOver).containsExactly("a.csv#2 run-1", "a.csv#5 run-1");
    assertThat(Files.readAllLines(file.folders.results().resolve("a.csv.results.ndjson")))
        .extracting(line -> JsonOriginal.MAPPER.readTree(line))
        .extracting(line -> line.path("outcome").asText() + " " + line.path("requestId").asText())
        .containsExactly(
            "ACCEPTED first", "REFUSED r", "ACCEPTED_EARLIER third", "REFUSED r", "ACCEPTED r");
    assertThat(runs.unfinished()).isZero();
  }

  @Test
  void looks_up_many_rows_and_keeps_their_order() throws IOException {
    int rows = 2_345;
    drop(HEADER + "good,c,1,A\n".repeat(rows));
    file.open(file.folders.inbox().resolve("a.csv")).close();
    for (int i = 1; i <= rows; i++) {
      if (i % 3 > 0) {
        runs.settled.put("a.csv#" + i, new Accepted("r", Optional.of("k"), false));
      }
    }

    assertThat(runToTheEnd()).isEqualTo(rows / 3);
    assertThat(runs.asked).hasValue(rows);
    assertThat(Files.readAllLines(file.folders.results().resolve("a.csv.results.ndjson")))
        .extracting(line -> JsonOriginal.MAPPER.readTree(line).path("row").asInt())
        .hasSize(rows)
        .isSorted();
  }

  @Test
  void looks_nothing_up_for_a_new_or_newly_dropped_file() throws IOException {
    drop(TWO_ROWS);
    runToTheEnd();
    drop(TWO_ROWS);

    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      assertThat(batch.resumed()).isFalse();
      assertThat(BatchFile.rows(batch).iterator().next().origin().run()).contains("run-2");
    }
    assertThat(runs.asked).hasValue(0);
  }

  @Test
  void a_stop_ends_the_reading_and_leaves_only_the_source() throws IOException {
    drop(HEADER + "good,c,1,A\n".repeat(100));
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      for (int i = 0; i < 10; i++) {
        rows.next().settle(BatchFile.accept("k"));
      }
      file.stopping = true;
      assertThat(rows.hasNext()).isFalse();
      assertThatThrownBy(batch::finish)
          .isInstanceOf(BatchInterruptedException.class)
          .hasMessage("it continues at the next start");
      assertThat(batch.summary().rows()).isEqualTo(10);
    }
    assertThat(left()).containsExactly("inbox/a.csv");
    assertThat(runs.unfinished()).isOne();
  }

  @Test
  void an_outcome_after_a_stop_wakes_waiting_readers() throws Exception {
    file.limits = new BatchLimits(100, 100, 2, 1_000, TestLimits.RULES);
    drop(HEADER + "good,c,1,A\n".repeat(9));
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      rows.next();
      Row second = rows.next();
      assertThat(rows.hasNext()).as("promised, while there is no room").isTrue();
      CompletableFuture<Row> more = CompletableFuture.supplyAsync(rows::next);
      file.stopping = true;
      second.settle(BatchFile.accept(second.request()));
      assertThat(more.get(5, TimeUnit.SECONDS)).isNull();
      assertThat(rows.hasNext()).isFalse();
    }
  }

  @Test
  void a_stop_does_not_wait_for_the_first_reading() throws IOException {
    drop(TWO_ROWS);
    file.stopping = true;

    assertThatThrownBy(() -> file.open(file.folders.inbox().resolve("a.csv")))
        .isInstanceOf(BatchInterruptedException.class);
    assertThat(left()).containsExactly("inbox/a.csv");
  }

  @Test
  void finishes_a_fully_settled_file_in_spite_of_a_stop() throws IOException {
    drop(TWO_ROWS);
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      settleAll(batch);
      file.stopping = true;
      assertThat(batch.finish()).isEqualTo(file.folders.done().resolve("a.csv"));
    }
  }

  /** Why the last row is not settled | whether the process is stopping | when the file goes on. */
  @ParameterizedTest(name = "{0}, stopping: {1}")
  @CsvSource({
    "STOPPING, false, it continues at the next start",
    "NO_CLEAR_ANSWER, true, it continues at the next start",
    "UNRECORDED, false, it continues when the ledger can be written again",
    "UNRECORDED, true, it continues when the ledger can be written again",
  })
  void reports_no_outcome_cut_short_by_stop_or_ledger(Reason reason, boolean stopping, String when)
      throws IOException {
    drop(TWO_ROWS + "good,c,3,C\n");
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      rows.next().settle(BatchFile.accept("k"));
      Row second = rows.next();
      Row third = rows.next();
      assertThat(rows.hasNext()).isFalse();
      file.stopping = stopping;
      second.settle(unsettled(reason));
      third.settle(BatchFile.accept(third.request()));
      assertThatThrownBy(batch::finish)
          .isInstanceOf(BatchInterruptedException.class)
          .hasMessage(when);
    }
    assertThat(left()).containsExactly("inbox/a.csv");
  }

  @Test
  void an_outcome_that_could_not_be_recorded_ends_the_reading() throws IOException {
    drop(HEADER + "good,c,1,A\n".repeat(100));
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      rows.next().settle(unsettled(Reason.UNRECORDED));
      assertThat(rows.hasNext()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"STOPPING", "UNRECORDED", "QUEUED"},
      mode = EnumSource.Mode.EXCLUDE)
  void reports_a_row_unsettled_for_another_reason_and_continues(Reason reason) throws IOException {
    Result result = file.run("a.csv", TWO_ROWS, request -> unsettled(reason));

    assertThat(result.lines())
        .extracting(line -> line.path("outcome").asText())
        .containsExactly("UNCERTAIN", "UNCERTAIN");
  }

  /** Where a process may end, in the order in which they are passed. */
  private enum Point {
    ROWS_HANDED_OVER(2),
    REJECTS_COMPLETE(2),
    RESULTS_COMPLETE(2),
    SUMMARY_COMPLETE(2),
    END_HALF_WRITTEN_DOWN(2),
    END_WRITTEN_DOWN(0),
    REJECTS_IN_PLACE(0),
    SUMMARY_IN_PLACE(0),
    RESULTS_IN_PLACE(0),
    RUN_ENDED(0),
    SOURCE_MOVED(-1);

    /** How many rows are handed over afterwards; -1 when there is nothing left to do. */
    final int rowsAfterwards;

    Point(int rowsAfterwards) {
      this.rowsAfterwards = rowsAfterwards;
    }
  }

  /** Takes the way to this point, and no step further. */
  private Batch runUpTo(Point point) throws IOException {
    Path source = file.folders.inbox().resolve("a.csv");
    file.opener = name -> breaking(point, name);
    Batch batch = file.open(source);
    settleAll(batch);
    // What stands in the way of a rename.
    Optional<String> obstacle =
        switch (point) {
          case END_WRITTEN_DOWN -> Optional.of("a.csv.rejects.csv");
          case REJECTS_IN_PLACE -> Optional.of("a.csv.summary.json");
          case SUMMARY_IN_PLACE -> Optional.of("a.csv.results.ndjson");
          default -> Optional.empty();
        };
    if (obstacle.isPresent()) {
      Files.createDirectory(file.folders.results().resolve(obstacle.get()));
    }
    runs.unavailable = point == Point.RESULTS_IN_PLACE;
    switch (point) {
      case ROWS_HANDED_OVER -> {}
      case RUN_ENDED -> batch.finish();
      case SOURCE_MOVED -> Files.move(source, batch.finish());
      default ->
          assertThatThrownBy(batch::finish)
              .isInstanceOfAny(IOException.class, LedgerUnavailableException.class);
    }
    runs.unavailable = false;
    file.opener = name -> new DurableFile(file.folders.results(), name);
    if (obstacle.isPresent()) {
      Files.delete(file.folders.results().resolve(obstacle.get()));
    }
    return batch;
  }

  /** A file in the results folder that breaks, if this is the point. */
  private DurableFile breaking(Point point, String name) throws IOException {
    return new DurableFile(file.folders.results(), name) {
      @Override
      public void complete() throws IOException {
        if (point == Point.REJECTS_COMPLETE && name.endsWith(".results.ndjson")
            || point == Point.RESULTS_COMPLETE && name.endsWith(".summary.json")
            || point == Point.SUMMARY_COMPLETE && name.endsWith(".sms-end")) {
          throw new IOException("Input/output error");
        }
        super.complete();
      }

      @Override
      public void commit() throws IOException {
        super.commit();
        if (point == Point.END_HALF_WRITTEN_DOWN) {
          throw new IOException("Input/output error");
        }
      }
    };
  }

  private void assertOnceAndComplete() throws IOException {
    assertThat(left())
        .containsExactly(
            "done/a.csv",
            "results/a.csv.rejects.csv",
            "results/a.csv.results.ndjson",
            "results/a.csv.summary.json");
    assertThat(Files.readAllLines(file.folders.results().resolve("a.csv.results.ndjson")))
        .extracting(line -> JsonOriginal.MAPPER.readTree(line).path("outcome").asText())
        .containsExactly("ACCEPTED", "REFUSED");
    assertThat(file.folders.results().resolve("a.csv.rejects.csv")).content().hasLineCount(2);
    JsonNode summary =
        JsonOriginal.MAPPER.readTree(
            Files.readString(file.folders.results().resolve("a.csv.summary.json")));
    assertThat(summary.path("rows").asInt()).isEqualTo(2);
    assertThat(summary.path("accepted").asInt()).isEqualTo(1);
    assertThat(summary.path("refused").asInt()).isEqualTo(1);
    assertThat(runs.unfinished()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Point.class)
  @SuppressWarnings("resource") // A process that is killed closes nothing.
  void a_crash_at_any_point_ends_in_one_report(Point point) throws IOException {
    drop(TWO_ROWS);
    runUpTo(point);

    file.folders.prepare();
    if (point.rowsAfterwards >= 0) {
      assertThat(runToTheEnd()).isEqualTo(point.rowsAfterwards);
    }
    assertOnceAndComplete();
  }

  @ParameterizedTest
  @EnumSource(Point.class)
  @SuppressWarnings("try") // As the intake does it: closed before the source is moved.
  void a_failure_at_any_point_ends_in_one_report(Point point) throws IOException {
    drop(TWO_ROWS);
    try (Batch batch = runUpTo(point)) {
      batch.close();
      batch.moved();
    }

    if (point.rowsAfterwards >= 0) {
      assertThat(runToTheEnd()).isEqualTo(point.rowsAfterwards);
    }
    assertOnceAndComplete();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @SuppressWarnings("resource") // A process that is killed closes nothing.
  void an_unreadable_file_has_one_reason_wherever_the_process_ends(boolean moved)
      throws IOException {
    drop("no header\n");
    Path source = file.folders.inbox().resolve("a.csv");
    Path target = file.open(source).finish();
    if (moved) {
      Files.move(source, target);
    }

    file.folders.prepare();
    if (!moved) {
      runToTheEnd();
    }
    assertThat(left()).containsExactly("failed/a.csv", "failed/a.csv.reason.json");
  }

  @Test
  void rejects_and_summary_are_in_place_before_the_results() throws IOException {
    drop(TWO_ROWS);
    runUpTo(Point.SUMMARY_IN_PLACE).close();

    assertThat(left()).contains("results/a.csv.rejects.csv", "results/a.csv.summary.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {TWO_ROWS, "no header"})
  void another_file_leaves_unfinished_results_alone(String content) throws IOException {
    boolean readable = content.equals(TWO_ROWS);
    Files.writeString(file.folders.done().resolve("a.csv"), "of an earlier file");
    drop(content);
    // Becomes a~2.csv, and cannot be put in place.
    Path place =
        readable
            ? file.folders.results().resolve("a~2.csv.rejects.csv")
            : file.folders.failed().resolve("a~2.csv.reason.json");
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      settleAll(batch);
      Files.createDirectory(place);
      assertThatThrownBy(batch::finish).isInstanceOf(IOException.class);
      Files.delete(place);
    }
    Path other = Files.writeString(file.folders.inbox().resolve("a~2.csv"), "no header either");
    try (Batch batch = file.open(other)) {
      assertThat(batch.finish().getFileName()).hasToString("a~2~2.csv");
    }

    runToTheEnd();
    assertThat(place).isRegularFile();
  }

  @Test
  void an_unreadable_file_that_cannot_be_ended_leaves_no_reason() throws IOException {
    drop("no header");
    runUpTo(Point.SUMMARY_COMPLETE).close();

    assertThat(left()).containsExactly("inbox/a.csv");
  }

  @Test
  void rejects_of_a_failed_try_do_not_enter_the_next() throws IOException {
    drop(TWO_ROWS);
    runUpTo(Point.REJECTS_COMPLETE).close();

    runs.settled.put("a.csv#2", new Accepted("r", Optional.of("k"), false));
    runToTheEnd();
    assertThat(left())
        .containsExactly(
            "done/a.csv", "results/a.csv.results.ndjson", "results/a.csv.summary.json");
  }

  @Test
  @SuppressWarnings("resource") // A process that is killed closes nothing.
  void the_same_file_dropped_again_is_another_run() throws IOException {
    Path source = drop(TWO_ROWS);
    FileTime modified = Files.getLastModifiedTime(source);
    runUpTo(Point.SOURCE_MOVED);
    Files.setLastModifiedTime(drop(TWO_ROWS), modified);

    file.folders.prepare();
    assertThat(runToTheEnd()).isEqualTo(2);
    assertThat(left())
        .containsExactly(
            "done/a.csv",
            "done/a~2.csv",
            "results/a.csv.rejects.csv",
            "results/a.csv.results.ndjson",
            "results/a.csv.summary.json",
            "results/a~2.csv.rejects.csv",
            "results/a~2.csv.results.ndjson",
            "results/a~2.csv.summary.json");
  }

  @ParameterizedTest
  @EnumSource(
      value = Point.class,
      names = {
        "END_WRITTEN_DOWN",
        "REJECTS_IN_PLACE",
        "SUMMARY_IN_PLACE",
        "RESULTS_IN_PLACE",
        "RUN_ENDED"
      })
  @SuppressWarnings("resource") // A process that is killed closes nothing.
  void sends_another_file_of_the_name_after_a_crash(Point point) throws IOException {
    drop(TWO_ROWS);
    runUpTo(point);
    drop(TWO_ROWS + "good,c,3,C\n");

    file.folders.prepare();
    assertThat(runToTheEnd()).isEqualTo(3);
    assertThat(left())
        .containsExactly(
            "done/a~2.csv",
            "results/a.csv.rejects.csv",
            "results/a.csv.results.ndjson",
            "results/a.csv.summary.json",
            "results/a~2.csv.rejects.csv",
            "results/a~2.csv.results.ndjson",
            "results/a~2.csv.summary.json");
    assertThat(runs.unfinished()).isZero();
  }

  @Test
  void sends_another_file_of_the_name_after_a_failure() throws IOException {
    drop(TWO_ROWS);
    runUpTo(Point.SUMMARY_IN_PLACE).close();
    Path other = drop(TWO_ROWS + "good,c,3,C\n");

    file.open(other).close();
    assertThat(left())
        .containsExactly(
            "inbox/a.csv",
            "results/a.csv.rejects.csv",
            "results/a.csv.results.ndjson",
            "results/a.csv.summary.json");
    assertThat(runToTheEnd()).isEqualTo(3);
  }

  @Test
  void never_moves_a_replaced_file_unsent() throws IOException {
    Path source = drop(TWO_ROWS);
    try (Batch batch = file.open(source)) {
      settleAll(batch);
      Path other = Files.writeString(home.resolve("other"), TWO_ROWS + "good,c,3,C\n");
      Files.move(other, source, StandardCopyOption.REPLACE_EXISTING);

      assertThatThrownBy(batch::finish)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another one has its name now");
      batch.moved();
    }
    assertThat(left())
        .containsExactly(
            "inbox/a.csv",
            "results/a.csv.rejects.csv",
            "results/a.csv.results.ndjson",
            "results/a.csv.summary.json");
    assertThat(runToTheEnd()).isEqualTo(3);
    assertThat(runs.unfinished()).isZero();
  }

  @Test
  void leaves_a_file_interrupted_long_ago_to_an_operator() throws IOException {
    drop(TWO_ROWS);
    file.open(file.folders.inbox().resolve("a.csv")).close();
    runs.forgotten = true;

    assertThat(runToTheEnd()).isZero();
    assertThat(left()).containsExactly("failed/a.csv", "failed/a.csv.reason.json");
    assertThat(file.folders.failed().resolve("a.csv.reason.json"))
        .content()
        .contains("interrupted too long ago", "find out which of its rows were");
    runs.forgotten = false;
    drop(TWO_ROWS);
    assertThat(runToTheEnd()).isEqualTo(2);
  }

  @Test
  void waits_for_a_ledger_that_cannot_be_used() throws IOException {
    Path source = drop(TWO_ROWS);
    runs.unavailable = true;
    assertThatThrownBy(() -> file.open(source)).isInstanceOf(LedgerUnavailableException.class);
    runs.unavailable = false;
    file.open(source).close();

    try (Batch batch = file.open(source)) {
      runs.unavailable = true;
      assertThat(BatchFile.rows(batch).iterator().hasNext()).isFalse();
      assertThatThrownBy(batch::finish)
          .isInstanceOf(BatchInterruptedException.class)
          .hasMessage("it continues when the ledger can be written again");
    }
    assertThat(left()).containsExactly("inbox/a.csv");
  }

  @Test
  void reports_its_progress_now_and_then() throws IOException {
    Instant[] now = {Instant.parse("2026-11-23T10:00:00Z")};
    file.clock =
        new Clock() {
          @Override
          public Instant instant() {
            return now[0];
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
          }
        };
    drop(HEADER + "good,c,1,A\n".repeat(60));
    try (Batch batch = file.open(file.folders.inbox().resolve("a.csv"))) {
      for (Row row : BatchFile.rows(batch)) {
        now[0] = now[0].plusSeconds(1);
        row.settle(outcome(row));
      }
    }
    assertThat(file.progress)
        .extracting(summary -> summary.rows() + " " + summary.millis())
        .containsExactly("10 10000", "20 20000", "30 30000", "40 40000", "50 50000", "60 60000");
    assertThat(Batch.PROGRESS_EVERY).isEqualTo(Duration.ofSeconds(10));
  }

  /** Camel copies what it cannot rename, and cannot delete it: the inbox is read-only for us. */
  @Test
  void sends_and_reports_a_copied_source_only_once() throws IOException {
    Path source = file.write("a.csv", (HEADER + "d,k1,c,1\n").getBytes(StandardCharsets.UTF_8));
    Path target;
    try (Batch batch = file.open(source)) {
      for (Row row : BatchFile.rows(batch)) {
        row.settle(BatchFile.accept(row.request()));
      }
      target = batch.finish();
      Files.copy(source, target);
      assertThat(batch.moved()).isFalse();
    }
    for (int again = 1; again <= 2; again++) {
      try (Batch batch = file.open(source)) {
        assertThat(batch.endedBefore()).isTrue();
        assertThat(BatchFile.rows(batch)).isEmpty();
        assertThat(batch.finish()).isEqualTo(target);
        assertThat(batch.moved()).isFalse();
      }
    }
    assertThat(file.folders.results()).isDirectoryNotContaining("glob:**~2*");

    Files.delete(source);
    Path other = file.write("a.csv", (HEADER + "d,k2,c,1\n").getBytes(StandardCharsets.UTF_8));
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(target));
    try (Batch batch = file.open(other)) {
      assertThat(batch.endedBefore()).as("another file of its name and size").isFalse();
    }
  }
}
