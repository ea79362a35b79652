package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.StoredText;
import dev.smsroutes.ledger.jdbc.GroupCommit.Record;
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
 * What the ledger does by itself: says that this node lives, frees what dead ones had claimed and
 * what this one let go of, and removes what is old, in steps so small that no send waits for them.
 */
final class LedgerMaintenance implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerMaintenance.class);

  /** What nobody holds any more is freed at every so many beats. */
  private static final int BEATS_TO_FREE = 5;

  private static final int STEPS_IN_A_ROW = 20;

  /** After a round that found nothing to remove, so many seconds pass until the next. */
  private static final int REST = 60;

  /**
   * The purge takes the time to go no faster than this, so that a clock that jumps ahead for a
   * while removes nothing.
   */
  private static final int FASTEST = 10;

  private final GroupCommit writer;
  private final Database database;
  private final JdbcRecords records;
  private final LedgerOptions options;
  private final Timing timing;
  private final String node;
  private final Predicate<String> underWay;
  private final Clock clock;
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
      GroupCommit writer,
      Database database,
      JdbcRecords records,
      LedgerOptions options,
      Timing timing,
      String node,
      Predicate<String> underWay,
      Clock clock) {
    this.writer = writer;
    this.database = database;
    this.records = records;
    this.options = options;
    this.timing = timing;
    this.node = node;
    this.underWay = underWay;
    this.clock = clock;
    this.believed = clock.millis();
  }

  /**
   * @param alone whether no other process can have this ledger, so that all earlier ones are dead
   */
  void start(boolean alone) {
    if (alone) {
      writer.write(Sql.ALL_DEAD, statement -> {});
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

  /** It is said in the health check already; the next beat tries again. */
  private static void quietly(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.debug("Upkeep of the ledger failed", e);
    }
  }

  private Record alive() {
    long until = clock.millis() + timing.life().toMillis();
    return new Record(
        Sql.ALIVE,
        statement -> {
          statement.setString(1, node);
          statement.setLong(2, until);
        });
  }

  private Record dead() {
    long longAgo = clock.millis() - Duration.ofDays(1).toMillis();
    return new Record(
        Sql.DEAD,
        statement -> {
          statement.setString(1, node);
          statement.setLong(2, longAgo);
        });
  }

  /** Together with a beat: after a standstill or a jump of the clock this node is not dead. */
  private void free() {
    free(alive());
  }

  private void free(Record first) {
    long now = clock.millis();
    int freed =
        writer.write(
            List.of(
                new Record(
                    Sql.FREE,
                    statement -> {
                      statement.setLong(1, now);
                      statement.setLong(2, now);
                    }),
                first));
    if (freed > 0) {
      LOG.warn("ledger=freed messages={} their process ended while they were under way", freed);
    }
  }

  /** What this process let go of without an end, because that could not be recorded. */
  private void freeOwn() {
    int freed = 0;
    for (JdbcRecords.Held held : records.heldBy(node)) {
      // Looked at after the store: what has ended since is no longer ours, and stays as it is.
      if (!underWay.test(held.messageKey())) {
        freed += free(held);
      }
    }
    if (freed > 0) {
      LOG.warn("ledger=freed messages={} their end could not be recorded", freed);
    }
  }

  private int free(JdbcRecords.Held held) {
    long now = clock.millis();
    return writer.write(
        Sql.FREE_ONE,
        statement -> {
          statement.setLong(1, now);
          statement.setString(2, StoredText.key(held.messageKey()));
          statement.setLong(3, held.version());
          statement.setString(4, node);
        });
  }

  /** Removes what is old; no more than a few steps, and none while sends wait. */
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
      writer.write(Sql.REMOVE_RUNS, statement -> statement.setLong(1, open));
      if (removed > 0) {
        LOG.info("ledger=purged messages={}", removed);
        removed = 0;
      }
    }
  }

  private long believed() {
    long nanos = System.nanoTime();
    long most = believed + FASTEST * TimeUnit.NANOSECONDS.toMillis(nanos - believedAt);
    believedAt = nanos;
    believed = Math.min(clock.millis(), most);
    return believed;
  }

  /** One step. They are looked for beside the writer, so that no send waits for a search. */
  private int remove(Old which, long before) {
    List<String> keys = records.old(which, before);
    List<Record> records = new ArrayList<>(2 * keys.size());
    for (String key : keys) {
      String stored = StoredText.key(key);
      records.add(new Record(Sql.REMOVE_EVENTS, statement -> statement.setString(1, stored)));
      records.add(
          new Record(
              Sql.REMOVE,
              statement -> {
                statement.setString(1, stored);
                statement.setLong(2, before);
              }));
    }
    if (!records.isEmpty()) {
      writer.write(records);
    }
    return keys.size();
  }

  /** What was erased from the tables may still stand in the log of SQLite. */
  private void erase() {
    if (writer.idle()) {
      database.emptyLog();
    }
  }

  /** This node is dead from now on, and what it had claimed is free. */
  @Override
  public void close() {
    timer.shutdown();
    quietly(() -> free(dead()));
  }

  /** Ends without a word, as a killed process does. */
  void abandon() {
    timer.shutdownNow();
  }
}
