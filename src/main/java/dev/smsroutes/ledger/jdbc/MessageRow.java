package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.Fingerprint;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerPreview.KeyStatus;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A row of the table {@code message}: an entry, and the columns that only the ledger needs.
 *
 * @param owner the node that has claimed it, or null
 */
record MessageRow(Entry entry, String fingerprint, String owner) {
  static final String COLUMNS =
      "SELECT message_key, fingerprint, definition_key, channel, source, run, caller, state, uncertain,"
          + " attempts, admitted_at, first_attempt_at, last_attempt_at, changed_at, request_id,"
          + " code, detail, request, parts, trace_id, caller_request_id, owner, claim FROM message";

  static Optional<MessageRow> find(Connection connection, String messageKey) throws SQLException {
    String sql = COLUMNS + " WHERE message_key = ?";
    return Database.select(connection, sql, MessageRow::of, StoredText.key(messageKey)).stream()
        .findFirst();
  }

  static MessageRow of(ResultSet row) throws SQLException {
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
            Optional.ofNullable(row.getString("caller")),
            new Correlation(
                Optional.ofNullable(row.getString("trace_id")),
                Optional.ofNullable(row.getString("caller_request_id"))),
            row.getLong("claim"));
    return new MessageRow(entry, row.getString("fingerprint"), row.getString("owner"));
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

  /** The status of this key for a request with this fingerprint. */
  KeyStatus keyStatus(String asked) {
    boolean same = fingerprint.equals(asked) || fingerprint.equals(Fingerprint.ANY);
    return switch (state()) {
      case ACCEPTED, ACCEPTED_EARLIER, DUPLICATE, PARKED ->
          same ? KeyStatus.SETTLED : KeyStatus.CONFLICT;
      case REFUSED -> same ? KeyStatus.SETTLED : KeyStatus.NEW;
      case WAITING, UNCERTAIN, ADMITTED, ATTEMPTED ->
          same ? KeyStatus.RESUMABLE : KeyStatus.CONFLICT;
    };
  }

  /** Whether the API may have accepted an attempt. */
  boolean maybeTaken() {
    return entry.uncertain() || state() == EntryState.ATTEMPTED;
  }

  /** Whether it is the entry of this request, has not ended, and is not in progress. */
  boolean waitsFor(SendRequest request) {
    return (state() == EntryState.WAITING || state() == EntryState.UNCERTAIN)
        && entry.request().equals(Optional.of(RequestJson.write(request)));
  }

  /** Whether the API may have accepted an attempt too long ago for another automatic attempt. */
  boolean isTooLate(Instant now) {
    return maybeTaken() && entry.keyMayBeForgotten(now);
  }

  /** The outcome of a request after the resend limit. */
  Outcome parked(String ourRequestId) {
    return new Parked(
        entry.requestId().orElse(ourRequestId),
        Optional.of(entry.messageKey()),
        // No code yet, or the 0 of a queued request, which would mean success.
        entry
            .code()
            .filter(code -> code != ErrorCode.OK.number())
            .orElse(ErrorCode.INTERNAL.number()),
        "An attempt of more than "
            + LedgerOptions.RESEND_LIMIT.toHours()
            + " hours ago may have been accepted, and the API may have forgotten its key: a"
            + " person has to decide");
  }

  /** Whether it is the entry of this row of a batch: two rows may have the same key. */
  boolean isOf(Optional<String> run, String source) {
    return run.isPresent()
        && run.equals(entry.origin().run())
        && StoredText.line(source).equals(entry.origin().source());
  }

  /** The stored outcome for this request. */
  Outcome told(Submission submission) {
    boolean earlier = !isOf(submission.origin().run(), submission.origin().source());
    return told(submission.message().requestId(), earlier);
  }

  /**
   * The stored outcome.
   *
   * @param earlier whether another source gets it, for which it was accepted earlier
   */
  Outcome told(String ourRequestId, boolean earlier) {
    Optional<String> key = Optional.of(entry.messageKey());
    String requestId = entry.requestId().orElse(ourRequestId);
    int code = entry.code().orElse(0);
    return switch (entry.state()) {
      case ACCEPTED -> new Accepted(requestId, key, earlier, entry.parts());
      case ACCEPTED_EARLIER -> new Accepted(requestId, key, true, entry.parts());
      case PARKED -> new Parked(requestId, key, code, entry.message());
      case REFUSED, DUPLICATE -> new Refused(requestId, key, code, entry.message(), List.of());
      case ADMITTED, ATTEMPTED, UNCERTAIN, WAITING ->
          throw new IllegalStateException("Expected a settled entry; got " + entry);
    };
  }
}
