package dev.smsroutes.ledger.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The stores on which the ledger must behave alike. */
enum Store {
  SQLITE {
    @Override
    String url(Class<?> test, Path folder) {
      return "jdbc:sqlite:" + folder.resolve("ledger.db");
    }
  },
  /** One server for all tests, and a database for each class of them. */
  POSTGRESQL {
    @Override
    String url(Class<?> test, Path folder) {
      String database =
          DATABASES.computeIfAbsent(
              test,
              key -> {
                String name = "test_" + key.getSimpleName().toLowerCase(Locale.ROOT);
                execute(Server.url("postgres"), "CREATE DATABASE " + name);
                return name;
              });
      return Server.url(database);
    }
  };

  private static final Map<Class<?>, String> DATABASES = new ConcurrentHashMap<>();

  /** The URL of a ledger for the tests of a class. */
  abstract String url(Class<?> test, Path folder);

  /** Removes what an earlier test of the class has left. */
  void empty(String url) {
    if (this == POSTGRESQL) {
      execute(
          url,
          "DO $$ BEGIN IF to_regclass('message') IS NOT NULL"
              + " THEN TRUNCATE message, event, node, run; END IF; END $$");
    }
  }

  static void execute(String url, String... statements) {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Started when first needed; ends with the JVM. */
  private static final class Server {
    private static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        // The default of the ledger's role, which it must not rely on.
        return EmbeddedPostgres.builder().setServerConfig("synchronous_commit", "off").start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    static String url(String database) {
      return POSTGRES.getJdbcUrl("postgres", database);
    }
  }
}
