package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.Admission.Known;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.testing.TestLedgers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** What the tests of the ledger need: an empty store, ledgers on it, and requests. */
abstract class OnAStore {
  static final String NUMBER = "14255550123";
  static final String PASSWORD = "Tulip-41";
  static final Duration LONG = Duration.ofSeconds(20);

  /** The times of the product, shorter. */
  static final Timing FAST =
      new Timing(
          Duration.ofSeconds(10),
          Duration.ofMillis(300),
          Duration.ofMillis(100),
          Duration.ofSeconds(1));

  /** A node that says once that it lives, and then stands still. */
  static final Timing STANDING_STILL =
      new Timing(FAST.maxWait(), FAST.busy(), Duration.ofDays(1), Duration.ofSeconds(1));

  @Parameter Store store;
  @TempDir Path folder;

  final SettableClock clock = new SettableClock();
  private final List<JdbcLedger> opened = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void empty() {
    store.empty(url());
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    opened.forEach(JdbcLedger::close);
  }

  LedgerOptions options() {
    return options(false);
  }

  LedgerOptions options(boolean keepPersonalData) {
    return TestLedgers.options(url(), keepPersonalData);
  }

  static LedgerOptions options(String url) {
    return TestLedgers.options(url);
  }

  /** What the store says on each connection through which something is written. */
  List<String> asked(String... questions) {
    open();
    List<String> answers = new ArrayList<>();
    Database database = Database.open(options(), FAST);
    try (database;
        GroupCommit writer = new GroupCommit(database, FAST)) {
      writer.write(Sql.ALL_DEAD, statement -> ask(statement.getConnection(), answers, questions));
      try (Connection person = database.writer()) {
        ask(person, answers, questions);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return answers;
  }

  private static void ask(Connection connection, List<String> answers, String... questions)
      throws SQLException {
    for (String question : questions) {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(question)) {
        rows.next();
        answers.add(rows.getString(1));
      }
    }
  }

  String url() {
    return store.url(getClass(), folder);
  }

  JdbcLedger open() {
    return open(FAST);
  }

  JdbcLedger open(Timing timing) {
    return closedLater(JdbcLedger.open(options(), clock, timing));
  }

  JdbcLedger closedLater(JdbcLedger ledger) {
    opened.add(ledger);
    return ledger;
  }

  /** Another process on the same store, after this one has died without a word. */
  JdbcLedger afterDeathOf(JdbcLedger ledger) {
    ledger.abandon();
    opened.remove(ledger);
    clock.forward(FAST.life().plusMillis(1));
    return open();
  }

  /** On a thread of its own. */
  <T> Future<T> meanwhile(Callable<T> task) {
    return threads.submit(task);
  }

  void execute(String... statements) {
    Store.execute(url(), statements);
  }

  /** The first column of the first row, as text. */
  String ask(String query) {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : null;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static Submission submission(String key) {
    return submission(key, NUMBER, Optional.empty());
  }

  /** Another request with the same key. */
  static Submission other(String key) {
    return submission(key, "14255550199", Optional.empty());
  }

  static Submission inRun(String key, String run) {
    return submission(key, NUMBER, Optional.of(run));
  }

  static Submission submission(String key, String to, Optional<String> run) {
    Map<String, String> attributes = Map.of("FirstName", "Adalbert", "password", PASSWORD);
    return new Submission(
        new Message(
            UUID.randomUUID().toString(),
            key,
            "account-reset",
            "ada@example.com",
            to,
            attributes,
            Optional.of("Adalbert, your new password is " + PASSWORD),
            false,
            OptionalInt.empty()),
        new SendRequest(
            key, "account-reset", new Recipient("ada@example.com", "+" + to, attributes), null),
        new Origin(Origin.HTTP, "test", run));
  }

  static Claim claim(Ledger ledger, Submission submission) {
    return (Claim) ledger.admit(submission, LONG);
  }

  static Claim claim(Ledger ledger, String key) {
    return claim(ledger, submission(key));
  }

  static Outcome known(Ledger ledger, Submission submission) {
    return ((Known) ledger.admit(submission, LONG)).outcome();
  }

  /** Sends, as the pipeline does. */
  static Outcome send(Ledger ledger, String key, Outcome outcome) {
    Claim claim = claim(ledger, key);
    claim.attempted();
    return claim.settle(outcome);
  }

  static Outcome accepted(String key) {
    return new Accepted("api-1", Optional.of(key), false);
  }

  static Outcome refused(String key) {
    return new Refused(
        "api-2", Optional.of(key), 109121, "Expected a number that exists", List.of());
  }

  static Outcome waiting(String key) {
    return new Unsettled(
        "api-3",
        Optional.of(key),
        Reason.RATE_LIMITED,
        false,
        50100,
        "Too fast",
        Optional.of(Duration.ofSeconds(1)));
  }

  static Outcome uncertain(String key) {
    return new Unsettled(
        "api-4", Optional.of(key), Reason.NO_CLEAR_ANSWER, true, 30000, "Broke off", none());
  }

  private static <T> Optional<T> none() {
    return Optional.empty();
  }
}
