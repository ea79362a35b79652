package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.jdbc.GroupCommit.Binder;
import dev.smsroutes.ledger.jdbc.GroupCommit.BoundSql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Records of many callers in one transaction, and what they have to do with one another. */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class GroupCommitIT extends OnAStore {
  private static final Timing IMPATIENT =
      new Timing(Duration.ofMillis(800), FAST.busy(), FAST.heartbeat(), FAST.life());

  private final CountDownLatch hung = new CountDownLatch(1);
  private final CountDownLatch hanging = new CountDownLatch(1);
  private Database database;

  @BeforeEach
  void openDatabase() {
    database = Database.open(options(), FAST);
  }

  @AfterEach
  void closeDatabase() {
    hung.countDown();
    database.close();
  }

  @Test
  void a_faulty_record_does_not_fail_the_others() throws Exception {
    try (GroupCommit writer = new GroupCommit(database, FAST)) {
      Future<?> hang = hang(writer);
      List<Future<Integer>> good = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        good.add(write(writer, "good-" + i));
      }
      Future<Integer> bad = meanwhile(() -> writer.write(Sql.BEGIN_RUN, run(null)));
      for (int i = 5; i < 10; i++) {
        good.add(write(writer, "good-" + i));
      }
      letGo(writer, hang, 11);

      for (Future<Integer> each : good) {
        assertThat(each.get()).isEqualTo(1);
      }
      assertThatThrownBy(bad::get)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageNotContaining("name-of")
          .hasNoCause();
      assertThat(ask("SELECT COUNT(*) FROM run WHERE id LIKE 'good-%'")).isEqualTo("10");
      assertThat(writer.outage()).isEmpty();
    }
  }

  @Test
  void a_throwing_binder_does_not_end_the_writer() throws Exception {
    try (GroupCommit writer = new GroupCommit(database, FAST)) {
      for (Throwable fault : List.of(new IllegalArgumentException("x"), new StackOverflowError())) {
        assertThatThrownBy(
                () ->
                    writer.write(
                        Sql.BEGIN_RUN,
                        statement -> {
                          if (fault instanceof Error error) {
                            throw error;
                          }
                          throw (RuntimeException) fault;
                        }))
            .isInstanceOf(IllegalStateException.class);
        assertThat(writer.write(Sql.BEGIN_RUN, run("after " + fault))).isEqualTo(1);
      }
    }
  }

  @Test
  void records_of_one_caller_are_written_all_or_none() {
    try (GroupCommit writer = new GroupCommit(database, FAST)) {
      assertThatThrownBy(
              () ->
                  writer.write(
                      List.of(
                          new BoundSql(Sql.BEGIN_RUN, run("first")),
                          new BoundSql(Sql.BEGIN_RUN, run(null)))))
          .isInstanceOf(IllegalStateException.class);

      assertThat(ask("SELECT COUNT(*) FROM run")).isEqualTo("0");
    }
  }

  @Test
  void returns_the_row_count_of_the_first_record() {
    try (GroupCommit writer = new GroupCommit(database, FAST)) {
      writer.write(Sql.BEGIN_RUN, run("run"));
      assertThat(
              writer.write(
                  List.of(
                      new BoundSql(
                          Sql.FINISH_RUN,
                          statement -> {
                            statement.setLong(1, 1);
                            statement.setString(2, "unknown");
                          }),
                      new BoundSql(Sql.BEGIN_RUN, run("other")))))
          .isZero();
    }
  }

  @Test
  void a_hanging_store_delays_callers_only_until_their_time_out() throws Exception {
    try (GroupCommit writer = new GroupCommit(database, IMPATIENT, 4)) {
      Future<?> hang = hang(writer);
      List<Future<Integer>> all = new ArrayList<>();
      long begin = System.nanoTime();
      for (int i = 0; i < 12; i++) {
        all.add(write(writer, "late-" + i));
      }
      List<String> reasons = new ArrayList<>();
      for (Future<Integer> each : all) {
        assertThatThrownBy(each::get)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(LedgerUnavailableException.class)
            .satisfies(e -> reasons.add(e.getMessage()));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
      assertThat(reasons.stream().filter(reason -> reason.contains("Too many"))).hasSize(8);
      assertThat(writer.outage().orElseThrow()).contains("did not write a record in 800 ms");

      // Before the store goes on: its caller has no more patience than the others.
      assertThatThrownBy(hang::get).hasCauseInstanceOf(LedgerUnavailableException.class);
      hung.countDown();
      await()
          .untilAsserted(
              () -> {
                writer.write(Sql.ALL_DEAD, statement -> {});
                assertThat(writer.outage()).isEmpty();
              });
      assertThat(ask("SELECT COUNT(*) FROM run WHERE id LIKE 'late-%'"))
          .as("what was given up is not written")
          .isEqualTo("0");
    }
  }

  @Test
  void what_waits_when_it_is_closed_is_written() throws Exception {
    GroupCommit writer = new GroupCommit(database, FAST);
    Future<?> hang = hang(writer);
    Future<Integer> waiting = write(writer, "waiting");
    await().until(() -> writer.waiting() == 1);
    Future<?> closing = meanwhile(() -> close(writer));
    hung.countDown();
    closing.get();

    assertThat(waiting.get()).isEqualTo(1);
    hang.get();
    assertThatThrownBy(() -> writer.write(Sql.ALL_DEAD, statement -> {}))
        .isInstanceOf(LedgerUnavailableException.class);
  }

  private static boolean close(GroupCommit writer) {
    writer.close();
    return true;
  }

  @Test
  void a_deadlock_with_another_node_is_retried() throws Exception {
    assumeTrue(store == Store.POSTGRESQL, "SQLite has one writer");
    try (GroupCommit writer = new GroupCommit(database, FAST);
        Connection other = DriverManager.getConnection(url());
        Statement statement = other.createStatement()) {
      // So that the ledger is the one who has to give way.
      statement.execute("SET deadlock_timeout TO '1min'");
      statement.execute("BEGIN");
      statement.execute(insert("b"));
      Future<?> hang = hang(writer);
      Future<Integer> a = write(writer, "a");
      await().until(() -> writer.waiting() == 1);
      Future<Integer> b = write(writer, "b");
      letGo(writer, hang, 2);
      await()
          .until(
              () ->
                  ask(
                      "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"),
              "1"::equals);
      // The ledger writes it again at once, perhaps before this statement wakes.
      statement.execute(insert("a") + " ON CONFLICT DO NOTHING");
      statement.execute("ROLLBACK");

      assertThat(a.get()).isEqualTo(1);
      assertThat(b.get()).isEqualTo(1);
      assertThat(writer.outage()).isEmpty();
    }
  }

  private static String insert(String id) {
    return "INSERT INTO run (id, content, name, started_at) VALUES ('" + id + "', 'c', 'n', 1)";
  }

  /** Keeps the writer busy until {@link #hung} is counted down. */
  private Future<?> hang(GroupCommit writer) throws InterruptedException {
    Future<?> hang =
        meanwhile(
            () ->
                writer.write(
                    Sql.ALL_DEAD,
                    statement -> {
                      hanging.countDown();
                      waitFor(hung);
                    }));
    hanging.await();
    return hang;
  }

  private static void waitFor(CountDownLatch latch) throws SQLException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new SQLException(e);
    }
  }

  /** Once all of them wait, so that they are one group. */
  private void letGo(GroupCommit writer, Future<?> hang, int waiting) throws Exception {
    await().until(() -> writer.waiting() == waiting);
    hung.countDown();
    hang.get();
  }

  private Future<Integer> write(GroupCommit writer, String id) {
    return meanwhile(() -> writer.write(Sql.BEGIN_RUN, run(id)));
  }

  /** Without an id, the store refuses it. */
  private static Binder run(String id) {
    return statement -> {
      statement.setString(1, id);
      statement.setString(2, id == null ? null : "content");
      statement.setString(3, "name-of-" + id);
      statement.setLong(4, 1);
    };
  }
}
