package dev.smsroutes.ledger.jdbc;

/**
 * What the ledger writes while messages are under way: one text for SQLite and PostgreSQL. Within a
 * common transaction the statements run in this order.
 */
enum Sql {
  CLAIM(
      "INSERT INTO message (message_key, fingerprint, definition_key, channel, source, run, state,"
          + " accepted, uncertain, attempts, admitted_at, changed_at, request, owner, claim)"
          + " VALUES (?, ?, ?, ?, ?, ?, 'ADMITTED', 0, 0, 0, ?, ?, ?, ?, 1)"
          + " ON CONFLICT (message_key) DO NOTHING"),
  /**
   * An entry that did not end, for the same request. Only from the state in which it was seen: the
   * one who had claimed it may have gone on since, and that changes the state, not the claim.
   */
  RECLAIM(
      "UPDATE message SET state = 'ADMITTED', fingerprint = ?, channel = COALESCE(?, channel),"
          + " source = COALESCE(?, source), run = COALESCE(?, run), uncertain = ?,"
          + " changed_at = ?, request = ?, owner = ?, claim = claim + 1"
          + " WHERE message_key = ? AND claim = ? AND state = ?"),
  /** An entry that was refused, for another request. */
  REPLACE(
      "UPDATE message SET fingerprint = ?, definition_key = ?, channel = ?, source = ?, run = ?,"
          + " state = 'ADMITTED', accepted = 0, uncertain = 0, attempts = 0, admitted_at = ?,"
          + " first_attempt_at = NULL, last_attempt_at = NULL, changed_at = ?, request_id = NULL,"
          + " code = NULL, detail = NULL, request = ?, owner = ?, claim = claim + 1"
          + " WHERE message_key = ? AND claim = ? AND state = ?"),
  /**
   * Only while the claim is ours: once freed, it is anybody's, and may be seen as not attempted.
   */
  ATTEMPT(
      "UPDATE message SET state = 'ATTEMPTED', attempts = attempts + 1,"
          + " first_attempt_at = COALESCE(first_attempt_at, ?), last_attempt_at = ?, changed_at = ?"
          + " WHERE message_key = ? AND claim = ? AND owner = ?"),
  /** With 0 in the ninth place, the request is erased. */
  SETTLE(
      "UPDATE message SET state = ?, accepted = ?, uncertain = ?, changed_at = ?, request_id = ?,"
          + " code = ?, detail = ?, parts = ?, owner = NULL,"
          + " request = CASE ? WHEN 1 THEN request END"
          + " WHERE message_key = ? AND claim = ?"),
  EVENT("INSERT INTO event (message_key, at, what, code, detail) VALUES (?, ?, ?, ?, ?)"),

  ALIVE(
      "INSERT INTO node (id, alive_until) VALUES (?, ?)"
          + " ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until"),
  DEAD("DELETE FROM node WHERE id = ? OR alive_until < ?"),
  ALL_DEAD("DELETE FROM node"),
  /** What a dead process had claimed: an attempt of it may have been taken. */
  FREE(
      Sql.FREED
          + " WHERE owner IS NOT NULL"
          + " AND owner NOT IN (SELECT id FROM node WHERE alive_until >= ?)"),
  /** What this process had claimed, and let go of without being able to record its end. */
  FREE_ONE(Sql.FREED + " WHERE message_key = ? AND claim = ? AND owner = ?"),
  REMOVE_EVENTS("DELETE FROM event WHERE message_key = ?"),
  /** Unless it was taken up again since it was found to be old. */
  REMOVE("DELETE FROM message WHERE message_key = ? AND changed_at < ? AND owner IS NULL"),
  /** Not one without an end: its rows would be sent once more as those of another run. */
  REMOVE_RUNS("DELETE FROM run WHERE started_at < ? AND finished_at IS NOT NULL"),

  BEGIN_RUN("INSERT INTO run (id, content, name, started_at) VALUES (?, ?, ?, ?)"),
  FINISH_RUN("UPDATE run SET finished_at = ? WHERE id = ?");

  private static final String FREED =
      "UPDATE message SET owner = NULL, changed_at = ?,"
          + " state = CASE WHEN state = 'ATTEMPTED' OR uncertain = 1 THEN 'UNCERTAIN'"
          + " ELSE 'WAITING' END,"
          + " uncertain = CASE WHEN state = 'ATTEMPTED' THEN 1 ELSE uncertain END";

  private final String text;

  Sql(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}
