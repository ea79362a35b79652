package dev.smsroutes.cli;

import ch.qos.logback.classic.LoggerContext;
import dev.smsroutes.bundle.Bundle;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process in order when it is told to stop (SIGTERM, Ctrl-C), with exit code 0: what is
 * under way is finished, all that was opened is closed, and the last line of the log is written. By
 * itself, a Java process that is told to stop ends with 143 however well it ended. Thread-safe.
 */
final class OrderlyStop {
  private static final Logger LOG = LoggerFactory.getLogger(OrderlyStop.class);
  private static final long LONGEST_START_SECONDS = 60;

  private final CompletableFuture<Optional<Bundle>> start = new CompletableFuture<>();

  private OrderlyStop() {}

  /** From now on the process stops in order; to be called before anything is opened. */
  static OrderlyStop install() {
    OrderlyStop stop = new OrderlyStop();
    Runtime.getRuntime().addShutdownHook(new Thread(stop::run, "sms-routes-stop"));
    return stop;
  }

  /** There is something to stop. */
  void started(Bundle bundle) {
    start.complete(Optional.of(bundle));
  }

  /** There is nothing to stop, and the process ends by itself. */
  void notStarted() {
    start.complete(Optional.empty());
  }

  private void run() {
    boolean endsByItself = start.isDone() && start.join().isEmpty();
    if (endsByItself) {
      // Its exit code says why.
      flushLog();
      return;
    }
    int exitCode = 0;
    try {
      // Stopped in the middle of its start, it would leave open what it had opened.
      Optional<Bundle> bundle = start.get(LONGEST_START_SECONDS, TimeUnit.SECONDS);
      bundle.ifPresent(Bundle::close);
      LOG.info("stopped");
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.error("did not stop in order", e);
      exitCode = ExitCode.FAILED;
    } catch (InterruptedException e) {
      exitCode = ExitCode.FAILED;
    }
    flushLog();
    Runtime.getRuntime().halt(exitCode);
  }

  /** The log is written by a thread of its own, which ends with the process. */
  private static void flushLog() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logs) {
      logs.stop();
    }
  }
}
