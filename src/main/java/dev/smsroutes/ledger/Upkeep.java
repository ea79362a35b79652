package dev.smsroutes.ledger;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ledger does by itself: says that this node lives, frees what dead ones had claimed, and
 * removes what is old, in steps so small that no send waits for them.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

  /** A node is dead when it has not been heard of for so long. */
  private static final Duration LIFE = Duration.ofSeconds(15);

  private static final Duration HEARTBEAT = Duration.ofSeconds(3);
  private static final int ROWS_IN_A_STEP = 500;
  private static final int STEPS_IN_A_ROW = 20;

  private final GroupCommit writer;
  private final LedgerOptions options;
  private final String node;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "sms-ledger-upkeep");
            thread.setDaemon(true);
            return thread;
          });
  private long removed;

  Upkeep(GroupCommit writer, LedgerOptions options, String node, Clock clock) {
    this.writer = writer;
    this.options = options;
    this.node = node;
    this.clock = clock;
  }

  /**
   * @param alone whether no other process can have this ledger, so that all earlier ones are dead
   */
  void start(boolean alone) {
    if (alone) {
      writer.write(Sql.ALL_DEAD, statement -> {});
    }
    alive();
    free();
    timer.scheduleWithFixedDelay(
        () -> quietly(this::alive),
        HEARTBEAT.toMillis(),
        HEARTBEAT.toMillis(),
        TimeUnit.MILLISECONDS);
    timer.scheduleWithFixedDelay(
        () -> quietly(this::free), LIFE.toMillis(), LIFE.toMillis(), TimeUnit.MILLISECONDS);
    timer.scheduleWithFixedDelay(() -> quietly(this::purge), 1, 1, TimeUnit.SECONDS);
  }

  /** It is said in the health check already; the next beat tries again. */
  private static void quietly(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.debug("Upkeep of the ledger failed", e);
    }
  }

  private void alive() {
    long until = clock.millis() + LIFE.toMillis();
    writer.write(
        Sql.ALIVE,
        statement -> {
          statement.setString(1, node);
          statement.setLong(2, until);
        });
  }

  private void free() {
    long now = clock.millis();
    int freed =
        writer.write(
            Sql.FREE,
            statement -> {
              statement.setLong(1, now);
              statement.setLong(2, now);
            });
    if (freed > 0) {
      LOG.warn("ledger=freed messages={} their process ended while they were under way", freed);
    }
  }

  /** Removes what is old; no more than a few steps, and none while sends wait. */
  void purge() {
    for (int step = 0; step < STEPS_IN_A_ROW && writer.idle(); step++) {
      int rows =
          remove(Sql.PURGE, options.retention()) + remove(Sql.PURGE_OPEN, options.openRetention());
      removed += rows;
      if (rows == 0) {
        break;
      }
    }
    if (removed > 0 && writer.idle()) {
      LOG.info("ledger=purged messages={}", removed);
      removed = 0;
      before(Sql.PURGE_EVENTS, options.retention());
      before(Sql.PURGE_RUNS, options.openRetention());
    }
  }

  private int remove(Sql what, Duration age) {
    long before = clock.millis() - age.toMillis();
    return writer.write(
        what,
        statement -> {
          statement.setLong(1, before);
          statement.setLong(2, before);
          statement.setInt(3, ROWS_IN_A_STEP);
        });
  }

  private void before(Sql what, Duration age) {
    long before = clock.millis() - age.toMillis();
    writer.write(what, statement -> statement.setLong(1, before));
  }

  /** This node is dead from now on, and what it had claimed is free. */
  @Override
  public void close() {
    timer.shutdown();
    long now = clock.millis();
    quietly(
        () -> {
          writer.write(
              List.of(
                  new GroupCommit.Record(
                      Sql.DEAD,
                      statement -> {
                        statement.setString(1, node);
                        statement.setLong(2, now - Duration.ofDays(1).toMillis());
                      })));
          free();
        });
  }
}
