package dev.smsroutes.ledger.jdbc;

import java.time.Duration;

/**
 * How long the ledger waits, and for what. Immutable.
 *
 * @param patience the longest that anybody waits for a record to be written
 * @param busy how long SQLite waits for another connection's lock
 * @param heartbeat how often a node says that it lives, and a store in trouble is tried again
 * @param life a node that has not been heard of for so long is dead
 */
record Timing(Duration patience, Duration busy, Duration heartbeat, Duration life) {
  static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(15),
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(15));
}
