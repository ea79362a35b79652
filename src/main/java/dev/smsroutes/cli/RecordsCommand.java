package dev.smsroutes.cli;

import dev.smsroutes.bundle.Configuration;
import dev.smsroutes.bundle.InvalidSettingsException;
import dev.smsroutes.definition.InvalidDefinitionException;
import dev.smsroutes.ledger.JdbcRecords;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.Records;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command on the ledger, beside the process that serves or without one. */
@Command(mixinStandardHelpOptions = true)
abstract class RecordsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Sets a key of application.properties; wins over all other sources.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  /**
   * @return the exit code
   */
  abstract int run(Configuration configuration, Records records) throws IOException;

  /** Refuses options before anything is opened. */
  void check() {}

  @Override
  public final Integer call() {
    Quiet quiet = Quiet.begin();
    try {
      check();
      Configuration configuration = Configuration.read(overrides);
      try (JdbcRecords records = JdbcRecords.open(configuration.ledger(), Clock.systemUTC())) {
        return run(configuration, records);
      }
    } catch (WrongUseException
        | InvalidSettingsException
        | InvalidDefinitionException
        | NoLedgerException e) {
      err().println(e.getMessage());
      return ExitCode.MISCONFIGURED;
    } catch (LedgerUnavailableException e) {
      err().println(e.getMessage());
      return ExitCode.FAILED;
    } catch (IOException | UncheckedIOException e) {
      err().println(e.getClass().getSimpleName() + ": " + e.getMessage());
      return ExitCode.FAILED;
    } finally {
      out().flush();
      err().flush();
      quiet.end();
    }
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /**
   * @throws IOException if nobody takes what is printed any more
   */
  final void requireOut() throws IOException {
    if (out().checkError()) {
      throw new IOException("The output cannot be written");
    }
  }
}
