package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.testing.TestLimits;
import dev.smsroutes.testing.TestRuns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows that travel together, and some of them come back because it is not their time of day. */
@Timeout(60)
class RowGroupsHoldTest {
  private static final Duration NIGHT = Duration.ofHours(7);

  @TempDir private Path home;
  private final SettableClock clock = new SettableClock();
  private final Instant morning = clock.instant().plus(NIGHT);
  private BatchFile file;

  @BeforeEach
  void folders() throws IOException {
    file = new BatchFile(home);
    file.clock = clock;
    file.holds = true;
  }

  /** Rows of these definitions, with the keys k1, k2 … */
  private Batch open(String... definitions) throws IOException {
    StringBuilder rows = new StringBuilder("definitionKey,contactKey,to,messageKey\n");
    for (int i = 0; i < definitions.length; i++) {
      rows.append(definitions[i]).append(",c,1,k").append(i + 1).append('\n');
    }
    return file.open(file.write("a.csv", rows.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private void settle(RowGroup group, Set<String> asleep) {
    group.settle(keys(group).stream().map(key -> outcome(key, asleep)).toList());
  }

  private Outcome outcome(String key, Set<String> asleep) {
    Duration opens = Duration.between(clock.instant(), morning);
    return opens.isZero() || !asleep.contains(key)
        ? BatchFile.accept(key)
        : BatchFile.notItsTime(key, opens);
  }

  private static List<String> keys(RowGroup group) {
    return group.items().stream().map(item -> item.request().messageKey()).toList();
  }

  @Test
  void held_rows_return_together_while_others_go_on() throws Exception {
    try (Batch batch = open("a", "a", "a", "a", "a", "a")) {
      Iterator<RowGroup> groups = batch.groups(3);
      settle(groups.next(), Set.of("k1", "k3"));
      settle(groups.next(), Set.of("k1", "k3"));
      assertThat(groups.hasNext()).isTrue();
      CompletableFuture<RowGroup> again = CompletableFuture.supplyAsync(groups::next);
      await().untilAsserted(() -> assertThat(file.held).containsExactly(morning));
      await().during(Duration.ofMillis(300)).until(() -> !again.isDone());
      clock.forward(NIGHT);
      RowGroup group = again.get(5, TimeUnit.SECONDS);

      assertThat(keys(group)).containsExactlyInAnyOrder("k1", "k3");
      settle(group, Set.of());
      assertThat(groups.hasNext()).isFalse();
      batch.finish();
    }
    assertThat(file.outcomes("a.csv"))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 6).mapToObj(i -> "k" + i + "ACCEPTED").toList());
    assertThat(file.held).as("said once").hasSize(1);
  }

  /** The file has no more rows, and those under way need not come back. */
  @Test
  void the_last_rows_go_alone_while_others_are_in_progress() throws Exception {
    try (Batch batch = open("a", "a", "a", "a", "b")) {
      Iterator<RowGroup> groups = batch.groups(4);
      RowGroup first = groups.next();

      assertThat(keys(groups.next())).containsExactly("k5");
      assertThat(groups.hasNext()).as("the first four may come back").isTrue();
      CompletableFuture<RowGroup> more = CompletableFuture.supplyAsync(groups::next);
      settle(first, Set.of("k2"));
      clock.forward(NIGHT);
      assertThat(keys(more.get(5, TimeUnit.SECONDS))).containsExactly("k2");
    }
  }

  @Test
  void rows_go_alone_when_held_rows_fill_the_window() throws Exception {
    file.limits = new BatchLimits(100, 100, 9, 1_000_000, TestLimits.RULES);
    try (Batch batch = open("a", "a", "a", "a", "b", "a", "a", "a", "a", "b", "b", "b")) {
      Iterator<RowGroup> groups = batch.groups(4);
      settle(groups.next(), Set.of("k1", "k2", "k3", "k4"));
      RowGroup second = groups.next();
      assertThat(groups.hasNext()).isTrue();
      settle(second, Set.of());

      // The window is full: four are held, four wait for their results' turn, and one is left.
      RowGroup alone = CompletableFuture.supplyAsync(groups::next).get(5, TimeUnit.SECONDS);
      assertThat(keys(alone)).containsExactly("k5");
      settle(alone, Set.of());
      clock.forward(NIGHT);
      assertThat(keys(groups.next())).containsExactlyInAnyOrder("k1", "k2", "k3", "k4");
    }
  }

  @Test
  void a_stop_at_night_ends_the_waiting() throws Exception {
    try (Batch batch = open("a", "a", "a")) {
      Iterator<RowGroup> groups = batch.groups(3);
      settle(groups.next(), Set.of("k2"));
      assertThat(groups.hasNext()).isTrue();
      CompletableFuture<RowGroup> next = CompletableFuture.supplyAsync(groups::next);
      await().untilAsserted(() -> assertThat(file.held).hasSize(1));
      file.stopping = true;

      assertThat(next.get(2, TimeUnit.SECONDS).isNothing()).isTrue();
      assertThat(groups.hasNext()).isFalse();
    }
  }

  @Test
  void a_file_cancelled_at_night_ends_at_once() throws Exception {
    TestRuns runs = new TestRuns();
    file.runs = runs;
    runs.maybeSent.add("k3");
    try (Batch batch = open("a", "a", "a", "a")) {
      Iterator<RowGroup> groups = batch.groups(4);
      settle(groups.next(), Set.of("k2", "k3"));
      assertThat(groups.hasNext()).isTrue();
      CompletableFuture<RowGroup> next = CompletableFuture.supplyAsync(groups::next);
      await().untilAsserted(() -> assertThat(file.held).hasSize(1));
      FileControl.CANCEL.give(file.folders.inbox().resolve("a.csv"));

      assertThat(next.get(5, TimeUnit.SECONDS).isNothing()).isTrue();
      assertThat(groups.hasNext()).isFalse();
      batch.finish();
    }
    assertThat(file.outcomes("a.csv"))
        .containsExactly("k1ACCEPTED", "k2WAITING", "k3UNCERTAIN", "k4ACCEPTED");
  }
}
