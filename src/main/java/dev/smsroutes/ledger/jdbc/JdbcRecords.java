package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.Fingerprint;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the ledger's entries from the database. Thread-safe. */
public final class JdbcRecords implements LedgerRecords, AutoCloseable {
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

  /**
   * Opens the ledger of a serving process, to read it and to order replays. Creates neither a file
   * nor a schema.
   *
   * @throws NoLedgerException if there is none, or it has another version
   * @throws LedgerUnavailableException if it cannot be reached
   */
  public static JdbcRecords open(LedgerOptions options, Clock clock) {
    return new JdbcRecords(Database.existing(options), clock);
  }

  @Override
  public Optional<Entry> find(String messageKey) {
    return row(messageKey).map(MessageRow::entry);
  }

  Optional<MessageRow> row(String messageKey) {
    return read(connection -> MessageRow.find(connection, messageKey));
  }

  /** Predicts the answers to rows that are not handed over yet. */
  public LedgerPreview ledgerPreview() {
    return new JdbcLedgerPreview(this, database.retention(), clock);
  }

  /** The existing rows of these keys, by key. */
  Map<String, MessageRow> rows(Set<String> messageKeys) {
    return read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  MessageRow.COLUMNS
                      + " WHERE message_key IN ("
                      + String.join(", ", Collections.nCopies(messageKeys.size(), "?"))
                      + ")")) {
            int i = 0;
            for (String key : messageKeys) {
              statement.setString(++i, StoredText.key(key));
            }
            Map<String, MessageRow> found = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                MessageRow row = MessageRow.of(rows);
                found.put(row.entry().messageKey(), row);
              }
            }
            return found;
          }
        });
  }

  @Override
  public Optional<Entry.History> history(String messageKey) {
    return read(
        connection -> {
          Optional<MessageRow> row = MessageRow.find(connection, messageKey);
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
    return page(Selection.of(query, after), "", limit);
  }

  @Override
  public List<Entry> newest(Query query, int limit) {
    List<Entry> entries = page(Selection.of(query, Optional.empty()), " DESC", limit);
    Collections.reverse(entries);
    return entries;
  }

  private List<Entry> page(Selection selection, String direction, int limit) {
    return read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  MessageRow.COLUMNS
                      + selection.where()
                      + " ORDER BY admitted_at"
                      + direction
                      + ", message_key"
                      + direction
                      + " LIMIT "
                      + limit)) {
            selection.bind(statement);
            List<Entry> entries = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                entries.add(MessageRow.of(rows).entry());
              }
            }
            return entries;
          }
        });
  }

  @Override
  public long count(Query query) {
    Selection selection = Selection.of(query, Optional.empty());
    return read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement("SELECT count(*) FROM message" + selection.where())) {
            selection.bind(statement);
            try (ResultSet rows = statement.executeQuery()) {
              rows.next();
              return rows.getLong(1);
            }
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
            // Matches any request: the next one with the key counts as the same.
            statement.setString(3, edited.map(request -> Fingerprint.ANY).orElse(null));
            statement.setString(4, StoredText.key(entry.messageKey()));
            statement.setLong(5, entry.version());
            statement.setString(6, entry.state().name());
            if (statement.executeUpdate() == 0) {
              return false;
            }
          }
          note(
              connection,
              entry.messageKey(),
              edited.isPresent() ? Entry.Event.EDITED : Entry.Event.REPLAYED,
              who + ", after " + end(entry));
          return true;
        });
  }

  @Override
  public boolean copied(Entry entry, String newKey, String who) {
    return write(
        connection -> {
          Optional<MessageRow> now = MessageRow.find(connection, entry.messageKey());
          if (now.isEmpty() || now.get().entry().version() != entry.version()) {
            return false;
          }
          note(
              connection,
              entry.messageKey(),
              Entry.Event.COPIED,
              who + Entry.Event.underKey(newKey));
          return true;
        });
  }

  /** How the entry had ended; reopening overwrites that. */
  private static String end(Entry entry) {
    return entry.state()
        + entry.code().map(code -> " " + code).orElse("")
        + (entry.message().isEmpty() ? "" : ": " + entry.message());
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

  /** A key that a node has claimed, and the version of the claim. */
  record HeldKey(String messageKey, long version) {}

  List<HeldKey> heldBy(String node) {
    return read(
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT message_key, claim FROM message WHERE owner = ?")) {
            statement.setString(1, node);
            List<HeldKey> held = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                held.add(new HeldKey(StoredText.toKey(rows.getString(1)), rows.getLong(2)));
              }
            }
            return held;
          }
        });
  }

  /** The oldest keys that were neither admitted nor changed since then, for one step. */
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

  /** Kinds of entries with different retention. */
  enum Old {
    SETTLED("state IN ('ACCEPTED', 'ACCEPTED_EARLIER', 'REFUSED', 'DUPLICATE')"),
    OPEN("accepted = 0 AND state IN ('PARKED', 'UNCERTAIN', 'WAITING')");

    private final String text;

    Old(String condition) {
      // The limit is a literal, so that PostgreSQL's planner knows that it is small.
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

  @Override
  public void close() {
    database.close();
  }
}
