import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Whether the ledger stays as fast as it was when it holds many keys, and how much room one takes.
 *
 * <p>Fills an SQLite ledger with settled entries, directly and in large transactions. At a tenth of
 * them and at the end it opens the ledger and measures what a send costs there: claim, attempt and
 * outcome of a new key, the same key again, and a look at a key. Run it with
 * benchmarks/ledger-size.
 */
public final class LedgerSize {
  private static final int IN_A_TRANSACTION = 100_000;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Map<String, String> ATTRIBUTES =
      Map.of("FirstName", "Ada", "password", "Tulip-41");

  /** Keys are made from their number, in no order. */
  private static String key(long number) {
    return new UUID(new Random(number).nextLong(), number).toString();
  }

  private LedgerSize() {}

  private record Times(double p50, double p99) {
    static Times of(long[] nanos) {
      Arrays.sort(nanos);
      return new Times(nanos[nanos.length / 2] / 1e6, nanos[(int) (nanos.length * 0.99)] / 1e6);
    }
  }

  private record Measured(long keys, Times open, Times send, Times again, Times find) {}

  @FunctionalInterface
  private interface Task {
    void run(int number);
  }

  public static void main(String[] args) throws Exception {
    int keys = Integer.getInteger("keys", 1_000_000);
    int samples = Integer.getInteger("samples", 2_000);
    Path folder = Path.of(System.getProperty("folder", "target/ledger-size"));
    delete(folder);
    Files.createDirectories(folder);
    String url = "jdbc:sqlite:" + folder.resolve("ledger.db");

    System.out.printf(
        "%,d keys, %,d samples each, %d processors, Java %s%n%n",
        keys, samples, Runtime.getRuntime().availableProcessors(), Runtime.version());
    JdbcLedger.open(options(url), Clock.systemUTC()).close();
    fill(url, 0, keys / 10);
    measure(url, keys / 10, samples); // warms up
    Measured begin = measure(url, keys / 10, samples);
    fill(url, keys / 10, keys);
    Measured end = measure(url, keys, samples);

    System.out.println(
        "| keys | | send p50 ms | p99 | again p50 ms | p99 | find p50 ms | p99 | open ms |");
    System.out.println("|---:|---|---:|---:|---:|---:|---:|---:|---:|");
    row(begin);
    row(end);
    System.out.printf(
        "| | ratio | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |%n%n",
        end.send.p50 / begin.send.p50,
        end.send.p99 / begin.send.p99,
        end.again.p50 / begin.again.p50,
        end.again.p99 / begin.again.p99,
        end.find.p50 / begin.find.p50,
        end.find.p99 / begin.find.p99,
        end.open.p50 / begin.open.p50);
    room(url, folder);
    delete(folder);
  }

  private static void row(Measured at) {
    System.out.printf(
        "| %,d | | %.2f | %.2f | %.3f | %.3f | %.3f | %.3f | %.0f |%n",
        at.keys,
        at.send.p50,
        at.send.p99,
        at.again.p50,
        at.again.p99,
        at.find.p50,
        at.find.p99,
        at.open.p50);
  }

  private static LedgerOptions options(String url) {
    return new LedgerOptions(
        url, Optional.empty(), Optional.empty(), Duration.ofDays(7), Duration.ofDays(30), false);
  }

  private static Measured measure(String url, int keys, int samples) {
    long begin = System.nanoTime();
    try (JdbcLedger ledger = JdbcLedger.open(options(url), Clock.systemUTC())) {
      Times open = Times.of(new long[] {System.nanoTime() - begin});
      Random random = new Random(keys);
      String[] fresh = new String[samples];
      Arrays.setAll(fresh, i -> UUID.randomUUID().toString());
      Times send = time(samples, i -> send(ledger, fresh[i]));
      Times again = time(samples, i -> again(ledger, fresh[i]));
      Times find =
          time(samples, i -> ledger.records().find(key(random.nextInt(keys))).orElseThrow());
      return new Measured(keys, open, send, again, find);
    }
  }

