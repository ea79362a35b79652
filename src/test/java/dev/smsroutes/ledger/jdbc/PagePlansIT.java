package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords.Position;
import dev.smsroutes.ledger.LedgerRecords.Query;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the operators' page reads goes by an index on both stores, in the order of that index, and
 * leaves the writer alone.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Store.class)
class PagePlansIT extends OnAStore {
  private static final String INDEX_ALONE = "COVERING INDEX|Index Only Scan";
  private static final String WHOLE_TABLE_OR_SORTED =
      "(?m)TEMP B-TREE|Sort|Seq Scan|SCAN (message|event)$";
  private static final Optional<Position> LATER = Optional.of(new Position(Instant.EPOCH, "k"));

  static Stream<Arguments> reads() {
    Stream<Arguments> lists =
        Stream.of(
                EntryState.PARKED,
                EntryState.UNCERTAIN,
                EntryState.WAITING,
                EntryState.REFUSED,
                EntryState.DUPLICATE)
            .flatMap(
                state ->
                    Stream.of(list(state, "first", Optional.empty()), list(state, "later", LATER)));
    Stream<Arguments> counts =
        Stream.of(EntryState.WAITING, EntryState.UNCERTAIN, EntryState.PARKED)
            .map(
                state ->
                    Arguments.of(
                        "count of " + state,
                        JdbcRecords.countSql(Selection.of(Query.of(state), Optional.empty()), 9),
                        List.of()));
    Stream<Arguments> ofOne =
        Stream.of(
            Arguments.of(
                "one message", MessageRow.COLUMNS + " WHERE message_key = ?", List.of("k")),
            Arguments.of("its events", JdbcRecords.EVENTS, List.of("k")));
    return Stream.of(lists, counts, ofOne).flatMap(each -> each);
  }

  private static Arguments list(EntryState state, String which, Optional<Position> after) {
    Selection selection = Selection.of(Query.of(state), after);
    return Arguments.of(
        which + " " + state, JdbcRecords.pageSql(selection, "", 51), selection.values());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("reads")
  void goes_by_an_index_and_sorts_nothing(String what, String sql, List<Object> values)
      throws SQLException {
    open().close();

    String plan = String.join("\n", plan(sql, values));

    assertThat(plan).as(what).containsPattern("(?i)using (covering )?(index|primary)|Index");
    if (what.startsWith("count")) {
      assertThat(plan).as("%s fetches no message", what).containsPattern(INDEX_ALONE);
    }
    assertThat(plan).as(what).doesNotContainPattern(WHOLE_TABLE_OR_SORTED);
  }

  private List<String> plan(String sql, List<Object> values) throws SQLException {
    boolean sqlite = store == Store.SQLITE;
    List<String> plan = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url());
        Statement settings = connection.createStatement()) {
      if (!sqlite) {
        // A small table is read as a whole and sorted; these show what must be.
        settings.execute("SET enable_seqscan = off");
        settings.execute("SET enable_sort = off");
        settings.execute("SET enable_bitmapscan = off");
      }
      try (PreparedStatement explain =
          connection.prepareStatement((sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + sql)) {
        for (int i = 0; i < values.size(); i++) {
          explain.setObject(i + 1, values.get(i));
        }
        try (ResultSet rows = explain.executeQuery()) {
          while (rows.next()) {
            plan.add(sqlite ? rows.getString("detail") : rows.getString(1));
          }
        }
      }
    }
    return plan;
  }

  @Test
  void a_read_that_lasts_holds_up_no_writer() throws SQLException {
    open();
    execute("INSERT INTO node VALUES ('a', 1), ('b', 1)");
    try (Database database = Database.open(options(), FAST);
        Connection reading = database.reader();
        Statement read = reading.createStatement();
        ResultSet rows = read.executeQuery("SELECT id FROM node WHERE id IN ('a', 'b')");
        Connection writing = database.writer();
        Statement write = writing.createStatement()) {
      rows.next();
      if (store == Store.SQLITE) {
        assertThat(ask("PRAGMA journal_mode")).isEqualTo("wal");
        // Fails at once if a connection holds what the writer needs.
        write.execute("PRAGMA busy_timeout = 0");
      }
      Database.begin(writing);
      write.executeUpdate("UPDATE node SET alive_until = 2 WHERE id = 'a'");
      Database.commit(writing);

      assertThat(ask("SELECT alive_until FROM node WHERE id = 'a'")).isEqualTo("2");
    }
  }
}
