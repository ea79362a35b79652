package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.testing.TestLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows that come back because it is not their time of day. */
@Timeout(60)
class BatchHoldTest {
  private static final String HEADER = "definitionKey,contactKey,to,messageKey\n";
  private static final Duration NIGHT = Duration.ofHours(7);

  @TempDir Path home;
  private final SettableClock clock = new SettableClock();
  private final Instant morning = clock.instant().plus(NIGHT);
  private BatchFile file;

  @BeforeEach
  void folders() throws IOException {
    file = new BatchFile(home);
    file.clock = clock;
    file.holds = true;
  }

  private Path rows(int count) throws IOException {
    String rows =
        IntStream.rangeClosed(1, count)
            .mapToObj(i -> "d,c,1,k" + i + "\n")
            .collect(Collectors.joining());
    return file.write("a.csv", (HEADER + rows).getBytes(StandardCharsets.UTF_8));
  }

  private Outcome notItsTime(String key) {
    return BatchFile.notItsTime(key, Duration.between(clock.instant(), morning));
  }

  private void settle(Row row, Set<String> asleep) {
    String key = row.request().messageKey();
    boolean night = clock.instant().isBefore(morning);
    row.settle(night && asleep.contains(key) ? notItsTime(key) : BatchFile.accept(key));
  }

  private static String key(Row row) {
    return row.request().messageKey();
  }

