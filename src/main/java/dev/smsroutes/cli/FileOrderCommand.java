package dev.smsroutes.cli;

import dev.smsroutes.batch.FileOrders;
import dev.smsroutes.batch.FileOrders.Answer;
import dev.smsroutes.bundle.Configuration;
import dev.smsroutes.bundle.InvalidSettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** An order for one file in the inbox, beside the process that serves or without one. */
@Command(mixinStandardHelpOptions = true)
abstract class FileOrderCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "A file in the inbox, without its folder.")
  private String name;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Sets a key of application.properties; wins over all other sources.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  abstract Answer order(FileOrders orders, String file) throws IOException;

  /** What is told when the order stands. */
  abstract String done();

  /** What is told when it stood before. */
  abstract String doneBefore();

  @Override
  public final Integer call() {
    Quiet quiet = Quiet.begin();
    PrintWriter err = spec.commandLine().getErr();
    try {
      if (name.isEmpty() || name.startsWith(".") || name.contains("/") || name.contains("\\")) {
        err.println(
            spec.name() + ": expected the name of a file, without a folder; " + shown() + " came");
        return ExitCode.MISCONFIGURED;
      }
      FileOrders orders = new FileOrders(Configuration.read(overrides).files().folders());
      return told(order(orders, name), orders);
    } catch (InvalidPathException e) {
      err.println(spec.name() + ": expected the name of a file; " + shown() + " can be none here");
      return ExitCode.MISCONFIGURED;
    } catch (InvalidSettingsException e) {
      err.println(e.getMessage());
      return ExitCode.MISCONFIGURED;
    } catch (IOException e) {
      err.println(e.getClass().getSimpleName() + ": " + Shown.text(e.getMessage()));
      return ExitCode.FAILED;
    } finally {
      spec.commandLine().getOut().flush();
      err.flush();
      quiet.end();
    }
  }

  private int told(Answer answer, FileOrders orders) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    switch (answer) {
      case DONE -> out.println(shown() + ": " + done());
      case DONE_BEFORE -> out.println(shown() + ": " + doneBefore());
      case UNKNOWN ->
          err.println("No file of this name in " + orders.folders().inbox() + ": " + shown());
      case ENDED -> err.println(shown() + " has ended already");
      case NOT_PAUSED -> err.println(shown() + " is not paused");
      case CANCELLED -> err.println(shown() + " is cancelled; that cannot be taken back");
    }
    return answer == Answer.DONE || answer == Answer.DONE_BEFORE ? ExitCode.DONE : ExitCode.FAILED;
  }

  private String shown() {
    return Shown.text(name);
  }
}
