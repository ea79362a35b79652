package dev.smsroutes.ledger.jdbc;

/**
 * The ledger's writing statements: one text for SQLite and PostgreSQL. Within a group commit they
 * run in this order.
 */
enum Sql {
  CLAIM(
      "INSERT INTO message (fingerprint, definition_key, channel, source, run, caller,"
          + " trace_id, caller_request_id, state, accepted, uncertain, attempts, admitted_at,"
          + " changed_at, request, owner, message_key, claim)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'ADMITTED', 0, 0, 0, ?, ?, ?, ?, ?, 1)"
          + " ON CONFLICT (message_key) DO NOTHING"),
  /** {@link #CLAIM} and {@link #ATTEMPT} in one record. Begins as {@link #CLAIM}. */
  CLAIM_LEAVING(
      "INSERT INTO message (fingerprint, definition_key, channel, source, run, caller,"
          + " trace_id, caller_request_id, state, accepted, uncertain, attempts, admitted_at,"
          + " changed_at, request, owner, message_key, claim, first_attempt_at, last_attempt_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'ATTEMPTED', 0, 0, 1, ?, ?, ?, ?, ?, 1, ?, ?)"
          + " ON CONFLICT (message_key) DO NOTHING"),
  /**
   * Claims an unfinished entry for the same request. Only in the state in which it was read: its
   * former holder may have gone on since, which changes the state, but not the claim.
   */
  RECLAIM(
      "UPDATE message SET state = 'ADMITTED', fingerprint = ?, channel = COALESCE(?, channel),"
          + " source = COALESCE(?, source), run = COALESCE(?, run), uncertain = ?,"
          + " changed_at = ?, request = ?, owner = ?, claim = claim + 1"
          + " WHERE message_key = ? AND claim = ? AND state = ?"),
  /** Claims the entry of a refused request for another request. Begins as {@link #CLAIM}. */
  REPLACE(
      "UPDATE message SET fingerprint = ?, definition_key = ?, channel = ?, source = ?, run = ?,"
          + " caller = ?, trace_id = ?, caller_request_id = ?, state = 'ADMITTED', accepted = 0,"
          + " uncertain = 0, attempts = 0, admitted_at = ?,"
          + " first_attempt_at = NULL, last_attempt_at = NULL, changed_at = ?, request_id = NULL,"
          + " code = NULL, detail = NULL, request = ?, owner = ?, claim = claim + 1"
          + " WHERE message_key = ? AND claim = ? AND state = ?"),
  /**
   * Only while this node owns the claim: a released claim may be taken, and counts as not
   * attempted.
   */
  ATTEMPT(
      "UPDATE message SET state = 'ATTEMPTED', attempts = attempts + 1,"
          + " first_attempt_at = COALESCE(first_attempt_at, ?), last_attempt_at = ?, changed_at = ?"
          + " WHERE message_key = ? AND claim = ? AND owner = ?"),
  /** The ninth parameter 0 erases the request. */
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
  /** Releases the claims of dead nodes: the API may have accepted an attempt of theirs. */
  FREE(
      Sql.FREED
          + " WHERE owner IS NOT NULL"
          + " AND owner NOT IN (SELECT id FROM node WHERE alive_until >= ?)"),
  /** Releases a claim of this process whose end could not be recorded. */
  FREE_ONE(Sql.FREED + " WHERE message_key = ? AND claim = ? AND owner = ?"),
  REMOVE_EVENTS("DELETE FROM event WHERE message_key = ?"),
  /** Unless the entry was claimed again since it was found to be old. */
  REMOVE("DELETE FROM message WHERE message_key = ? AND changed_at < ? AND owner IS NULL"),
  /** Keeps unfinished runs: their rows would be sent again as rows of another run. */
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
