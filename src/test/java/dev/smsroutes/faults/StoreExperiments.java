package dev.smsroutes.faults;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** A ledger that cannot be written. */
final class StoreExperiments {
  private static final Duration NOTICE = Duration.ofSeconds(30);
  private static final Duration RECOVERY = Duration.ofSeconds(90);

  private StoreExperiments() {}

  static List<Experiment> all() {
    return List.of(
        new Experiment(
            "postgres-stop",
            "PostgreSQL stops immediately and starts again, under load",
            StoreExperiments::stop_postgresql_immediately),
        new Experiment(
            "disk-full",
            "the disk of the ledger fills up, and is freed",
            StoreExperiments::fill_the_disk_of_the_ledger),
        new Experiment(
            "ledger-locked",
            "another process holds the lock of the ledger",
            StoreExperiments::lock_the_ledger),
        new Experiment(
            "power-cut",
            "the power fails: what was not forced to disk is gone",
            StoreExperiments::cut_the_power));
  }

  static void stop_postgresql_immediately(Stage stage) {
    Postgres postgres =
        stage.closing(
            new Postgres(stage.folder().resolve("postgres"), stage.shared("postgres-binaries")));
    stage
        .gateway(
            "sms.ledger.url", postgres.url(),
            "sms.ledger.user", Postgres.USER,
            "sms.ledger.password", Postgres.USER)
        .start();
    stage.mixedTraffic(usual -> usual);
    for (int i = 0; i < stage.size(5, 1); i++) {
      stage.mustAnswer(stage.any(300), stage.patience());
      postgres.stopImmediately();
      stage.event("immediate stop of PostgreSQL");
      stage.nothingIsSentFor(stage.seconds(stage.any(10), 1), "PostgreSQL was away");
      stage.mustHaveHealth("DOWN", NOTICE);
      postgres.start();
      stage.mustHaveHealth("UP", RECOVERY);
      stage.mustAnswer(100, stage.patience());
    }
    stage.drain();
    stage.askAgain(stage.size(500, 50));
  }

  static void fill_the_disk_of_the_ledger(Stage stage) {
    Path home = stage.folder().resolve("home");
    Disk disk = stage.closing(Disk.small(home.resolve("ledger"), 16));
    Gateway gateway =
        stage.gateway(home, stage.api().url(), "sms.ledger.url", "jdbc:sqlite:ledger/ledger.db");
    gateway.start();
    stage.mixedTraffic(usual -> usual);
    for (int i = 0; i < stage.size(5, 1); i++) {
      stage.mustAnswer(stage.any(300), stage.patience());
      disk.fill();
      stage.event("full disk");
      stage.mustHaveHealth("DOWN", NOTICE);
      Pause.of(stage.seconds(10, 1));
      disk.free();
      stage.mustHaveHealth("UP", RECOVERY);
      stage.mustAnswer(100, stage.patience());
    }
    stage.drain();
    // What is not on the disk is forgotten now.
    gateway.kill();
    gateway.start();
    stage.askAgain(stage.size(2_000, 100));
  }

  static void lock_the_ledger(Stage stage) throws SQLException {
    Gateway gateway = stage.gateway().start();
    stage.mixedTraffic(usual -> usual);
    String url = "jdbc:sqlite:file:" + gateway.data().resolve("ledger.db") + "?mode=rw";
    for (int i = 0; i < stage.size(3, 1); i++) {
      stage.mustAnswer(stage.any(300), stage.patience());
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 30000");
        statement.execute("BEGIN EXCLUSIVE");
        stage.event("lock of the ledger");
        stage.nothingIsSentFor(stage.seconds(60, 4), "the ledger was locked");
        stage.mustHaveHealth("DOWN", NOTICE);
        statement.execute("ROLLBACK");
      }
      stage.mustHaveHealth("UP", RECOVERY);
      stage.mustAnswer(100, stage.patience());
    }
    stage.drain();
    stage.askAgain(stage.size(500, 50));
  }

  static void cut_the_power(Stage stage) {
    Path home = stage.folder().resolve("home");
    Disk disk = stage.closing(Disk.losingPower(home, stage.folder().resolve("disk.img"), 512));
    Gateway gateway = stage.gateway(home, stage.api().url());
    disk.sync();
    gateway.start();
    stage.mixedTraffic(usual -> usual);
    for (int i = 0; i < stage.size(20, 2); i++) {
      stage.moreAnswers(stage.any(200));
      disk.cutPower();
      gateway.kill();
      stage.event("power cut");
      disk.restorePower();
      gateway.start();
    }
    stage.drain();
    stage.askAgain(stage.size(2_000, 100));
  }
}
