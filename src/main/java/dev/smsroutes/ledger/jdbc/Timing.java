package dev.smsroutes.ledger.jdbc;

import java.time.Duration;

/**
 * The times of the ledger. Immutable.
 *
 * @param maxWait how long a caller waits for a record to be written
 * @param busy how long SQLite waits for another connection's lock
 * @param heartbeat how often a node renews its sign of life, and how often an outage is tried again
 * @param life a node without a sign of life for so long is dead
 */
record Timing(Duration maxWait, Duration busy, Duration heartbeat, Duration life) {
  static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(15),
          Duration.ofSeconds(3),
          Duration.ofSeconds(3),
          Duration.ofSeconds(15));
}
