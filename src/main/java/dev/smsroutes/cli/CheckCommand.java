package dev.smsroutes.cli;

import dev.smsroutes.app.FileChecks;
import dev.smsroutes.app.PipelineWiring;
import dev.smsroutes.app.Stores;
import dev.smsroutes.batch.check.BatchCheck;
import dev.smsroutes.batch.check.BatchPlan;
import dev.smsroutes.batch.check.PlanReport;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.ledger.LedgerPreview;
import dev.smsroutes.ledger.NoLedgerException;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import dev.smsroutes.pipeline.DryRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Predicts the outcome of each row of batch files, and sends nothing. */
@Command(
    name = "check",
    description = {
      "Predicts the outcome of each row of batch files, and sends nothing.",
      "Reads, checks and renders them as a real run does, and asks the ledger what was sent before."
          + " Works while sms-routes serves, or without it. Shows no numbers, attributes or texts.",
      "Does not foretell limits that depend on what else is sent: the rate and the daily allowance of"
          + " the caller, the rate of a number, and the same text for a number."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes check orders.csv",
      "  sms-routes check --format json --limit 1000 orders.csv newsletter.ndjson",
      "",
      "Exit code: 0 if every row is good; 3 if rows would be refused; 4 if rows are parked and a",
      "person must decide; 5 if no row of a file can be read; 2 if settings, definitions or options",
      "are wrong; 1 after any other failure."
    })
public final class CheckCommand extends QuietCommand {
  @Parameters(arity = "1..*", paramLabel = "FILE", description = "A file as for the inbox.")
  private List<Path> files;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "table for people; json for programs, one object on each line.")
  private ListFormat format = ListFormat.table;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The maximum number of faults listed for each file; 50 unless given.")
  private int limit = 50;

  @Override
  int run() throws IOException {
    requireLimit(limit);
    Configuration configuration = settings().read();
    try (JdbcRecords records = records(configuration)) {
      return check(
          configuration, records == null ? LedgerPreview.ofNothing() : records.ledgerPreview());
    }
  }

  /** Null if nothing was sent yet, so that there is no ledger. */
  private static JdbcRecords records(Configuration configuration) {
    try {
      return JdbcRecords.open(Stores.ledgerToRead(configuration), Clock.systemUTC());
    } catch (NoLedgerException e) {
      if (e.isOfAnotherVersion()) {
        throw e;
      }
      return null;
    }
  }

  private int check(Configuration configuration, LedgerPreview ledgerPreview) throws IOException {
    int exit = ExitCode.DONE;
    try (DryRun dryRun =
        PipelineWiring.dryRun(configuration, configuration.access().fileCaller())) {
      BatchCheck checks = FileChecks.of(configuration, dryRun, ledgerPreview);
      for (Path file : files) {
        String wrong = FileArgument.wrong(file);
        if (wrong != null) {
          tell(DisplayText.text(file.toString()) + ": " + wrong);
          exit = Math.max(exit, ExitCode.UNREADABLE);
          continue;
        }
        BatchPlan plan = checks.check(file, limit);
        print(plan);
        exit = Math.max(exit, exitCode(plan));
      }
    }
    return exit;
  }

  private void print(BatchPlan plan) throws IOException {
    PrintWriter out = out();
    if (format == ListFormat.json) {
      out.println(PlanReport.json(plan));
    } else {
      PlanReport.text(plan).forEach(out::println);
      if (files.size() > 1) {
        out.println();
      }
    }
    requireOut();
  }

  private static int exitCode(BatchPlan plan) {
    if (plan.unreadable().isPresent()) {
      return ExitCode.UNREADABLE;
    }
    if (plan.parked() > 0) {
      return ExitCode.UNSETTLED;
    }
    return plan.refused() > 0 ? ExitCode.REFUSED : ExitCode.DONE;
  }
}
