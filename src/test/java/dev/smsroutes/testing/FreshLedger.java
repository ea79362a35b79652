package dev.smsroutes.testing;

import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** An empty ledger in a file of its own, for tests of other rooms. */
public final class FreshLedger {
  private FreshLedger() {}

  /** A test that opens a ledger closes it. */
  public static JdbcLedger open() {
    return JdbcLedger.open(
        new LedgerOptions(
            "jdbc:sqlite:" + Path.of("target/ledgers", UUID.randomUUID() + ".db"),
            Optional.empty(),
            Optional.empty(),
            Duration.ofDays(7),
            Duration.ofDays(30),
            false),
        Clock.systemUTC());
  }
}
