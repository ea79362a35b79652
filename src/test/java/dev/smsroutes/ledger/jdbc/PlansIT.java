package dev.smsroutes.ledger.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords.Position;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.jdbc.JdbcRecords.Old;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** SQLite uses an index for each query, however many rows there are. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = Store.class, names = "SQLITE")
class PlansIT extends OnAStore {
  static Stream<Arguments> plans() {
    return Stream.of(
        Arguments.of(Sql.ATTEMPT.text(), "message_key=?"),
        Arguments.of(Sql.SETTLE.text(), "message_key=?"),
        Arguments.of(Sql.RECLAIM.text(), "message_key=?"),
        Arguments.of(Sql.FREE_ONE.text(), "message_key=?"),
        Arguments.of(Sql.FREE.text(), "message_under_way"),
        Arguments.of(Sql.REMOVE.text(), "message_key=?"),
        Arguments.of(Sql.REMOVE_EVENTS.text(), "event_of_message"),
        Arguments.of(Old.SETTLED.text(), "message_by_age (admitted_at<?)"),
        Arguments.of(Old.OPEN.text(), "message_not_accepted (admitted_at<?)"),
        Arguments.of(MessageRow.COLUMNS + " WHERE message_key = 'k'", "message_key=?"),
        Arguments.of("SELECT message_key FROM message WHERE owner = 'me'", "message_under_way"),
        Arguments.of(list(Set.of()), "message_by_age"),
        Arguments.of(list(Set.of(EntryState.ACCEPTED, EntryState.PARKED)), "message_by_age"),
        Arguments.of(list(Set.of(EntryState.PARKED)), "message_open (state=?)"),
        Arguments.of(list(Set.of(EntryState.WAITING)), "message_open (state=?)"),
        Arguments.of(list(Set.of(EntryState.REFUSED)), "message_not_accepted"),
        Arguments.of(
            next(Set.of(EntryState.PARKED)),
            "message_open (state=? AND (admitted_at,message_key)>(?,?))"),
        Arguments.of(
            next(Set.of(EntryState.REFUSED)), "message_not_accepted ((admitted_at,message_key)>"),
        Arguments.of(
            list(Set.of(EntryState.UNCERTAIN, EntryState.WAITING)), "message_not_accepted"));
  }

  private static String list(Set<EntryState> states) {
    return page(states, Optional.empty());
  }

  /** A page that is not the first one. */
  private static String next(Set<EntryState> states) {
    return page(states, Optional.of(new Position(Instant.EPOCH, "k")));
  }

  private static String page(Set<EntryState> states, Optional<Position> after) {
    Query query =
        new Query(
            states,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return JdbcRecords.pageSql(Selection.of(query, after), "", 10);
  }

  @ParameterizedTest
  @MethodSource("plans")
  void a_plan_uses_its_index(String sql, String index) throws SQLException {
    open().close();
    List<String> plan = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
      while (rows.next()) {
        plan.add(rows.getString("detail"));
      }
    }

    assertThat(String.join("; ", plan)).contains(index).doesNotContain("TEMP B-TREE FOR ORDER");
    assertThat(plan).noneMatch(step -> step.matches("SCAN (message|event|run)"));
  }

  @Test
  void who_reads_does_not_hold_up_the_writer() throws SQLException {
    try (JdbcLedger ledger = JdbcLedger.open(options(), clock);
        Connection reading = DriverManager.getConnection(url());
        Connection writing = DriverManager.getConnection(url());
        Statement write = writing.createStatement()) {
      write.execute("PRAGMA busy_timeout = 0");
      write.executeUpdate("INSERT INTO node VALUES ('a', 1), ('b', 1)");
      reading.setAutoCommit(false);
      try (Statement read = reading.createStatement();
          ResultSet rows = read.executeQuery("SELECT id FROM node")) {
        rows.next();

        assertThat(write.executeUpdate("UPDATE node SET alive_until = 2")).isPositive();
        assertThat(ledger.outage()).isEmpty();
      }
    }
  }
}