  @Test
  void a_held_row_returns_in_time_while_others_go_on() throws Exception {
    try (Batch batch = file.open(rows(4))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      List<String> handedOver = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Row row = rows.next();
        handedOver.add(key(row));
        settle(row, Set.of("k1", "k4"));
      }
      assertThat(handedOver).containsExactly("k1", "k2", "k3", "k4");
      assertThat(batch.held()).isEqualTo(2);

      assertThat(rows.hasNext()).isTrue();
      CompletableFuture<Row> again = CompletableFuture.supplyAsync(rows::next);
      await().untilAsserted(() -> assertThat(file.held).containsExactly(morning));
      await().during(Duration.ofMillis(300)).until(() -> !again.isDone());
      clock.forward(NIGHT);
      Row first = again.get(5, TimeUnit.SECONDS);
      settle(first, Set.of("k1", "k4"));
      Row second = rows.next();
      settle(second, Set.of("k1", "k4"));

      assertThat(List.of(key(first), key(second))).containsExactlyInAnyOrder("k1", "k4");
      assertThat(rows.hasNext()).isFalse();
      assertThat(batch.held()).isZero();
      batch.finish();
    }
    assertThat(file.outcomes("a.csv"))
        .containsExactly("k1ACCEPTED", "k2ACCEPTED", "k3ACCEPTED", "k4ACCEPTED");
    assertThat(file.held).as("said once").hasSize(1);
  }

  /** The splitter asks for the next row before it starts the last one. */
  @Test
  void the_last_row_may_return_after_the_end_was_asked() throws Exception {
    try (Batch batch = file.open(rows(1))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      Row only = rows.next();
      assertThat(rows.hasNext()).as("the only row is under way").isTrue();
      CompletableFuture<Row> more = CompletableFuture.supplyAsync(rows::next);
      settle(only, Set.of("k1"));
      clock.forward(NIGHT);
      settle(more.get(5, TimeUnit.SECONDS), Set.of("k1"));

      assertThat(rows.hasNext()).isFalse();
      batch.finish();
    }
    assertThat(file.outcomes("a.csv")).containsExactly("k1ACCEPTED");
  }

  @Test
  void a_reader_gets_nothing_once_the_last_row_is_settled() throws Exception {
    try (Batch batch = file.open(rows(1))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      Row only = rows.next();
      assertThat(rows.hasNext()).isTrue();
      CompletableFuture<Row> more = CompletableFuture.supplyAsync(rows::next);
      settle(only, Set.of());

      assertThat(more.get(5, TimeUnit.SECONDS)).isNull();
      assertThat(rows.hasNext()).isFalse();
      batch.finish();
    }
  }

  @Test
  void no_more_rows_are_held_than_fit_into_the_window() throws Exception {
    file.limits = new BatchLimits(100, 100, 3, 1_000, TestLimits.RULES);
    try (Batch batch = file.open(rows(9))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      for (int i = 0; i < 3; i++) {
        settle(rows.next(), Set.of("k1", "k2", "k3"));
      }
      assertThat(rows.hasNext()).isTrue();
      CompletableFuture<Row> next = CompletableFuture.supplyAsync(rows::next);
      await().during(Duration.ofMillis(300)).until(() -> !next.isDone());
      assertThat(batch.summary().rows()).as("reported").isZero();

      clock.forward(NIGHT);
      settle(next.get(5, TimeUnit.SECONDS), Set.of());
      rows.forEachRemaining(row -> settle(row, Set.of()));
      batch.finish();
    }
    assertThat(file.outcomes("a.csv")).hasSize(9);
  }

  @Test
  void each_country_has_its_own_morning() throws Exception {
    try (Batch batch = file.open(rows(2))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      rows.next().settle(BatchFile.notItsTime("k1", Duration.ofHours(9)));
      rows.next().settle(BatchFile.notItsTime("k2", Duration.ofHours(2)));
      clock.forward(Duration.ofHours(2));
      Row early = rows.next();
      assertThat(key(early)).isEqualTo("k2");
      early.settle(BatchFile.accept("k2"));

      CompletableFuture<Row> late = CompletableFuture.supplyAsync(rows::next);
      await().untilAsserted(() -> assertThat(file.held).hasSize(1));
      clock.forward(NIGHT);
      late.get(5, TimeUnit.SECONDS).settle(BatchFile.accept("k1"));
      assertThat(rows.hasNext()).isFalse();
      batch.finish();
    }
  }

  @Test
  void a_row_handed_out_too_early_is_held_again() throws Exception {
    try (Batch batch = file.open(rows(1))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      rows.next().settle(BatchFile.notItsTime("k1", Duration.ZERO));
      assertThat(batch.held()).isOne();
      clock.forward(Duration.ofSeconds(1));
      rows.next().settle(BatchFile.notItsTime("k1", Duration.ofMinutes(1)));
      clock.forward(Duration.ofMinutes(1));
      rows.next().settle(BatchFile.accept("k1"));
      assertThat(rows.hasNext()).isFalse();
      batch.finish();
    }
  }

  @Test
  void a_stop_at_night_ends_the_wait_until_later() throws Exception {
    try (Batch batch = file.open(rows(3))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      for (int i = 0; i < 3; i++) {
        settle(rows.next(), Set.of("k2"));
      }
      assertThat(rows.hasNext()).isTrue();
      CompletableFuture<Row> next = CompletableFuture.supplyAsync(rows::next);
      await().untilAsserted(() -> assertThat(file.held).hasSize(1));
      file.stopping = true;

      // Nobody settles anything any more.
      assertThat(next.get(2, TimeUnit.SECONDS)).isNull();
      assertThat(rows.hasNext()).isFalse();
      assertThatThrownBy(batch::finish).isInstanceOf(BatchInterruptedException.class);
    }
    assertThat(file.folders.inbox().resolve("a.csv")).exists();
    assertThat(file.folders.results().resolve("a.csv.results.ndjson")).doesNotExist();
  }

  @Test
  void closing_a_batch_wakes_readers_that_wait_for_morning() throws Exception {
    Batch batch = file.open(rows(1));
    Iterator<Row> rows = BatchFile.rows(batch).iterator();
    settle(rows.next(), Set.of("k1"));
    assertThat(rows.hasNext()).isTrue();
    CompletableFuture<Row> next = CompletableFuture.supplyAsync(rows::next);
    batch.close();

    assertThat(next.get(5, TimeUnit.SECONDS)).isNull();
  }

  @Test
  void a_clock_that_is_put_back_gives_no_row_twice() throws Exception {
    try (Batch batch = file.open(rows(2))) {
      Iterator<Row> rows = BatchFile.rows(batch).iterator();
      settle(rows.next(), Set.of("k1"));
      settle(rows.next(), Set.of("k1"));
      clock.forward(NIGHT);
      assertThat(rows.hasNext()).isTrue();
      clock.forward(NIGHT.negated());
      settle(rows.next(), Set.of());
      assertThat(rows.hasNext()).isFalse();
      batch.finish();
    }
    assertThat(file.outcomes("a.csv")).containsExactly("k1ACCEPTED", "k2ACCEPTED");
  }

  @Test
  void reports_the_outcome_where_no_row_is_held() throws Exception {
    file.holds = false;
    try (Batch batch = file.open(rows(1))) {
      for (Row row : BatchFile.rows(batch)) {
        row.settle(notItsTime("k1"));
      }
      batch.finish();
    }
    assertThat(file.outcomes("a.csv")).containsExactly("k1WAITING");
  }
}
