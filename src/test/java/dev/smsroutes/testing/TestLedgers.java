package dev.smsroutes.testing;

import dev.smsroutes.ledger.LedgerOptions;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Ledgers as tests need them. */
public final class TestLedgers {
  private TestLedgers() {}

  /** An empty ledger in a file of its own; a test that opens it closes it. */
  public static JdbcLedger open() {
    return JdbcLedger.open(
        options("jdbc:sqlite:" + Path.of("target/ledgers", UUID.randomUUID() + ".db")),
        Clock.systemUTC());
  }

  /** Records stay 7 days, open ones 30, and personal data until a message has ended. */
  public static LedgerOptions options(String url) {
    return options(url, false);
  }

  public static LedgerOptions options(String url, boolean keepPersonalData) {
    return new LedgerOptions(
        url,
        Optional.empty(),
        Optional.empty(),
        Duration.ofDays(7),
        Duration.ofDays(30),
        keepPersonalData);
  }
}
