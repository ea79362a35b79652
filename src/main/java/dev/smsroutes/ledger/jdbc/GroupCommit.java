package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.LedgerUnavailableException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: writes the records of many threads in common transactions. One thread takes all
 * records that queued up during the last fsync. So a commit costs about the same for one record and
 * for hundreds, and a caller waits for at most one commit before its own.
 *
 * <p>Thread-safe. The queue is bounded, and so is the waiting time of a caller. A timer ends the
 * waiting, not the waiting thread itself: on a virtual thread each wait with a time-out costs a
 * task of the scheduler, which was a tenth of a message.
 */
final class GroupCommit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  private static final String CLOSED = "The ledger is closed";
  private static final int MAX_IN_A_COMMIT = 512;
  private static final int MAX_WAITING = 8_192;

  /** Time-outs are looked for so often in the waiting time of a caller. */
  private static final int LOOKS = 16;

  /** Binds the values of one record to its statement. */
  @FunctionalInterface
  interface Binder {
    void bind(PreparedStatement statement) throws SQLException;
  }

  /** Binds these in their order; null to SQL's NULL. */
  static Binder values(Object... values) {
    return statement -> {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
    };
  }

  /** One statement with its values. */
  record BoundSql(Sql sql, Binder binder) {}

  /**
   * The records that one caller waits for, written all or none, in units that belong together. It
   * completes with the number of rows that the first record of each unit changed.
   */
  private record Write(List<List<BoundSql>> units, long latest, CompletableFuture<int[]> done) {
    Write(List<List<BoundSql>> units, long latest) {
      this(units, latest, new CompletableFuture<>());
    }

    int size() {
      return units.size();
    }

    /** It is not written any more, unless that is happening at this moment. */
    void giveUp() {
      done.cancel(false);
    }
  }

  private final Database database;
  private final Duration maxWait;
  private final Duration calm;
  private final BlockingQueue<Write> queue;
  private final Thread thread = new Thread(this::run, "sms-ledger-writer");
  private final Timer timer = new Timer("sms-ledger-time-outs", true);
  private final Map<Sql, PreparedStatement> statements = new EnumMap<>(Sql.class);
  private Connection connection;
  private volatile List<Write> underWay = List.of();
  private volatile boolean closing;
  private volatile boolean ended;
  private volatile String outage;
  private long lastOutage;
  private volatile CommitMeters meters = CommitMeters.unread();

  GroupCommit(Database database, Timing timing) {
    this(database, timing, MAX_WAITING);
  }

  /**
   * @param maxWaiting the maximum number of waiting records
   */
  GroupCommit(Database database, Timing timing, int maxWaiting) {
    this.database = database;
    this.maxWait = timing.maxWait();
    this.calm = timing.heartbeat();
    this.queue = new ArrayBlockingQueue<>(maxWaiting);
    thread.setDaemon(true);
    thread.start();
    long period = Math.max(1, maxWait.toMillis() / LOOKS);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            endWaiting();
          }
        },
        period,
        period);
  }

  private void endWaiting() {
    boolean last = !thread.isAlive();
    long now = System.nanoTime();
    Stream.concat(underWay.stream(), queue.stream())
        .filter(write -> now - write.latest() > 0)
        .forEach(Write::giveUp);
    if (last) {
      timer.cancel();
    }
  }

  /** Why the last commit failed or does not end; empty if there is no outage. */
  Optional<String> outage() {
    return Optional.ofNullable(outage);
  }

  /** Measures its commits from now on. */
  void bindTo(MeterRegistry registry) {
    Gauge.builder("sms.ledger.waiting", this, GroupCommit::waiting)
        .description("Records that wait for the next commit")
        .register(registry);
    meters = new CommitMeters(registry);
  }

  /** Whether few records wait, so that background work may run. */
  boolean idle() {
    return waiting() < 8;
  }

  /** How many records wait for the next commit. */
  int waiting() {
    return queue.size();
  }

  /** As {@link #write(List)}. */
  int write(Sql sql, Binder binder) {
    return write(List.of(new BoundSql(sql, binder)));
  }

  /**
   * Writes all of these records or none, and returns when they are on disk.
   *
   * @return how many rows the first of them changed
   * @throws LedgerUnavailableException if that failed, or it is unknown whether it did
   */
  int write(List<BoundSql> records) {
    return await(List.of(new Write(List.of(records), latest())))[0];
  }

  /**
   * Writes many units of records, each all or none, and returns when all are on disk. They share as
   * few commits as possible. After a failure some units may be on disk, and others not.
   *
   * @return how many rows the first record of each unit changed
   * @throws LedgerUnavailableException if that failed, or it is unknown whether it did
   * @throws IllegalStateException if one of them cannot be written
   */
  int[] writeEach(List<List<BoundSql>> units) {
    long latest = latest();
    List<Write> writes = new ArrayList<>(units.size() / MAX_IN_A_COMMIT + 1);
    for (int from = 0; from < units.size(); from += MAX_IN_A_COMMIT) {
      int to = Math.min(units.size(), from + MAX_IN_A_COMMIT);
      writes.add(new Write(units.subList(from, to), latest));
    }
    return await(writes);
  }

  private long latest() {
    return System.nanoTime() + maxWait.toNanos();
  }

  private int[] await(List<Write> writes) {
    try {
      for (Write write : writes) {
        if (closing
            || !queue.offer(write, write.latest() - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw new LedgerUnavailableException(
              closing ? CLOSED : "Too many records wait for the ledger");
        }
      }
      if (ended) {
        // Nothing takes records out of the queue any more.
        throw new LedgerUnavailableException(CLOSED);
      }
      int[] changed = new int[writes.stream().mapToInt(Write::size).sum()];
      int at = 0;
      for (Write write : writes) {
        int[] part = write.done().get();
        System.arraycopy(part, 0, changed, at, part.length);
        at += part.length;
      }
      return changed;
    } catch (CancellationException e) {
      writes.forEach(Write::giveUp);
      String reason = "The ledger did not write a record in " + maxWait.toMillis() + " ms";
      noteOutage(reason);
      throw new LedgerUnavailableException(reason);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerUnavailableException("Interrupted while a record was written");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LedgerUnavailableException unavailable) {
        throw unavailable;
      }
      // Without the cause, in which PostgreSQL's driver quotes values.
      throw new IllegalStateException(
          "A record could not be written: " + Database.reason(e.getCause()));
    }
  }

  private void run() {
    while (!closing || !queue.isEmpty()) {
      try {
        Write first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first != null) {
          List<Write> group = drain(first);
          group.removeIf(write -> write.done().isDone());
          underWay = group;
          commit(group);
        }
      } catch (InterruptedException e) {
        closing = true;
      } finally {
        underWay = List.of();
      }
    }
    disconnect();
    ended = true;
    fail(queue, new LedgerUnavailableException(CLOSED));
  }

  private List<Write> drain(Write first) {
    List<Write> group = new ArrayList<>();
    int size = 0;
    for (Write next = first; next != null; next = size < MAX_IN_A_COMMIT ? queue.poll() : null) {
      group.add(next);
      size += next.size();
    }
    return group;
  }

  private void commit(List<Write> group) {
    if (group.isEmpty()) {
      return;
    }
    try {
      long began = System.nanoTime();
      List<int[]> changed = inOneTransaction(group);
      meters.committed(group.stream().mapToInt(Write::size).sum(), System.nanoTime() - began);
      wellAgain();
      for (int i = 0; i < group.size(); i++) {
        group.get(i).done().complete(changed.get(i));
      }
    } catch (SQLException e) {
      if (database.isOutage(e)) {
        String reason = Database.reason(e);
        noteOutage(reason);
        rollback();
        disconnect();
        database.forgetReaders();
        fail(group, new LedgerUnavailableException(reason));
      } else {
        rollback();
        eachByItself(group, e);
      }
    } catch (RuntimeException | Error e) {
      // After any failure the next group is still written.
      rollback();
      fail(group, e);
    }
  }

  private static void fail(Collection<Write> group, Throwable failure) {
    group.forEach(write -> write.done().completeExceptionally(failure));
  }

  /** One faulty record must not fail the others. */
  private void eachByItself(List<Write> group, SQLException failure) {
    if (group.size() == 1) {
      fail(
          group,
          Database.inConflict(failure)
              ? new LedgerUnavailableException(Database.reason(failure))
              : failure);
      return;
    }
    group.forEach(write -> commit(List.of(write)));
  }

  private List<int[]> inOneTransaction(List<Write> group) throws SQLException {
    if (connection == null) {
      connection = database.writer();
    }
    List<int[]> changed = group.stream().map(write -> new int[write.size()]).toList();
    Database.begin(connection);
    for (Sql sql : Sql.values()) {
      execute(sql, group, changed);
    }
    Database.commit(connection);
    return changed;
  }

  private void execute(Sql sql, List<Write> group, List<int[]> changed) throws SQLException {
    PreparedStatement statement = null;
    List<CountSlot> counted = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      List<List<BoundSql>> units = group.get(i).units();
      for (int unit = 0; unit < units.size(); unit++) {
        List<BoundSql> records = units.get(unit);
        for (int j = 0; j < records.size(); j++) {
          if (records.get(j).sql() == sql) {
            if (statement == null) {
              statement = statement(sql);
              statement.clearBatch();
            }
            records.get(j).binder().bind(statement);
            statement.addBatch();
            counted.add(j == 0 ? new CountSlot(changed.get(i), unit) : null);
          }
        }
      }
    }
    if (statement == null) {
      return;
    }
    int[] counts = statement.executeBatch();
    for (int k = 0; k < counts.length; k++) {
      if (counted.get(k) != null) {
        counted.get(k).in()[counted.get(k).unit()] = counts[k];
      }
    }
  }

  /** The place of a record's row count in the result. */
  private record CountSlot(int[] in, int unit) {}

  private PreparedStatement statement(Sql sql) throws SQLException {
    PreparedStatement prepared = statements.get(sql);
    if (prepared == null) {
      prepared = connection.prepareStatement(sql.text());
      statements.put(sql, prepared);
    }
    return prepared;
  }

  private synchronized void noteOutage(String reason) {
    if (outage == null) {
      LOG.error("ledger=unavailable reason=\"{}\" nothing is sent or acknowledged", reason);
    }
    outage = reason;
    lastOutage = System.nanoTime();
  }

  /** After a delay: on a full disk, records that need no room can succeed in between. */
  private synchronized void wellAgain() {
    if (outage != null && System.nanoTime() - lastOutage > calm.toNanos()) {
      LOG.info("ledger=available");
      outage = null;
    }
  }

  private void rollback() {
    try {
      if (connection != null) {
        Database.rollback(connection);
      }
    } catch (SQLException e) {
      disconnect();
    }
  }

  private void disconnect() {
    statements.clear();
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      LOG.debug("The connection could not be closed", e);
    } finally {
      connection = null;
    }
  }

  /** Writes the waiting records, and ends. */
  @Override
  public void close() {
    closing = true;
    // Wakes the thread.
    queue.offer(new Write(List.of(), latest()));
    try {
      thread.join(maxWait.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends without writing the waiting records, as a killed process does. */
  void abandon() {
    closing = true;
    List<Write> waiting = new ArrayList<>();
    queue.drainTo(waiting);
    fail(waiting, new LedgerUnavailableException(CLOSED));
    close();
  }
}
