package dev.smsroutes.batch.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.testing.TestLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which rows may be read, given and reported. */
class RowWindowTest {
  private static final Instant NIGHT = Instant.parse("2026-11-23T22:00:00Z");
  private static final Instant MORNING = Instant.parse("2026-11-24T08:00:00Z");

  private static RowWindow window(int maxRows, long maxBytes, boolean holds) {
    return new RowWindow(new BatchLimits(100, 100, maxRows, maxBytes, TestLimits.RULES), holds);
  }

  private static Row row(long number, long bytes) {
    return new Row(null, new RawRow(number, 0, null, List.of(), null, bytes));
  }

  /** Adds rows of 10 bytes each. */
  private static List<Row> add(RowWindow window, int count) {
    List<Row> rows = IntStream.rangeClosed(1, count).mapToObj(i -> row(i, 10)).toList();
    rows.forEach(window::add);
    return rows;
  }

  private static void settle(RowWindow window, Row row) {
    window.settle(row, BatchFile.accept("k"));
  }

  private static List<Long> reported(RowWindow window) {
    List<Long> numbers = new ArrayList<>();
    for (Row row = window.pollSettled(); row != null; row = window.pollSettled()) {
      numbers.add(row.raw().number());
    }
    return numbers;
  }

  @ParameterizedTest(name = "{0} rows or {1} bytes, {2} rows of 10 bytes are open: {3}")
  @CsvSource({
    "3, 1000, 0, true",
    "3, 1000, 2, true",
    "3, 1000, 3, false",
    "9, 25, 2, true",
    "9, 25, 3, false",
    "9, 5, 0, true",
    "9, 5, 1, false",
  })
  void reads_a_row_while_neither_rows_nor_bytes_fill_it(
      int maxRows, long maxBytes, int open, boolean mayRead) {
    RowWindow window = window(maxRows, maxBytes, false);
    add(window, open);

    assertThat(window.mayRead()).isEqualTo(mayRead);
    window.exhaust();
    assertThat(window.mayRead()).as("at the end of the file").isFalse();
  }

  @Test
  void gives_room_back_when_the_oldest_row_is_reported() {
    RowWindow window = window(3, 30, false);
    List<Row> rows = add(window, 3);
    settle(window, rows.get(1));
    assertThat(reported(window)).isEmpty();
    assertThat(window.mayRead()).isFalse();

    settle(window, rows.get(0));
    assertThat(reported(window)).containsExactly(1L, 2L);
    assertThat(window.oldest()).isSameAs(rows.get(2));
    assertThat(window.mayRead()).isTrue();
  }

  @Test
  void gives_held_rows_in_time_and_earlier_ones_first() {
    RowWindow window = window(9, 900, true);
    List<Row> rows = add(window, 3);
    window.hold(rows.get(0), MORNING.plusSeconds(60));
    window.hold(rows.get(2), MORNING);

    assertThat(window.pollDue(NIGHT)).isNull();
    assertThat(window.pollDue(MORNING.minusMillis(1))).isNull();
    assertThat(window.pollDue(MORNING)).isSameAs(rows.get(2));
    assertThat(window.pollDue(MORNING)).isNull();
    assertThat(window.isDue(Instant.MAX)).as("what is cancelled waits for no morning").isTrue();
    assertThat(window.pollDue(Instant.MAX)).isSameAs(rows.get(0));
  }

  @Test
  void names_the_next_time_only_without_rows_in_progress() {
    RowWindow window = window(9, 900, true);
    List<Row> rows = add(window, 3);
    assertThat(window.allHeldUntil()).isEmpty();
    window.hold(rows.get(0), MORNING);
    settle(window, rows.get(1));
    assertThat(window.allHeldUntil()).as("one is under way").isEmpty();
    assertThat(window.underWay()).isOne();

    window.hold(rows.get(2), MORNING.plusSeconds(60));
    assertThat(window.allHeldUntil()).contains(MORNING);
    assertThat(window.underWay()).isZero();
    assertThat(window.size()).as("a row that waits for the first one is open as well").isEqualTo(3);
  }

  @ParameterizedTest(name = "holds: {0}, exhausted: {1}, under way: {2} -> over: {3}")
  @CsvSource({
    "false, false, 0, false",
    "false, false, 1, false",
    "false, true, 0, true",
    "false, true, 1, true",
    "true, false, 0, false",
    "true, true, 0, true",
    "true, true, 1, false",
  })
  void is_over_when_no_row_is_left_or_can_return(
      boolean holds, boolean exhausted, int underWay, boolean over) {
    RowWindow window = window(9, 900, holds);
    add(window, underWay);
    if (exhausted) {
      window.exhaust();
    }

    assertThat(window.isOver()).isEqualTo(over);
  }

  @ParameterizedTest(name = "{0} rows, the first {1} held, row {2} and {3} in all wait: {4}")
  @CsvSource({
    "9, 0, 5, 3, false",
    "9, 0, 1, 3, true",
    "9, 0, 5, 5, true",
    "9, 4, 5, 2, false",
    "9, 4, 5, 3, true",
    "2, 1, 2, 1, true",
  })
  void lets_rows_go_alone_when_waiting_is_useless(
      int rows, int held, int oldestWaiting, int waiting, boolean mustGo) {
    RowWindow window = window(9, 900, true);
    List<Row> all = add(window, rows);
    all.subList(0, held).forEach(row -> window.hold(row, MORNING));
    Row oldest = all.get(oldestWaiting - 1);

    assertThat(window.mustGo(oldest, waiting)).isEqualTo(mustGo);
    window.exhaust();
    assertThat(window.mustGo(oldest, waiting)).as("at the end of the file").isTrue();
  }

  @Test
  void lets_rows_go_when_all_others_have_their_outcome() {
    RowWindow window = window(9, 900, false);
    List<Row> all = add(window, 9);
    all.subList(1, 7).forEach(row -> settle(window, row));
    assertThat(window.mustGo(all.get(7), 2)).as("the first one is under way").isFalse();

    all.subList(0, 1).forEach(row -> settle(window, row));
    assertThat(window.mustGo(all.get(7), 2)).isTrue();
  }

  /** The order in which so many rows get their outcomes. */
  @Provide
  Arbitrary<List<Integer>> orders() {
    return Arbitraries.integers()
        .between(0, 40)
        .flatMap(n -> Arbitraries.shuffle(IntStream.range(0, n).boxed().toList()));
  }

  @Property(tries = 200)
  void reports_each_row_once_in_the_order_of_the_file(@ForAll("orders") List<Integer> order) {
    RowWindow window = window(50, 5_000, false);
    List<Row> rows = add(window, order.size());
    List<Long> reported = new ArrayList<>();
    for (int next : order) {
      settle(window, rows.get(next));
      reported.addAll(reported(window));
    }

    assertThat(reported)
        .containsExactlyElementsOf(rows.stream().map(row -> row.raw().number()).toList());
    assertThat(window.size()).isZero();
    assertThat(window.underWay()).isZero();
  }
}
