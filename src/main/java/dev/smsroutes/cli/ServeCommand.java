package dev.smsroutes.cli;

import dev.smsroutes.app.Bundle;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.config.LogFormat;
import dev.smsroutes.definition.InvalidDefinitionException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts the bundle and keeps it running until the process is told to stop. */
@Command(
    name = "serve",
    description = "Takes requests until the process is stopped. The default.",
    mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private SettingsOption settings;

  @Option(names = "--stacktrace", description = "Shows the stack trace if it cannot start.")
  private boolean stackTrace;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    OrderlyStop stop = OrderlyStop.install(ExitCode.DONE, () -> {});
    try {
      Bundle bundle = Bundle.start(settings.overrides());
      stop.started(bundle);
      if (bundle.configuration().logFormat() == LogFormat.TEXT) {
        Banner.lines(bundle).forEach(out::println);
        out.flush();
      }
    } catch (InvalidSettingsException | InvalidDefinitionException e) {
      err.println("sms-routes cannot start:");
      err.println(e.getMessage());
      return ExitCode.MISCONFIGURED;
    } catch (RuntimeException e) {
      err.println("sms-routes cannot start: " + Failures.words(e));
      if (stackTrace) {
        e.printStackTrace(err);
      } else {
        err.println("(serve --stacktrace shows the stack trace)");
      }
      return ExitCode.FAILED;
    } finally {
      // Has no effect after a successful start.
      stop.notStarted();
    }
    // Waits until the process has been stopped.
    new CountDownLatch(1).await();
    return 0;
  }
}
