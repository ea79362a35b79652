package dev.smsroutes.ledger.jdbc;

import static dev.smsroutes.ledger.jdbc.GroupCommit.values;

import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.ledger.jdbc.GroupCommit.BoundSql;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import java.time.Clock;
import java.util.OptionalInt;

/**
 * What the parts of an open ledger share. Thread-safe.
 *
 * @param node the id of this process in the ledger
 */
record LedgerContext(
    String node, LedgerOptions options, Clock clock, GroupCommit writer, JdbcRecords records) {
  /**
   * The record of an outcome. It erases the request, unless that may be needed again or is to stay.
   */
  BoundSql settlement(
      String messageKey, long version, Outcome outcome, boolean maybeTaken, String detail) {
    boolean keep =
        options.keepPersonalData()
            || !outcome.state().settled()
            || outcome.state() == Outcome.State.PARKED;
    OptionalInt parts =
        outcome instanceof Accepted accepted ? accepted.parts() : OptionalInt.empty();
    return new BoundSql(
        Sql.SETTLE,
        values(
            outcome.state().name(),
            outcome.accepted() ? 1 : 0,
            maybeTaken ? 1 : 0,
            clock.millis(),
            StoredText.line(outcome.requestId()),
            outcome.errorCode(),
            detail,
            parts.isPresent() ? parts.getAsInt() : null,
            keep ? 1 : 0,
            StoredText.key(messageKey),
            version));
  }
}
