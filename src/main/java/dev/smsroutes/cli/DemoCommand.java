package dev.smsroutes.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.smsroutes.app.Bundle;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.definition.InvalidDefinitionException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows that all intakes work, and reports which do not. */
@Command(
    name = "demo",
    description =
        "Starts a bundle of its own on free ports and in a temporary folder, sends the samples,"
            + " good and bad ones, through its three intakes, and shows each outcome.",
    footer = {
      "",
      "Exit code: 0 if every outcome is as expected, else 1.",
      "Run it in the folder with samples/, definitions/ and routes/."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final List<String> TITLES =
      List.of("channel", "request", "outcome", "code", "what the API got", "");

  @Spec private CommandSpec spec;

  @Option(names = "--verbose", description = "Shows the log as well.")
  private boolean verbose;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (!Files.isDirectory(Path.of("samples"))) {
      err.println("Expected a folder samples/ here; run the demo in the folder of sms-routes");
      return ExitCode.MISCONFIGURED;
    }
    if (!verbose && LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.ERROR);
    }
    Path folder = Files.createTempDirectory("sms-routes-demo");
    try (Bundle bundle = Bundle.start(settings(folder))) {
      List<DemoLine> lines = new Demo(bundle, Path.of("samples"), folder).run();
      print(lines, out);
      long wrong = lines.stream().filter(line -> !line.asExpected()).count();
      out.println(
          wrong == 0
              ? "All " + lines.size() + " went as they should."
              : wrong + " of " + lines.size() + " did not go as they should.");
      out.flush();
      return wrong == 0 ? 0 : 1;
    } catch (InvalidSettingsException | InvalidDefinitionException e) {
      err.println("sms-routes cannot start:");
      err.println(e.getMessage());
      return ExitCode.MISCONFIGURED;
    } catch (RuntimeException e) {
      err.println("sms-routes cannot start: " + Failures.words(e));
      return ExitCode.FAILED;
    } finally {
      SendCommand.delete(folder);
    }
  }

  private static void print(List<DemoLine> lines, PrintWriter out) {
    Table.print(TITLES, lines.stream().map(DemoLine::cells).toList(), out);
    out.println();
  }

  private static Map<String, String> settings(Path folder) {
    return Map.ofEntries(
        Map.entry("sms.api.url", ""),
        Map.entry("sms.sandbox.enabled", "true"),
        Map.entry("sms.sandbox.port", "0"),
        Map.entry("sms.http.host", "127.0.0.1"),
        Map.entry("sms.http.port", "0"),
        Map.entry("sms.http.authentication", "none"),
        Map.entry("sms.http.tls.certificate-file", ""),
        Map.entry("sms.http.tls.key-file", ""),
        Map.entry("sms.http.tls.client-ca-file", ""),
        Map.entry("sms.management.enabled", "false"),
        Map.entry("sms.management.authentication", "none"),
        Map.entry("sms.management.tls.certificate-file", ""),
        Map.entry("sms.management.tls.key-file", ""),
        Map.entry("sms.management.tls.client-ca-file", ""),
        Map.entry("sms.ledger.url", "jdbc:sqlite:" + folder.resolve("ledger.db")),
        Map.entry("sms.file.enabled", "true"),
        Map.entry("sms.file.inbox", folder.resolve("inbox").toString()),
        Map.entry("sms.file.results", folder.resolve("results").toString()),
        Map.entry("sms.file.results-format", "ndjson"),
        Map.entry("sms.file.done", folder.resolve("done").toString()),
        Map.entry("sms.file.failed", folder.resolve("failed").toString()),
        Map.entry("sms.file.poll-delay", "100ms"),
        Map.entry("sms.file.min-age", "0ms"),
        Map.entry("sms.jms.enabled", "true"),
        Map.entry("sms.jms.broker-url", ""),
        Map.entry("sms.jms.authentication", ""),
        Map.entry("sms.jms.host", "127.0.0.1"),
        Map.entry("sms.jms.protocols", ""),
        Map.entry("sms.jms.tls.certificate-file", ""),
        Map.entry("sms.jms.tls.key-file", ""),
        Map.entry("sms.jms.tls.client-ca-file", ""),
        Map.entry("sms.jms.user", ""),
        Map.entry("sms.jms.password", ""),
        Map.entry("sms.jms.password-file", ""),
        Map.entry("sms.jms.port", "0"),
        Map.entry("sms.jms.directory", folder.resolve("broker").toString()));
  }
}
