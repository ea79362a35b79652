package dev.smsroutes.cli;

import dev.smsroutes.ledger.Admission.Claim;
import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.Submission;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.testing.TestLedgers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** A ledger as a process that serves leaves it, with whatever a test puts into it. */
final class LedgerFile implements AutoCloseable {
  static final String NUMBER = "14255550123";
  static final String PASSWORD = "Tulip-41";

  private final LedgerOptions options;
  private final JdbcLedger ledger;
  private final SettableClock clock = new SettableClock();

  LedgerFile(Path file, boolean keepPersonalData) {
    this.options = TestLedgers.options("jdbc:sqlite:" + file, keepPersonalData);
    clock.set(Instant.parse("2026-01-01T12:00:00Z"));
    this.ledger = JdbcLedger.open(options, clock);
  }

  /** Leaves a ledger as the version before the last one would, as far as its version goes. */
  static void makeOlder(Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "DELETE FROM sms_schema WHERE installed_rank ="
              + " (SELECT max(installed_rank) FROM sms_schema)");
    }
  }

  /** The argument with which a command finds it. */
  String set() {
    return "--set=sms.ledger.url=" + options.url();
  }

  /** From now on it is this time. */
  LedgerFile at(Instant time) {
    clock.set(time);
    return this;
  }

  LedgerFile ago(Duration time) {
    return at(Instant.now().minus(time));
  }

  /** A message that arrived over HTTP. */
  LedgerFile add(String key, State state) {
    return add(key, state, Origin.of(Origin.HTTP, ""));
  }

  /** A message with this outcome; one second later. */
  LedgerFile add(String key, State state, Origin origin) {
    Claim claim = (Claim) ledger.admit(submission(key, origin), Duration.ZERO);
    claim.attempted();
    claim.settle(outcome(key, state));
    clock.forward(Duration.ofSeconds(1));
    return this;
  }

  /** A message whose handling goes on. */
  LedgerFile addUnderWay(String key) {
    ledger.admit(submission(key, Origin.of(Origin.HTTP, "")), Duration.ZERO);
    return this;
  }

  private static Submission submission(String key, Origin origin) {
    Map<String, String> attributes =
        new TreeMap<>(Map.of("FirstName", "Adalbert", "password", PASSWORD));
    return new Submission(
        new Message(
            "request-1",
            key,
            "account-reset",
            "c",
            NUMBER,
            attributes,
            Optional.empty(),
            false,
            OptionalInt.empty()),
        new SendRequest(
            key,
            "account-reset",
            new Recipient("ada@example.com", "+" + NUMBER, attributes),
            "Hi %%FirstName%%: %%password%%"),
        origin);
  }

  private static Outcome outcome(String key, State state) {
    Optional<String> of = Optional.of(key);
    return switch (state) {
      case ACCEPTED, ACCEPTED_EARLIER -> new Accepted("api-1", of, state == State.ACCEPTED_EARLIER);
      case REFUSED -> new Refused("api-1", of, 109121, "=1+1 is no number", List.of());
      case DUPLICATE -> new Refused("api-1", of, 109110, "Duplicate messageKey", List.of());
      case PARKED -> new Parked("api-1", of, 77777, "A person has to decide");
      case UNCERTAIN, WAITING ->
          new Unsettled(
              "api-1",
              of,
              state == State.WAITING ? Reason.RATE_LIMITED : Reason.NO_CLEAR_ANSWER,
              state == State.UNCERTAIN,
              state == State.WAITING ? 50100 : 30000,
              "Not now",
              Optional.empty());
    };
  }

  /** The records as a command sees them. */
  JdbcRecords beside() {
    return JdbcRecords.open(options, clock);
  }

  @Override
  public void close() {
    ledger.close();
  }
}
