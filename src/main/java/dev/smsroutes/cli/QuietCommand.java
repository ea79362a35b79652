package dev.smsroutes.cli;

import dev.smsroutes.app.LogOutput;
import dev.smsroutes.batch.format.Thrown;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.definition.InvalidDefinitionException;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.NoLedgerException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command for people and scripts: the log is silent. It reports a failure in one line, with an
 * exit code that tells its kind.
 */
@Command(mixinStandardHelpOptions = true)
abstract class QuietCommand implements Callable<Integer> {
  enum ListFormat {
    table,
    json
  }

  @Spec private CommandSpec spec;
  @Mixin private SettingsOption settings;

  abstract int run() throws IOException, InterruptedException;

  Quiet quiet() {
    return Quiet.begin();
  }

  /**
   * The thing that this command changed, or whose data it handed out, for the audit log; asked for
   * after the run. Empty if it did neither.
   */
  Optional<String> audited() {
    return Optional.empty();
  }

  @Override
  public final Integer call() throws InterruptedException {
    Quiet quiet = quiet();
    try {
      int exit = exitCode();
      if (exit != ExitCode.MISCONFIGURED) {
        audited().ifPresent(which -> audit(which, exit));
      }
      return exit;
    } finally {
      out().flush();
      err().flush();
      quiet.end();
    }
  }

  private void audit(String which, int exit) {
    String what = spec.qualifiedName("-");
    LogOutput.auditOfCommand(
        settings.logFormat(),
        what.substring(what.indexOf('-', "sms-routes".length()) + 1),
        which,
        exit == ExitCode.DONE ? "done" : "failed");
  }

  private int exitCode() throws InterruptedException {
    try {
      return run();
    } catch (WrongUseException
        | InvalidSettingsException
        | InvalidDefinitionException
        | NoLedgerException e) {
      tell(e.getMessage());
      return ExitCode.MISCONFIGURED;
    } catch (LedgerUnavailableException e) {
      tell(e.getMessage());
      return ExitCode.FAILED;
    } catch (IOException | UncheckedIOException e) {
      tell(DisplayText.text(Failures.words(e)));
      return ExitCode.FAILED;
    } catch (RuntimeException | StackOverflowError e) {
      // Without the message of the exception, which may quote input.
      tell("Internal error of sms-routes, please report it: " + Thrown.place(e));
      return ExitCode.FAILED;
    }
  }

  final SettingsOption settings() {
    return settings;
  }

  final String name() {
    return spec.name();
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Prints a line about the command, which is no part of its output. */
  final void tell(String line) {
    err().println(line);
  }

  /**
   * @throws IOException if the output cannot be written any more
   */
  final void requireOut() throws IOException {
    if (out().checkError()) {
      throw new IOException("The output cannot be written");
    }
  }

  static void requireLimit(int limit) {
    if (limit < 0) {
      throw new WrongUseException("--limit: expected 0 or more; got " + limit);
    }
  }
}
