package dev.smsroutes.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * The store behind the ledger: SQLite or PostgreSQL. All that differs between the two is in here.
 * Thread-safe.
 */
final class Database implements AutoCloseable {
  private static final int READERS = 8;
  private static final int BUSY_MILLIS = 3_000;

  private final LedgerOptions options;
  private final HikariDataSource readers;

  private Database(LedgerOptions options) {
    this.options = options;
    this.readers = pool();
  }

  /**
   * Connects and brings the schema up to date.
   *
   * @throws LedgerUnavailableException if that cannot be done
   */
  static Database open(LedgerOptions options) {
    options.file().ifPresent(Database::createOwnersFile);
    Database database = new Database(options);
    try {
      database.migrate();
      return database;
    } catch (FlywayException e) {
      database.close();
      throw new LedgerUnavailableException(
          "sms.ledger.url: the ledger cannot be opened: " + reason(e), e);
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
      properties.setProperty("journal_mode", "WAL");
      properties.setProperty("synchronous", "FULL");
      properties.setProperty("busy_timeout", Integer.toString(BUSY_MILLIS));
      properties.setProperty("secure_delete", "true");
      properties.setProperty("journal_size_limit", "67108864");
    } else {
      properties.setProperty("ApplicationName", "sms-routes");
      properties.setProperty("connectTimeout", "5");
      properties.setProperty("socketTimeout", "30");
      properties.setProperty("tcpKeepAlive", "true");
    }
    return properties;
  }

  private void migrate() {
    Flyway.configure()
        .dataSource(readers)
        .locations("classpath:ledger")
        .table("sms_schema")
        .load()
        .migrate();
  }

  boolean sqlite() {
    return options.file().isPresent();
  }

  /** A connection for reading, to be closed soon. */
  Connection reader() throws SQLException {
    return readers.getConnection();
  }

  /** A connection for writing that is durable on commit; to be kept. */
  Connection writer() throws SQLException {
    Properties properties = properties();
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
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Whether a failure says that the store is in trouble, rather than that one record is wrong: by
   * the codes of SQLite, and by the classes of SQLSTATE.
   */
  boolean inTrouble(SQLException failure) {
    if (sqlite()) {
      // Of all result codes, only these blame the record: TOOBIG, CONSTRAINT, MISMATCH, RANGE.
      return !Set.of(18, 19, 20, 25).contains(failure.getErrorCode() & 0xff);
    }
    String state = failure.getSQLState();
    // Data exception, integrity constraint violation.
    return state == null || !(state.startsWith("22") || state.startsWith("23"));
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
