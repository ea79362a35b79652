package dev.smsroutes.ledger.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.disk.PrivateFiles;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.NoLedgerException.Found;
import dev.smsroutes.ledger.OtherApiException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * The database of the ledger: SQLite or PostgreSQL. All differences between the two are here.
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
   * Commands wait longer for SQLite's lock: it is not fair, and they rarely get it while many
   * messages are sent.
   */
  private static final Timing FOR_COMMANDS =
      new Timing(
          Timing.DEFAULT.maxWait(),
          Duration.ofSeconds(30),
          Timing.DEFAULT.heartbeat(),
          Timing.DEFAULT.life());

  private final LedgerOptions options;
  private final Timing timing;
  private final boolean creates;
  private final HikariDataSource readers;

  /**
   * @param creates whether this process creates or updates the database; else it must exist
   */
  private Database(LedgerOptions options, Timing timing, boolean creates) {
    this.options = options;
    this.timing = timing;
    this.creates = creates;
    this.readers = pool();
  }

  /** For any API. */
  static Database open(LedgerOptions options, Timing timing) {
    return open(options, timing, Optional.empty());
  }

  /**
   * Connects and brings the schema up to date.
   *
   * @param api the API that is to use it; empty if that does not matter
   * @throws LedgerUnavailableException if that fails
   * @throws NoLedgerException if its schema is too new for this version
   * @throws OtherApiException if it was made for another API
   */
  static Database open(LedgerOptions options, Timing timing, Optional<MadeFor> api) {
    options.file().ifPresent(Database::createOwnersFile);
    Database database = new Database(options, timing, true);
    try {
      database.checkServer();
      database.updateSchema();
      if (api.isPresent()) {
        try (Connection connection = database.writer()) {
          ApiRow.require(connection, api.get());
        }
      }
      return database;
    } catch (FlywayException | SQLException e) {
      database.close();
      throw cannotBeOpened(e);
    } catch (LedgerUnavailableException | NoLedgerException | OtherApiException e) {
      database.close();
      throw e;
    }
  }

  /**
   * Connects to the ledger of another process; changes neither the database nor its schema.
   *
   * @throws NoLedgerException if the database does not exist, or its schema has another version
   * @throws LedgerUnavailableException if the database cannot be reached
   */
  static Database existing(LedgerOptions options) {
    Database database = ofAnySchema(options);
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

  /**
   * As {@link #existing}, whatever the version of its schema: for a copy of the whole.
   *
   * @throws NoLedgerException if the file does not exist
   */
  static Database ofAnySchema(LedgerOptions options) {
    if (options.file().filter(file -> !Files.isRegularFile(file)).isPresent()) {
      throw new NoLedgerException(
          "sms.ledger.url: there is no ledger at "
              + options.file().get().toAbsolutePath()
              + "; sms-routes makes it when it serves",
          Found.NOTHING);
    }
    return new Database(options, FOR_COMMANDS, false);
  }

  /**
   * The API for which the ledger in a file was made; empty if there is no such file, or its ledger
   * does not say. Changes nothing.
   *
   * @throws LedgerUnavailableException if the file cannot be read
   */
  static Optional<MadeFor> madeFor(LedgerOptions options) {
    if (options.file().filter(Files::isRegularFile).isEmpty()) {
      return Optional.empty();
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setOpenMode(SQLiteOpenMode.READWRITE);
    config.setBusyTimeout((int) FOR_COMMANDS.busy().toMillis());
    try (Connection connection = config.createConnection(options.url())) {
      // An earlier version made it without this table.
      boolean says =
          !select(connection, "SELECT 1 FROM sqlite_master WHERE name = 'api'", row -> 1).isEmpty();
      return says ? ApiRow.find(connection) : Optional.empty();
    } catch (SQLException e) {
      throw cannotBeOpened(e);
    }
  }

  private static LedgerUnavailableException cannotBeOpened(Exception e) {
    return new LedgerUnavailableException(
        "sms.ledger.url: the ledger cannot be opened: " + reason(e), e);
  }

  /** Not if a newer version did: this one runs with its schema, and leaves it alone. */
  private void updateSchema() {
    Flyway flyway = flyway();
    Schema schema = Schema.of(flyway);
    schema.requireNotTooNew();
    if (schema.isNewer()) {
      LOG.info(
          "ledger=newer-schema version={} newest-known={} a newer sms-routes updated it; this"
              + " version runs with it",
          schema.current().orElseThrow(),
          schema.newest());
    } else {
      flyway.migrate();
    }
  }

  private void requireOurSchema() {
    Schema schema = Schema.of(flyway());
    schema.requireNotTooNew();
    if (schema.current().isEmpty()) {
      throw new NoLedgerException(
          "sms.ledger.url: the database is there, but no ledger in it; sms-routes makes it when it"
              + " serves",
          Found.NOTHING);
    }
    if (schema.behind()) {
      throw new NoLedgerException(
          "sms.ledger.url: the ledger has schema version "
              + schema.current().get()
              + ", made by an older sms-routes; use the version that serves",
          Found.OLDER);
    }
  }

  /** The file holds phone numbers for a while: only its owner may read it. */
  private static void createOwnersFile(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      PrivateFiles.createFolders(folder);
      Files.createFile(file, PrivateFiles.ofOwner());
    } catch (FileAlreadyExistsException e) {
      // Created by an earlier run.
    } catch (IOException e) {
      throw new LedgerUnavailableException(
          "sms.ledger.url: expected a writable file; got " + FileFailure.words(e));
    }
  }

  private HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setPoolName("sms-ledger-readers");
    config.setJdbcUrl(options.url());
    // Asked for with each connection: the password may have changed since.
    config.setCredentialsProvider(
        () -> Credentials.of(options.user().orElse(null), options.password().get().orElse(null)));
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
      if (creates) {
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
      // The details of an error would hold values of the record.
      properties.setProperty("logServerErrorDetail", "false");
    }
    return properties;
  }

  /** Checks the server's settings that the ledger's promises depend on. */
  private void checkServer() throws SQLException {
    if (sqlite()) {
      return;
    }
    try (Connection connection = reader();
        Statement statement = connection.createStatement()) {
      String encoding = setting(statement, "server_encoding");
      if (!encoding.equals("UTF8")) {
        throw new LedgerUnavailableException(
            "sms.ledger.url: expected a database with the encoding UTF8; got " + encoding);
      }
      if (setting(statement, "fsync").equals("off")) {
        LOG.warn("ledger=not-durable PostgreSQL runs with fsync=off: a crash may lose messages");
      }
    }
  }

  /** The settings that the ledger's promises depend on, by name, and the version of the schema. */
  Map<String, String> settings() throws SQLException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("schema", Schema.of(flyway()).current().map(Object::toString).orElse("none"));
    try (Connection connection = writer();
        Statement statement = connection.createStatement()) {
      if (sqlite()) {
        for (String name : List.of("journal_mode", "synchronous", "secure_delete", "encoding")) {
          settings.put(name, select(connection, "PRAGMA " + name, row -> row.getString(1)).get(0));
        }
      } else {
        for (String name :
            List.of("server_encoding", "fsync", "full_page_writes", "synchronous_commit")) {
          settings.put(name, setting(statement, name));
        }
      }
    }
    return settings;
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

  /** A connection for reading; close it soon. */
  Connection reader() throws SQLException {
    return readers.getConnection();
  }

  /** After the writing connection to a server broke, the reading ones are broken too. */
  void forgetReaders() {
    if (!sqlite()) {
      readers.getHikariPoolMXBean().softEvictConnections();
    }
  }

  /** A connection for writing: its commits are durable. It may be kept open. */
  Connection writer() throws SQLException {
    Properties properties = properties();
    if (sqlite()) {
      // Takes the write lock at once, so that a transaction cannot fail half-way. Not for readers:
      // they would take it too.
      properties.setProperty("transaction_mode", "IMMEDIATE");
    }
    options.user().ifPresent(user -> properties.setProperty("user", user));
    options.password().get().ifPresent(password -> properties.setProperty("password", password));
    Connection connection = DriverManager.getConnection(options.url(), properties);
    try {
      if (!sqlite()) {
        try (Statement statement = connection.createStatement()) {
          // Overrides the server's default: a commit must be on disk.
          statement.execute("SET synchronous_commit TO on");
        }
      }
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Reads a row of a result. */
  @FunctionalInterface
  interface RowMapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** All rows of a query. */
  static <T> List<T> select(
      Connection connection, String sql, RowMapper<T> mapper, Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      GroupCommit.values(values).bind(statement);
      List<T> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(mapper.map(rows));
        }
      }
      return found;
    }
  }

  /** How many rows a statement changed. */
  static int update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      GroupCommit.values(values).bind(statement);
      return statement.executeUpdate();
    }
  }

  /** Begins a transaction on a connection for writing. */
  static void begin(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
  }

  /**
   * Commits. Not with {@code commit()}: SQLite's driver would begin the next transaction at once,
   * and block other writers.
   */
  static void commit(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
  }

  /** Rolls back. */
  static void rollback(Connection connection) throws SQLException {
    connection.rollback();
    connection.setAutoCommit(true);
  }

  /**
   * Truncates SQLite's write-ahead log, which may still hold erased data. Does not wait: while
   * others read, the log stays.
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

  /** SQLite does not force the copy to disk. */
  void copyTo(Path file) throws SQLException, IOException {
    try (Connection connection = reader()) {
      update(connection, "VACUUM INTO ?", file.toString());
    }
    try (FileChannel copy = FileChannel.open(file, StandardOpenOption.WRITE)) {
      copy.force(true);
    }
  }

  /** How many messages are in a copy. */
  static long checkCopy(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    try (Connection connection = config.createConnection("jdbc:sqlite:" + file)) {
      String found = select(connection, "PRAGMA quick_check(1)", row -> row.getString(1)).get(0);
      if (!found.equals("ok")) {
        throw new LedgerUnavailableException("The ledger cannot be copied: the copy is damaged");
      }
      return select(connection, "SELECT count(*) FROM message", row -> row.getLong(1)).get(0);
    }
  }

  /**
   * Whether a failure means an outage of the database, and not a fault of one record: by SQLite's
   * codes and the classes of SQLSTATE.
   */
  boolean isOutage(SQLException failure) {
    if (sqlite()) {
      // Only these result codes blame the record: TOOBIG, CONSTRAINT, MISMATCH, RANGE.
      return !Set.of(18, 19, 20, 25).contains(failure.getErrorCode() & 0xff);
    }
    String state = failure.getSQLState();
    return state == null || !BLAME_THE_RECORD.contains(state.substring(0, 2));
  }

  /** Whether two nodes wrote the same rows at the same time, and this one was rolled back. */
  static boolean inConflict(SQLException failure) {
    return failure.getSQLState() != null && failure.getSQLState().startsWith("40");
  }

  /** The reason in one line, without data of a record. */
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
