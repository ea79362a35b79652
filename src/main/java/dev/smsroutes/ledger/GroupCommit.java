package dev.smsroutes.ledger;

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

  /** Records of one caller, all or none; done with the count of rows that the first one changed. */
  private record Write(List<Record> records, CompletableFuture<Integer> done) {}

  private final Database database;
  private final Duration patience;
  private final Duration calm;
  private final BlockingQueue<Write> queue;
  private final Thread thread = new Thread(this::run, "sms-ledger-writer");
  private final Map<Sql, PreparedStatement> statements = new EnumMap<>(Sql.class);
  private Connection connection;
  private volatile boolean closing;
  private volatile String trouble;
  private long lastTrouble;

  GroupCommit(Database database, Timing timing) {
    this(database, timing, MOST_WAITING);
  }

  /**
   * @param mostWaiting how many records may wait
   */
  GroupCommit(Database database, Timing timing, int mostWaiting) {
    this.database = database;
    this.patience = timing.patience();
    this.calm = timing.heartbeat();
    this.queue = new ArrayBlockingQueue<>(mostWaiting);
    thread.setDaemon(true);
    thread.start();
  }

  /** Why the last commit failed, or does not come to an end; empty when all is well. */
  Optional<String> trouble() {
    return Optional.ofNullable(trouble);
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
    Write write = new Write(records, new CompletableFuture<>());
    long latest = System.nanoTime() + patience.toNanos();
    try {
      if (closing || !queue.offer(write, patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new LedgerUnavailableException(
            closing ? "The ledger is closed" : "Too many records wait for the ledger");
      }
      return write.done().get(latest - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // Unless it is being written at this very moment, it will not be.
      write.done().cancel(false);
      String reason = "The ledger did not write a record in " + patience.toMillis() + " ms";
      inTrouble(reason);
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
          group.add(first);
          queue.drainTo(group, MOST_IN_A_COMMIT - 1);
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

  private void commit(List<Write> group) {
    if (group.isEmpty()) {
      return;
    }
    try {
      int[] changed = inOneTransaction(group);
      wellAgain();
      for (int i = 0; i < changed.length; i++) {
        group.get(i).done().complete(changed[i]);
      }
    } catch (SQLException e) {
      if (database.inTrouble(e)) {
        String reason = Database.reason(e);
        inTrouble(reason);
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

  private int[] inOneTransaction(List<Write> group) throws SQLException {
    if (connection == null) {
      connection = database.writer();
    }
    int[] changed = new int[group.size()];
    Database.begin(connection);
    for (Sql sql : Sql.values()) {
      execute(sql, group, changed);
    }
    Database.commit(connection);
    return changed;
  }

  private void execute(Sql sql, List<Write> group, int[] changed) throws SQLException {
    PreparedStatement statement = null;
    List<Integer> firsts = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      List<Record> records = group.get(i).records();
      for (int j = 0; j < records.size(); j++) {
        if (records.get(j).sql() == sql) {
          if (statement == null) {
            statement = statement(sql);
            statement.clearBatch();
          }
          records.get(j).binder().bind(statement);
          statement.addBatch();
          firsts.add(j == 0 ? i : -1);
        }
      }
    }
    if (statement == null) {
      return;
    }
    int[] counts = statement.executeBatch();
    for (int k = 0; k < counts.length; k++) {
      if (firsts.get(k) >= 0) {
        changed[firsts.get(k)] = counts[k];
      }
    }
  }

  private PreparedStatement statement(Sql sql) throws SQLException {
    PreparedStatement prepared = statements.get(sql);
    if (prepared == null) {
      prepared = connection.prepareStatement(sql.text());
      statements.put(sql, prepared);
    }
    return prepared;
  }

  private synchronized void inTrouble(String reason) {
    if (trouble == null) {
      LOG.error("ledger=unavailable reason=\"{}\" nothing is sent or acknowledged", reason);
    }
    trouble = reason;
    lastTrouble = System.nanoTime();
  }

  /** Not at once: on a full disk, what needs no room can be written in between. */
  private synchronized void wellAgain() {
    if (trouble != null && System.nanoTime() - lastTrouble > calm.toNanos()) {
      LOG.info("ledger=available");
      trouble = null;
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
