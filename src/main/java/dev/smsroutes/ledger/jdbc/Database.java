package dev.smsroutes.ledger.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.NoLedgerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * The store behind the ledger: SQLite or PostgreSQL. All that differs between the two is in here.
 * Thread-safe.
 */
final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private static final int READERS = 8;

  /**
   * Data exception, integrity constraint violation, transaction rollback (two nodes wrote the same
   * rows at the same time), program limit exceeded.
   */
  private static final Set<String> BLAME_THE_RECORD = Set.of("22", "23", "40", "54");

  /**
   * People wait longer for SQLite's lock: it is given to whoever asks at the right moment, which is
   * seldom them while many messages are sent.
   */
  private static final Timing BESIDE =
      new Timing(
          Timing.DEFAULT.patience(),
          Duration.ofSeconds(30),
          Timing.DEFAULT.heartbeat(),
          Timing.DEFAULT.life());

  private final LedgerOptions options;
  private final Timing timing;
  private final boolean ours;
  private final HikariDataSource readers;

  /**
   * @param ours whether this process makes the store what it has to be; else it finds one
   */
  private Database(LedgerOptions options, Timing timing, boolean ours) {
    this.options = options;
    this.timing = timing;
    this.ours = ours;
    this.readers = pool();
  }

  /**
   * Connects and brings the schema up to date.
   *
   * @throws LedgerUnavailableException if that cannot be done
   */
  static Database open(LedgerOptions options, Timing timing) {
    options.file().ifPresent(Database::createOwnersFile);
    Database database = new Database(options, timing, true);
    try {
      database.checkServer();
      database.flyway().migrate();
      return database;
    } catch (FlywayException | SQLException e) {
      database.close();
      throw cannotBeOpened(e);
    } catch (LedgerUnavailableException e) {
      database.close();
      throw e;
    }
  }

  /**
   * Connects to a ledger that another process has made; changes neither the store nor its schema.
   *
   * @throws NoLedgerException if there is none, or one with another schema than this version's
   * @throws LedgerUnavailableException if the store cannot be reached
   */
  static Database existing(LedgerOptions options) {
    if (options.file().filter(file -> !Files.isRegularFile(file)).isPresent()) {
      throw new NoLedgerException(
          "sms.ledger.url: there is no ledger at "
              + options.file().get().toAbsolutePath()
              + "; sms-routes makes it when it serves",
          false);
    }
    Database database = new Database(options, BESIDE, false);
    try {
      database.requireOurSchema();
      return database;
    } catch (FlywayException e) {
      database.close();
      throw cannotBeOpened(e);
    } catch (NoLedgerException e) {
      database.close();
      throw e;
    }
  }

  private static LedgerUnavailableException cannotBeOpened(Exception e) {
    return new LedgerUnavailableException(
        "sms.ledger.url: the ledger cannot be opened: " + reason(e), e);
  }

  private void requireOurSchema() {
    MigrationInfoService schema = flyway().info();
    MigrationInfo current = schema.current();
    if (current == null) {
      throw new NoLedgerException(
          "sms.ledger.url: the database is there, but no ledger in it; sms-routes makes it when it"
              + " serves",
          false);
    }
    boolean newer = current.getState() == MigrationState.FUTURE_SUCCESS;
    if (newer || schema.pending().length > 0) {
      throw new NoLedgerException(
          "sms.ledger.url: the ledger has schema version "
              + current.getVersion()
              + (newer ? ", made by a newer sms-routes" : ", made by an older sms-routes")
              + "; use the version that serves",
          true);
    }
  }

  /** It holds numbers for a while: nobody else on this machine may read it. */
  private static void createOwnersFile(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
      FileAttribute<?>[] owner =
          posix
              ? new FileAttribute<?>[] {
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
              }
              : new FileAttribute<?>[0];
      Files.createFile(file, owner);
    } catch (FileAlreadyExistsException e) {
      // From an earlier run.
    } catch (IOException e) {
      throw new UncheckedIOException("sms.ledger.url: the file cannot be made", e);
    }
  }

  private HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setPoolName("sms-ledger-readers");
    config.setJdbcUrl(options.url());
    options.user().ifPresent(config::setUsername);
    options.password().ifPresent(config::setPassword);
    config.setDataSourceProperties(properties());
    config.setMaximumPoolSize(READERS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(5_000);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  private Properties properties() {
    Properties properties = new Properties();
    if (sqlite()) {
      if (ours) {
        properties.setProperty("journal_mode", "WAL");
      } else {
        properties.setProperty(
            SQLiteConfig.Pragma.OPEN_MODE.getPragmaName(),
            Integer.toString(SQLiteOpenMode.READWRITE.flag));
      }
      properties.setProperty("synchronous", "FULL");
      properties.setProperty("busy_timeout", Long.toString(timing.busy().toMillis()));
      properties.setProperty("secure_delete", "true");
      properties.setProperty("journal_size_limit", "67108864");
    } else {
      properties.setProperty("ApplicationName", "sms-routes");
      properties.setProperty("connectTimeout", "5");
      properties.setProperty("socketTimeout", "30");
      properties.setProperty("tcpKeepAlive", "true");
      // The details of an error hold the values of the record.
      properties.setProperty("logServerErrorDetail", "false");
    }
    return properties;
  }

  /** What PostgreSQL must be like for the ledger to keep its word. */
  private void checkServer() throws SQLException {
    if (sqlite()) {
      return;
    }
    try (Connection connection = reader();
        Statement statement = connection.createStatement()) {
      String encoding = setting(statement, "server_encoding");
      if (!encoding.equals("UTF8")) {
        throw new LedgerUnavailableException(
            "sms.ledger.url: expected a database with the encoding UTF8; one with "
                + encoding
                + " came");
      }
      if (setting(statement, "fsync").equals("off")) {
        LOG.warn("ledger=not-durable PostgreSQL runs with fsync=off: a crash may lose messages");
      }
    }
  }

  private static String setting(Statement statement, String name) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SHOW " + name)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private Flyway flyway() {
    return Flyway.configure()
        .dataSource(readers)
        .locations("classpath:ledger")
        .table("sms_schema")
        .load();
  }

  Duration retention() {
    return options.retention();
  }

  boolean sqlite() {
    return options.file().isPresent();
  }

  /** A connection for reading, to be closed soon. */
  Connection reader() throws SQLException {
    return readers.getConnection();
  }

  /** The connection for writing broke: those for reading, to a server, are no better. */
  void forgetReaders() {
    if (!sqlite()) {
      readers.getHikariPoolMXBean().softEvictConnections();
    }
  }

  /** A connection for writing in transactions that are durable once committed; may be kept. */
  Connection writer() throws SQLException {
    Properties properties = properties();
    if (sqlite()) {
      // Takes the lock for writing at once, so that it cannot fail half-way. Not for readers: they
      // would take it too.
      properties.setProperty("transaction_mode", "IMMEDIATE");
    }
    options.user().ifPresent(user -> properties.setProperty("user", user));
    options.password().ifPresent(password -> properties.setProperty("password", password));
    Connection connection = DriverManager.getConnection(options.url(), properties);
    try {
      if (!sqlite()) {
        try (Statement statement = connection.createStatement()) {
          // Whatever the server's default: a commit is on disk, or it is none.
          statement.execute("SET synchronous_commit TO on");
        }
      }
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Begins a transaction on a connection for writing. */
  static void begin(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
  }

  /**
   * Ends it. Not by {@code commit()}: with that, SQLite's driver begins the next transaction at
   * once, and so keeps everybody else from writing.
   */
  static void commit(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
  }

  /** Ends it and leaves nothing of it. */
  static void rollback(Connection connection) throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
  }

  /**
   * Empties the log in which SQLite notes changes before they go into the file: what was erased may
   * still stand there. Waits for nobody; while others read, it is left as it is.
   */
  void emptyLog() {
    if (!sqlite()) {
      return;
    }
    Properties hurried = properties();
    hurried.setProperty("busy_timeout", "0");
    try (Connection connection = DriverManager.getConnection(options.url(), hurried);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (SQLException e) {
      throw new LedgerUnavailableException(reason(e));
    }
  }

  /**
   * Whether a failure says that the store is in trouble, rather than that something is wrong with
   * one record: by the codes of SQLite, and by the classes of SQLSTATE.
   */
  boolean isOutage(SQLException failure) {
    if (sqlite()) {
      // Of all result codes, only these blame the record: TOOBIG, CONSTRAINT, MISMATCH, RANGE.
      return !Set.of(18, 19, 20, 25).contains(failure.getErrorCode() & 0xff);
    }
    String state = failure.getSQLState();
    return state == null || !BLAME_THE_RECORD.contains(state.substring(0, 2));
  }

  /** Whether two nodes wrote the same rows at the same time, and this one gave way. */
  static boolean inConflict(SQLException failure) {
    return failure.getSQLState() != null && failure.getSQLState().startsWith("40");
  }

  /** Why, in one line, without data of a record. */
  static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String words = String.valueOf(root.getMessage());
    String line = words.replaceAll("\\p{Cntrl}+", " ").replaceAll("\\d{6,}", "…");
    return root.getClass().getSimpleName()
        + ": "
        + (line.length() <= 200 ? line : line.substring(0, 200) + "…");
  }

  @Override
  public void close() {
    readers.close();
  }
}
