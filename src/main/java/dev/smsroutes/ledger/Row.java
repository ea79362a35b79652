package dev.smsroutes.ledger;

import dev.smsroutes.request.Origin;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A row of the table {@code message}: an entry, and what only the ledger itself needs of it.
 *
 * @param owner the node that has claimed it, or null
 */
record Row(Entry entry, String fingerprint, String owner) {
  static final String COLUMNS =
      "SELECT message_key, fingerprint, definition_key, channel, source, run, state, uncertain,"
          + " attempts, admitted_at, first_attempt_at, last_attempt_at, changed_at, request_id,"
          + " code, detail, request, parts, owner, claim FROM message";

  static Optional<Row> find(Connection connection, String messageKey) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(COLUMNS + " WHERE message_key = ?")) {
      statement.setString(1, StoredText.key(messageKey));
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(of(rows)) : Optional.empty();
      }
    }
  }

  static Row of(ResultSet row) throws SQLException {
    Entry entry =
        new Entry(
            StoredText.toKey(row.getString("message_key")),
            row.getString("definition_key"),
            new Origin(
                row.getString("channel"),
                row.getString("source"),
                Optional.ofNullable(row.getString("run"))),
            EntryState.valueOf(row.getString("state")),
            row.getInt("uncertain") == 1,
            row.getInt("attempts"),
            Instant.ofEpochMilli(row.getLong("admitted_at")),
            time(row, "first_attempt_at"),
            time(row, "last_attempt_at"),
            Instant.ofEpochMilli(row.getLong("changed_at")),
            Optional.ofNullable(row.getString("request_id")),
            code(row),
            Optional.ofNullable(row.getString("detail")).orElse(""),
            Optional.ofNullable(row.getString("request")),
            parts(row),
            row.getLong("claim"));
    return new Row(entry, row.getString("fingerprint"), row.getString("owner"));
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  private static Optional<Integer> code(ResultSet row) throws SQLException {
    int code = row.getInt("code");
    return row.wasNull() ? Optional.empty() : Optional.of(code);
  }

  private static OptionalInt parts(ResultSet row) throws SQLException {
    int parts = row.getInt("parts");
    return row.wasNull() ? OptionalInt.empty() : OptionalInt.of(parts);
  }

  EntryState state() {
    return entry.state();
  }
}
