package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.LedgerUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what many threads want to record, in common transactions: one thread takes what has queued
 * up while the last commit was on its way to the disk. So a commit costs the same for one record
 * and for hundreds, and nobody waits for more than the commit before its own.
 *
 * <p>Thread-safe. The queue is bounded, and so is the time that anybody waits.
 */
final class GroupCommit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  private static final int MOST_IN_A_COMMIT = 512;
  private static final int MOST_WAITING = 8_192;

  /** Puts the values of one record into its statement. */
  @FunctionalInterface
  interface Binder {
    void bind(PreparedStatement statement) throws SQLException;
  }

  /** One statement with its values. */
  record Record(Sql sql, Binder binder) {}

  /**
   * What one caller waits for, all or none: units of records that belong together; done with the
   * count of rows that the first record of each unit changed.
   */
  private record Write(List<List<Record>> units, CompletableFuture<int[]> done) {
    int size() {
      return units.size();
    }
  }

  private final Database database;
  private final Duration patience;
  private final Duration calm;
  private final BlockingQueue<Write> queue;
  private final Thread thread = new Thread(this::run, "sms-ledger-writer");
  private final Map<Sql, PreparedStatement> statements = new EnumMap<>(Sql.class);
  private Connection connection;
  private volatile boolean closing;
  private volatile String outage;
  private long lastOutage;

  GroupCommit(Database database, Timing timing) {
    this(database, timing, MOST_WAITING);
  }

  /**
   * @param maxWaiting how many records may wait
   */
  GroupCommit(Database database, Timing timing, int maxWaiting) {
    this.database = database;
    this.patience = timing.patience();
    this.calm = timing.heartbeat();
    this.queue = new ArrayBlockingQueue<>(maxWaiting);
    thread.setDaemon(true);
    thread.start();
  }

  /** Why the last commit failed, or does not come to an end; empty when all is well. */
  Optional<String> outage() {
    return Optional.ofNullable(outage);
  }

  /** Whether hardly anybody waits: the moment for work that can wait. */
  boolean idle() {
    return waiting() < 8;
  }

  /** How many records wait for the next commit. */
  int waiting() {
    return queue.size();
  }

  /** As {@link #write(List)}. */
  int write(Sql sql, Binder binder) {
    return write(List.of(new Record(sql, binder)));
  }

  /**
   * Records all of these or none, and returns when they are on disk.
   *
   * @return how many rows the first of them changed
   * @throws LedgerUnavailableException if that failed, or nobody knows whether it did
   */
  int write(List<Record> records) {
    Write write = new Write(List.of(records), new CompletableFuture<>());
    return await(List.of(write))[0];
  }

  /**
   * Records many units of records, each of them all or none, and returns when all are on disk: one
   * wait, however many they are. They share as few commits as their number allows, and none with a
   * failure of their own: then some of them may be on disk, and some not.
   *
   * @return how many rows the first record of each unit changed
   * @throws LedgerUnavailableException if that failed, or nobody knows whether it did
   * @throws IllegalStateException if there is one among them that cannot be written
   */
  int[] writeEach(List<List<Record>> units) {
    List<Write> writes = new ArrayList<>(units.size() / MOST_IN_A_COMMIT + 1);
    for (int from = 0; from < units.size(); from += MOST_IN_A_COMMIT) {
      int to = Math.min(units.size(), from + MOST_IN_A_COMMIT);
      writes.add(new Write(units.subList(from, to), new CompletableFuture<>()));
    }
    return await(writes);
  }

  private int[] await(List<Write> writes) {
    long latest = System.nanoTime() + patience.toNanos();
    try {
      for (Write write : writes) {
        if (closing || !queue.offer(write, latest - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw new LedgerUnavailableException(
              closing ? "The ledger is closed" : "Too many records wait for the ledger");
        }
      }
      int[] changed = new int[writes.stream().mapToInt(Write::size).sum()];
      int at = 0;
      for (Write write : writes) {
        int[] part = write.done().get(latest - System.nanoTime(), TimeUnit.NANOSECONDS);
        System.arraycopy(part, 0, changed, at, part.length);
        at += part.length;
      }
      return changed;
    } catch (TimeoutException e) {
      // Unless it is being written at this very moment, it will not be.
      writes.forEach(write -> write.done().cancel(false));
      String reason = "The ledger did not write a record in " + patience.toMillis() + " ms";
      noteOutage(reason);
      throw new LedgerUnavailableException(reason);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LedgerUnavailableException("Interrupted while a record was written");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LedgerUnavailableException unavailable) {
        throw unavailable;
      }
      // Without the cause: PostgreSQL's driver quotes values in it.
      throw new IllegalStateException(
          "A record could not be written: " + Database.reason(e.getCause()));
    }
  }

  private void run() {
    List<Write> group = new ArrayList<>(MOST_IN_A_COMMIT);
    while (!closing || !queue.isEmpty()) {
      try {
        Write first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first != null) {
          drain(first, group);
          group.removeIf(write -> write.done().isDone());
          commit(group);
        }
      } catch (InterruptedException e) {
        closing = true;
      } finally {
        group.clear();
      }
    }
    disconnect();
    queue.forEach(
        late -> late.done().completeExceptionally(new LedgerUnavailableException("Closed")));
  }

  private void drain(Write first, List<Write> group) {
    int size = 0;
    for (Write next = first; next != null; next = size < MOST_IN_A_COMMIT ? queue.poll() : null) {
      group.add(next);
      size += next.size();
    }
  }

  private void commit(List<Write> group) {
    if (group.isEmpty()) {
      return;
    }
    try {
      List<int[]> changed = inOneTransaction(group);
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
        eachAlone(group, e);
      }
    } catch (RuntimeException | Error e) {
      // Whatever it is, the next group is written.
      rollback();
      fail(group, e);
    }
  }

  private static void fail(List<Write> group, Throwable failure) {
    group.forEach(write -> write.done().completeExceptionally(failure));
  }

  /** One record that cannot be written must not take the others down with it. */
  private void eachAlone(List<Write> group, SQLException failure) {
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
    List<Counted> counted = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      List<List<Record>> units = group.get(i).units();
      for (int unit = 0; unit < units.size(); unit++) {
        List<Record> records = units.get(unit);
        for (int j = 0; j < records.size(); j++) {
          if (records.get(j).sql() == sql) {
            if (statement == null) {
              statement = statement(sql);
              statement.clearBatch();
            }
            records.get(j).binder().bind(statement);
            statement.addBatch();
            counted.add(j == 0 ? new Counted(changed.get(i), unit) : null);
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

  /** Where the count of a record goes. */
  private record Counted(int[] in, int unit) {}

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

  /** Not at once: on a full disk, what needs no room can be written in between. */
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

  /** Writes what is waiting, and ends. */
  @Override
  public void close() {
    closing = true;
    // Wakes the thread.
    queue.offer(new Write(List.of(), new CompletableFuture<>()));
    try {
      thread.join(patience.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends without writing what is waiting, as a killed process does. */
  void abandon() {
    closing = true;
    List<Write> waiting = new ArrayList<>();
    queue.drainTo(waiting);
    fail(waiting, new LedgerUnavailableException("The ledger is closed"));
    close();
  }
}
