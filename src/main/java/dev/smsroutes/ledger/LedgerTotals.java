package dev.smsroutes.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * How many entries a ledger has. Immutable.
 *
 * @param open have no outcome yet, or one that may change
 * @param parked wait for a person's decision
 * @param settled all others
 * @param oldestOpen when the oldest was admitted that sms-routes itself goes on with: one under
 *     way, one on the queue, or a row of a file under way. An HTTP caller who was told to repeat
 *     may never do so.
 */
public record LedgerTotals(long open, long parked, long settled, Optional<Instant> oldestOpen) {}
