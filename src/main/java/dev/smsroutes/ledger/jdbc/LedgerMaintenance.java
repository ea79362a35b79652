package dev.smsroutes.ledger.jdbc;

import static dev.smsroutes.ledger.jdbc.GroupCommit.values;

import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.ledger.jdbc.GroupCommit.BoundSql;
import dev.smsroutes.ledger.jdbc.JdbcRecords.Old;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background work of the ledger: renews this node's sign of life, releases the claims of dead
 * nodes and those that this node gave up, and purges old rows, in steps so small that no send waits
 * for them.
 */
final class LedgerMaintenance implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerMaintenance.class);

  /** After so many heartbeats, claims without a holder are released. */
  private static final int BEATS_TO_FREE = 5;

  private static final int STEPS_IN_A_ROW = 20;

  /** The number of seconds until the next round after one that found nothing to purge. */
  private static final int REST = 60;

  /**
   * The purge lets its time run at most so many times as fast as real time, so that a clock that
   * jumps ahead for a while removes nothing.
   */
  private static final int FASTEST = 10;

  private final String node;
  private final LedgerOptions options;
  private final Clock clock;
  private final GroupCommit writer;
  private final JdbcRecords records;
  private final Database database;
  private final Timing timing;
  private final Predicate<String> underWay;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "sms-ledger-upkeep");
            thread.setDaemon(true);
            return thread;
          });
  private long removed;
  private int rest;
  private long believed;
  private long believedAt = System.nanoTime();

  /**
   * @param underWay whether this process handles a key at the moment
   */
  LedgerMaintenance(
      LedgerContext ledger, Database database, Timing timing, Predicate<String> underWay) {
    this.node = ledger.node();
    this.options = ledger.options();
    this.clock = ledger.clock();
    this.writer = ledger.writer();
    this.records = ledger.records();
    this.database = database;
    this.timing = timing;
    this.underWay = underWay;
    this.believed = clock.millis();
  }

  /**
   * @param exclusive whether no other process can use this ledger, so that all earlier ones are
   *     dead
   */
  void start(boolean exclusive) {
    if (exclusive) {
      writer.write(Sql.ALL_DEAD, values());
    }
    free();
    every(timing.heartbeat(), () -> writer.write(List.of(alive())));
    every(timing.heartbeat().multipliedBy(BEATS_TO_FREE), this::free);
    every(timing.heartbeat().multipliedBy(BEATS_TO_FREE), this::freeOwn);
    every(Duration.ofSeconds(1), this::purge);
    every(Duration.ofMinutes(1), this::erase);
  }

  private void every(Duration time, Runnable task) {
    timer.scheduleWithFixedDelay(
        () -> quietly(task), time.toMillis(), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The health check reports the failure already; the next heartbeat tries again. */
  private static void quietly(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.debug("Maintenance of the ledger failed", e);
    }
  }

  private BoundSql alive() {
    return new BoundSql(Sql.ALIVE, values(node, clock.millis() + timing.life().toMillis()));
  }

  private BoundSql dead() {
    return new BoundSql(Sql.DEAD, values(node, clock.millis() - Duration.ofDays(1).toMillis()));
  }

  /**
   * Includes a heartbeat: after a freeze or a jump of the clock this node must not count as dead.
   */
  private void free() {
    free(alive());
  }

  private void free(BoundSql first) {
    long now = clock.millis();
    int freed = writer.write(List.of(new BoundSql(Sql.FREE, values(now, now)), first));
    if (freed > 0) {
      LOG.warn("ledger=freed messages={} their process ended while they were in progress", freed);
    }
  }

  /** Releases claims of this process whose end could not be recorded. */
  private void freeOwn() {
    int freed = 0;
    for (JdbcRecords.HeldKey held : records.heldBy(node)) {
      // Checked after the query: a claim that has ended since stays as it is.
      if (!underWay.test(held.messageKey())) {
        freed += free(held);
      }
    }
    if (freed > 0) {
      LOG.warn("ledger=freed messages={} their end could not be recorded", freed);
    }
  }

  private int free(JdbcRecords.HeldKey held) {
    return writer.write(
        Sql.FREE_ONE,
        values(clock.millis(), StoredText.key(held.messageKey()), held.version(), node));
  }

  /** Purges old rows: at most a few steps, and none while sends wait. */
  private void purge() {
    long now = believed();
    if (rest > 0) {
      rest--;
      return;
    }
    long settled = now - options.retention().toMillis();
    long open = now - options.openRetention().toMillis();
    int rows = 1;
    for (int step = 0; step < STEPS_IN_A_ROW && rows > 0 && writer.idle(); step++) {
      rows = remove(Old.SETTLED, settled) + remove(Old.OPEN, open);
      removed += rows;
    }
    if (rows == 0) {
      rest = REST;
      writer.write(Sql.REMOVE_RUNS, values(open));
      if (removed > 0) {
        LOG.info("ledger=purged messages={}", removed);
        removed = 0;
      }
    }
  }

  private long believed() {
    long nanos = System.nanoTime();
    long max = believed + FASTEST * TimeUnit.NANOSECONDS.toMillis(nanos - believedAt);
    believedAt = nanos;
    believed = Math.min(clock.millis(), max);
    return believed;
  }

  /** One step. The search uses a reading connection, so that no send waits for it. */
  private int remove(Old which, long before) {
    List<String> keys = records.old(which, before);
    List<BoundSql> records = new ArrayList<>(2 * keys.size());
    for (String key : keys) {
      String stored = StoredText.key(key);
      records.add(new BoundSql(Sql.REMOVE_EVENTS, values(stored)));
      records.add(new BoundSql(Sql.REMOVE, values(stored, before)));
    }
    if (!records.isEmpty()) {
      writer.write(records);
    }
    return keys.size();
  }

  /** Erases data from SQLite's log that was erased from the tables. */
  private void erase() {
    if (writer.idle()) {
      database.emptyLog();
    }
  }

  /** Marks this node dead, which releases its claims. */
  @Override
  public void close() {
    timer.shutdown();
    quietly(() -> free(dead()));
  }

  /** Ends without a record, as a killed process does. */
  void abandon() {
    timer.shutdownNow();
  }
}
