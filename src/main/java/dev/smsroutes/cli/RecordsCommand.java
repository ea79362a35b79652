package dev.smsroutes.cli;

import dev.smsroutes.app.Stores;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import java.io.IOException;
import java.time.Clock;
import picocli.CommandLine.Command;

/** A command on the ledger, while a process serves or without one. */
@Command
abstract class RecordsCommand extends QuietCommand {
  abstract int run(Configuration configuration, LedgerRecords records) throws IOException;

  /** Checks options before anything is opened. */
  void check() {}

  @Override
  final int run() throws IOException {
    check();
    Configuration configuration = settings().read();
    try (JdbcRecords records =
        JdbcRecords.open(Stores.ledgerToRead(configuration), Clock.systemUTC())) {
      return run(configuration, records);
    }
  }
}
