package dev.smsroutes.ledger;

import dev.smsroutes.request.RequestJson;
import dev.smsroutes.request.SendRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ledger's entries, read from the store. Thread-safe. */
final class JdbcRecords implements Records {
  static final int ROWS_IN_A_STEP = 500;

  private static final String REOPEN =
      "UPDATE message SET state = 'WAITING', changed_at = ?, owner = NULL, claim = claim + 1,"
          + " request = COALESCE(?, request), fingerprint = COALESCE(?, fingerprint)"
          + " WHERE message_key = ? AND claim = ? AND state = ?";

  private final Database database;
  private final Clock clock;

  JdbcRecords(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public Optional<Entry> find(String messageKey) {
    return row(messageKey).map(Row::entry);
  }

  Optional<Row> row(String messageKey) {
    return read(connection -> Row.find(connection, messageKey));
  }

  @Override
  public Optional<Entry.History> history(String messageKey) {
    return read(
        connection -> {
          Optional<Row> row = Row.find(connection, messageKey);
          return row.isEmpty()
              ? Optional.empty()
              : Optional.of(new Entry.History(row.get().entry(), events(connection, messageKey)));
        });
  }

  private static List<Entry.Event> events(Connection connection, String messageKey)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT at, what, code, detail FROM event WHERE message_key = ? ORDER BY at")) {
      statement.setString(1, StoredText.key(messageKey));
      List<Entry.Event> events = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          events.add(
              new Entry.Event(
                  Instant.ofEpochMilli(rows.getLong(1)),
                  rows.getString(2),
                  rows.getInt(3),
                  rows.getString(4)));
        }
      }
      return events;
    }
  }

  @Override
  public List<Entry> list(Query query, Optional<Entry> after, int limit) {
    Selection selection = Selection.of(query, after);
    return read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  Row.COLUMNS
                      + selection.where()
                      + " ORDER BY admitted_at, message_key LIMIT "
                      + limit)) {
            selection.bind(statement);
            List<Entry> entries = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                entries.add(Row.of(rows).entry());
              }
            }
            return entries;
          }
        });
  }

  @Override
  public boolean reopen(Entry entry, Optional<SendRequest> edited, String who) {
    if (entry.state().accepted()
        || entry.state() == EntryState.ADMITTED
        || entry.state() == EntryState.ATTEMPTED
        || (edited.isPresent() && entry.uncertain())) {
      return false;
    }
    return write(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(REOPEN)) {
            statement.setLong(1, clock.millis());
            statement.setString(2, edited.map(RequestJson::write).orElse(null));
            // No request has this one: the next one with the key is taken for the same.
            statement.setString(3, edited.map(request -> Fingerprint.ANY).orElse(null));
            statement.setString(4, StoredText.key(entry.messageKey()));
            statement.setLong(5, entry.version());
            statement.setString(6, entry.state().name());
            if (statement.executeUpdate() == 0) {
              return false;
            }
          }
          note(connection, entry.messageKey(), edited.isPresent() ? "EDITED" : "REPLAYED", who);
          return true;
        });
  }

  @Override
  public boolean copied(Entry entry, String newKey, String who) {
    return write(
        connection -> {
          Optional<Row> now = Row.find(connection, entry.messageKey());
          if (now.isEmpty() || now.get().entry().version() != entry.version()) {
            return false;
          }
          note(connection, entry.messageKey(), "COPIED", who + " under the key " + newKey);
          return true;
        });
  }

  private void note(Connection connection, String messageKey, String what, String detail)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(Sql.EVENT.text())) {
      statement.setString(1, StoredText.key(messageKey));
      statement.setLong(2, clock.millis());
      statement.setString(3, what);
      statement.setInt(4, 0);
      statement.setString(5, StoredText.line(detail));
      statement.executeUpdate();
    }
  }

  /** A key that a node has claimed. */
  record Held(String messageKey, long version) {}

  List<Held> heldBy(String node) {
    return read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT message_key, claim FROM message WHERE owner = ?")) {
            statement.setString(1, node);
            List<Held> held = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                held.add(new Held(StoredText.toKey(rows.getString(1)), rows.getLong(2)));
              }
            }
            return held;
          }
        });
  }

  /** The oldest keys that neither were admitted nor changed since, as many as fit in a step. */
  List<String> old(Old which, long before) {
    return read(
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(which.text)) {
            statement.setLong(1, before);
            statement.setLong(2, before);
            List<String> keys = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                keys.add(StoredText.toKey(rows.getString(1)));
              }
            }
            return keys;
          }
        });
  }

  /** Entries that are kept for different times. */
  enum Old {
    SETTLED("state IN ('ACCEPTED', 'ACCEPTED_EARLIER', 'REFUSED', 'DUPLICATE')"),
    OPEN("accepted = 0 AND state IN ('PARKED', 'UNCERTAIN', 'WAITING')");

    private final String text;

    Old(String condition) {
      // The limit is no parameter: the planner of PostgreSQL has to know that it is small.
      this.text =
          "SELECT message_key FROM message WHERE admitted_at < ? AND changed_at < ? AND "
              + condition
              + " ORDER BY admitted_at LIMIT "
              + ROWS_IN_A_STEP;
    }

    String text() {
      return text;
    }
  }

  @FunctionalInterface
  interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  <T> T read(Work<T> work) {
    try (Connection connection = database.reader()) {
      return work.with(connection);
    } catch (SQLException e) {
      throw new LedgerUnavailableException(Database.reason(e));
    }
  }

  private <T> T write(Work<T> work) {
    try (Connection connection = database.writer()) {
      Database.begin(connection);
      T result = work.with(connection);
      Database.commit(connection);
      return result;
    } catch (SQLException e) {
      throw new LedgerUnavailableException(Database.reason(e));
    }
  }
}
