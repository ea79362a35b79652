import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * How many records a second are durable, with and without committing what is waiting together.
 *
 * <p>So many senders, each of which claims a new key, notes an attempt and notes the outcome, as
 * the pipeline does, each time waiting until that is on disk. {@code together} is the ledger;
 * {@code each alone} writes the same records with the same statements, each in a transaction of its
 * own: through one connection that the senders share (SQLite lets one write at a time), or through
 * a pool (PostgreSQL). Run it with benchmarks/ledger-writes.
 */
public final class LedgerWrites {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, String> ATTRIBUTES =
      Map.of("FirstName", "Ada", "password", "Tulip-41");

  private LedgerWrites() {}

  /** One message: three records. */
  @FunctionalInterface
  private interface Sender {
    void send(String key) throws Exception;
  }

  private record Result(double records, double p50, double p99) {}

  public static void main(String[] args) throws Exception {
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
    int seconds = Integer.getInteger("seconds", 5);
    int warmUp = Integer.getInteger("warm-up", 3);
    int[] waiters =
        Arrays.stream(System.getProperty("waiters", "1,64,256").split(","))
            .mapToInt(Integer::parseInt)
            .toArray();
    Path folder = Files.createTempDirectory(Path.of("target"), "ledger-writes");
    try (EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("postgresql"))
            // Its defaults are those of a toy.
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .start()) {
      System.out.printf(
          "%d s each after %d s of warm-up, %d processors, Java %s, PostgreSQL %s with fsync=%s%n%n",
          seconds,
          warmUp,
          Runtime.getRuntime().availableProcessors(),
          Runtime.version(),
          ask(server, "SHOW server_version"),
          ask(server, "SHOW fsync"));
      System.out.println(
          "| store | senders | | records/s | p50 ms a message | p99 ms | ratio |\n"
              + "|---|---:|---|---:|---:|---:|---:|");
      String sqlite = "jdbc:sqlite:" + folder.resolve("ledger.db");
      measure("SQLite", sqlite, 1, waiters, warmUp, seconds);
      measure(
          "PostgreSQL",
          server.getJdbcUrl("postgres", "postgres"),
          Integer.getInteger("connections", 64),
          waiters,
          warmUp,
          seconds);
    } finally {
      delete(folder);
    }
  }

  private static void measure(
      String store, String url, int connections, int[] waiters, int warmUp, int seconds)
      throws Exception {
    JdbcLedger.open(options(url), Clock.systemUTC()).close();
    for (int count : waiters) {
      Result alone;
      try (HikariDataSource pool = pool(url, Math.min(count, connections))) {
        Sender sender = key -> eachAlone(pool, key);
        run(sender, count, warmUp);
        alone = run(sender, count, seconds);
      }
      Result together;
      try (JdbcLedger ledger = JdbcLedger.open(options(url), Clock.systemUTC())) {
        Sender sender = key -> together(ledger, key);
        run(sender, count, warmUp);
        together = run(sender, count, seconds);
      }
      print(store, count, "each alone", alone, "");
      print(
          store,
          count,
          "together",
          together,
          String.format("%.1f x", together.records / alone.records));
    }
  }

  private static void print(String store, int count, String how, Result result, String ratio) {
    System.out.printf(
        "| %s | %d | %s | %.0f | %.1f | %.1f | %s |%n",
        store, count, how, result.records, result.p50, result.p99, ratio);
  }

  private static Result run(Sender sender, int count, int seconds) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    List<Future<long[]>> all = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; i < count; i++) {
      all.add(
          threads.submit(
              () -> {
                long[] nanos = new long[1_000];
                int messages = 0;
                while (System.nanoTime() < end) {
                  long begin = System.nanoTime();
                  sender.send(UUID.randomUUID().toString());
                  if (messages == nanos.length) {
                    nanos = Arrays.copyOf(nanos, 2 * messages);
                  }
                  nanos[messages++] = System.nanoTime() - begin;
                }
                return Arrays.copyOf(nanos, messages);
              }));
    }
    List<long[]> times = new ArrayList<>();
    try {
      for (Future<long[]> each : all) {
        times.add(each.get());
      }
    } finally {
      threads.shutdownNow();
    }
    long[] sorted = times.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return new Result(
        2.0 * sorted.length / seconds,
        sorted[sorted.length / 2] / 1e6,
        sorted[(int) (sorted.length * 0.99)] / 1e6);
  }

  private static void together(JdbcLedger ledger, String key) {
    Claim claim = ledger.admitNew(List.of(submission(key)), true).get(0).orElseThrow();
    claim.settle(new Accepted(UUID.randomUUID().toString(), Optional.of(key), false));
  }

  private static void eachAlone(HikariDataSource pool, String key) throws Exception {
    Submission submission = submission(key);
    long now = System.currentTimeMillis();
    String json = RequestJson.write(submission.request());
    write(
        pool,
        "CLAIM_LEAVING",
        "f".repeat(32),
        "account-reset",
        "http",
        "127.0.0.1",
        null,
        now,
        now,
        json,
        "node",
        key,
        now,
        now);
    write(
        pool,
        "SETTLE",
        "ACCEPTED",
        1,
        0,
        now,
        UUID.randomUUID().toString(),
        0,
        "",
        null,
        0,
        key,
        1L);
  }

  private static void write(HikariDataSource pool, String name, Object... values) throws Exception {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(text(name))) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      if (statement.executeUpdate() != 1) {
        throw new IllegalStateException(name + " changed nothing");
      }
    }
  }

  /** The ledger's own statement. */
  private static String text(String name) throws ReflectiveOperationException {
    Class<?> statements = Class.forName("dev.smsroutes.ledger.jdbc.Sql");
    Method text = statements.getDeclaredMethod("text");
    text.setAccessible(true);
    for (Object statement : statements.getEnumConstants()) {
      if (statement.toString().equals(name)) {
        return (String) text.invoke(statement);
      }
    }
    throw new IllegalArgumentException(name);
  }

  private static HikariDataSource pool(String url, int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(PATIENCE.toMillis());
    if (url.startsWith("jdbc:sqlite:")) {
      config.addDataSourceProperty("journal_mode", "WAL");
      config.addDataSourceProperty("synchronous", "FULL");
      config.addDataSourceProperty("secure_delete", "true");
    }
    return new HikariDataSource(config);
  }

  private static LedgerOptions options(String url) {
    return new LedgerOptions(
        url, Optional.empty(), Optional.empty(), Duration.ofDays(7), Duration.ofDays(30), false);
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

  private static String ask(EmbeddedPostgres server, String question) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(question)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