  private static Times time(int samples, Task task) {
    long[] nanos = new long[samples];
    for (int i = 0; i < samples; i++) {
      long begin = System.nanoTime();
      task.run(i);
      nanos[i] = System.nanoTime() - begin;
    }
    return Times.of(nanos);
  }

  private static void send(JdbcLedger ledger, String key) {
    Claim claim = ledger.admitNew(List.of(submission(key)), true).get(0).orElseThrow();
    claim.settle(new Accepted(UUID.randomUUID().toString(), Optional.of(key), false));
  }

  private static void again(JdbcLedger ledger, String key) {
    Known known = (Known) ledger.admit(submission(key), PATIENCE);
    if (!known.outcome().accepted()) {
      throw new IllegalStateException("Expected what was accepted; " + known + " came");
    }
  }

  private static Submission submission(String key) {
    return new Submission(
        new Message(
            UUID.randomUUID().toString(),
            key,
            "account-reset",
            "ada@example.com",
            "14255550123",
            ATTRIBUTES,
            Optional.empty(),
            false,
            OptionalInt.empty()),
        new SendRequest(
            key,
            "account-reset",
            new Recipient("ada@example.com", "14255550123", ATTRIBUTES),
            null),
        Origin.of(Origin.HTTP, "127.0.0.1"));
  }

  /** What the ledger itself leaves of a message that was accepted at the first attempt. */
  private static void fill(String url, int from, int to) throws SQLException {
    long start = System.nanoTime();
    long now = Instant.now().toEpochMilli() - Duration.ofDays(6).toMillis();
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA cache_size = -2000000");
      statement.execute("PRAGMA synchronous = OFF");
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO message (message_key, fingerprint, definition_key, channel, source,"
                  + " state, accepted, uncertain, attempts, admitted_at, first_attempt_at,"
                  + " last_attempt_at, changed_at, request_id, code, detail, claim)"
                  + " VALUES (?, ?, 'account-reset', 'http', '127.0.0.1', 'ACCEPTED', 1, 0, 1, ?, ?,"
                  + " ?, ?, ?, 0, '', 1)")) {
        for (int i = from; i < to; i++) {
          long at = now + i / 20;
          String key = key(i);
          insert.setString(1, key);
          insert.setString(2, key.replace("-", ""));
          for (int column = 3; column <= 6; column++) {
            insert.setLong(column, at);
          }
          insert.setString(7, key);
          insert.addBatch();
          if (i % 1_000 == 999) {
            insert.executeBatch();
          }
          if (i % IN_A_TRANSACTION == IN_A_TRANSACTION - 1) {
            connection.commit();
          }
        }
        insert.executeBatch();
        connection.commit();
      }
      connection.setAutoCommit(true);
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    System.err.printf(
        "%,d keys after %d s more%n", to, (System.nanoTime() - start) / 1_000_000_000);
  }

  private static void room(String url, Path folder) throws IOException, SQLException {
    long rows;
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      try (ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM message")) {
        rows = count.getLong(1);
      }
      System.out.println("| | bytes a key |");
      System.out.println("|---|---:|");
      try (ResultSet sizes =
          statement.executeQuery(
              "SELECT name, SUM(pgsize) FROM dbstat GROUP BY name HAVING SUM(pgsize) > 100000"
                  + " ORDER BY 2 DESC")) {
        while (sizes.next()) {
          System.out.printf(
              "| `%s` | %.0f |%n", sizes.getString(1), sizes.getLong(2) / (double) rows);
        }
      }
    }
    System.out.printf(
        "| the file | %.0f |%n", Files.size(folder.resolve("ledger.db")) / (double) rows);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(name -> name.toString().contains("ledger.db")).toList()) {
        Files.delete(file);
      }
    }
  }
}
