package dev.smsroutes.batch.check;

import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The message keys of a file, to find those that occur twice. Few are in memory; many spill into a
 * temporary file, so that memory stays flat: about 60 bytes a key, in the system's folder of
 * temporary files, without a name, and gone when this is closed or the process ends. Not
 * thread-safe.
 */
final class DuplicateKeyIndex implements Closeable {
  enum Before {
    NEVER,
    /** It occurred before, with the same request. */
    SAME,
    /** It occurred before, and the first time with another request. */
    OTHER
  }

  /** SQLite's name of a temporary database that is on disk when it does not fit into its cache. */
  private static final String TEMPORARY = "jdbc:sqlite:";

  private static final int CACHE_KIB = 4_096;

  /** Of a fingerprint in hexadecimal digits: 64 bits tell the requests of one key apart. */
  private static final int ENOUGH = 16;

  private final Connection connection;
  private final PreparedStatement insert;
  private final PreparedStatement find;

  DuplicateKeyIndex() throws IOException {
    try {
      connection = DriverManager.getConnection(TEMPORARY);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA cache_size = -" + CACHE_KIB);
        statement.execute(
            "CREATE TABLE seen (message_key TEXT PRIMARY KEY, request TEXT NOT NULL)"
                + " WITHOUT ROWID");
      }
      // Nothing is ever committed: there is nobody to read it.
      connection.setAutoCommit(false);
      insert = connection.prepareStatement("INSERT OR IGNORE INTO seen VALUES (?, ?)");
      find = connection.prepareStatement("SELECT request FROM seen WHERE message_key = ?");
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Notes a key.
   *
   * @param fingerprint of its request, in hexadecimal digits; of long ones the first 16 count
   * @throws IOException when there is no room left for temporary files
   */
  Before add(String key, String fingerprint) throws IOException {
    String request = fingerprint.substring(0, Math.min(ENOUGH, fingerprint.length()));
    try {
      insert.setString(1, key);
      insert.setString(2, request);
      if (insert.executeUpdate() == 1) {
        return Before.NEVER;
      }
      find.setString(1, key);
      try (ResultSet found = find.executeQuery()) {
        found.next();
        return found.getString(1).equals(request) ? Before.SAME : Before.OTHER;
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() throws IOException {
    try (connection) {
      connection.rollback();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static IOException failed(SQLException e) {
    return new IOException("Cannot keep the keys in a temporary file: " + e.getMessage(), e);
  }
}
