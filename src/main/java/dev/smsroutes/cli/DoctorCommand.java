package dev.smsroutes.cli;

import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.InvalidSettingsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at all that a start and its service need. */
@Command(
    name = "doctor",
    description = {
      "Looks at settings, ports, rights, token, definitions, clock, disk, database, queues, ledger,"
          + " routes and keys, and says what to do.",
      "Sends no message and changes nothing. Asks the API for one token and for its definitions;"
          + " --offline leaves that out. Works while sms-routes serves, or without it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  sms-routes doctor",
      "  sms-routes doctor --offline",
      "  sms-routes doctor --json | jq 'select(.state != \"ok\")'",
      "",
      "Exit code: 0 if nothing fails; 1 if something does; 2 if the settings are wrong, and nothing",
      "else could be looked at."
    })
public final class DoctorCommand extends QuietCommand {
  @Option(names = "--json", description = "One JSON object on each line.")
  private boolean json;

  @Option(names = "--offline", description = "Does not ask the API.")
  private boolean offline;

  @Override
  int run() throws IOException {
    List<Finding> findings = new ArrayList<>();
    Configuration configuration = null;
    try {
      configuration = settings().readToExamine();
    } catch (InvalidSettingsException e) {
      e.getMessage()
          .lines()
          .map(fault -> Finding.fail("settings", fault, "correct it; docs/configuration.md"))
          .forEach(findings::add);
    }
    boolean startable = configuration != null;
    if (startable) {
      new Doctor(configuration, findings::add).examine(offline);
    }
    if (json) {
      findings.forEach(finding -> out().println(finding.json()));
    } else {
      Table.print(Finding.TITLES, findings.stream().map(Finding::cells).toList(), out());
    }
    requireOut();
    if (!startable) {
      return ExitCode.MISCONFIGURED;
    }
    return findings.stream().anyMatch(finding -> finding.state() == Finding.State.FAIL)
        ? ExitCode.FAILED
        : ExitCode.DONE;
  }
}
