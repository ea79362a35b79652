package dev.smsroutes.cli;

import ch.qos.logback.classic.LoggerContext;
import dev.smsroutes.app.Bundle;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the process in order on SIGTERM or Ctrl-C, with exit code 0: requests in progress end, all
 * resources are closed, and the last line of the log is written. Without this, a stopped Java
 * process exits with 143. Thread-safe.
 *
 * <p>A stop always ends: work that has not ended a few seconds after {@code
 * camel.main.shutdownTimeout} is cut off, and the log says where it was. Nothing is lost, because
 * the ledger knows the state of each message.
 */
final class OrderlyStop {
  private static final Logger LOG = LoggerFactory.getLogger(OrderlyStop.class);
  private static final long MAX_START_SECONDS = 60;

  /** The time for everything else to stop, after Camel has waited for exchanges in progress. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private static final int MAX_FRAMES = 25;
  private static final String OWN_PACKAGES = "dev.smsroutes";

  private final CompletableFuture<Optional<Bundle>> start = new CompletableFuture<>();

  private final int exitCode;
  private final Runnable lastWords;
  private volatile boolean ended;

  private OrderlyStop(int exitCode, Runnable lastWords) {
    this.exitCode = exitCode;
    this.lastWords = lastWords;
  }

  /**
   * From now on the process stops in order; call it before anything is opened.
   *
   * @param exitCode the exit code after a stop
   * @param lastWords runs when everything has stopped
   */
  static OrderlyStop install(int exitCode, Runnable lastWords) {
    OrderlyStop stop = new OrderlyStop(exitCode, lastWords);
    Runtime.getRuntime().addShutdownHook(new Thread(stop::run, "sms-routes-stop"));
    return stop;
  }

  /** Sets the bundle to stop. */
  void started(Bundle bundle) {
    start.complete(Optional.of(bundle));
  }

  /** There is nothing to stop; the process ends by itself. */
  void notStarted() {
    start.complete(Optional.empty());
  }

  /** Everything is stopped; the process ends by itself. */
  void ended() {
    ended = true;
  }

  private void run() {
    boolean endsByItself = ended || start.isDone() && start.join().isEmpty();
    if (endsByItself) {
      // The exit code tells why.
      flushLog();
      return;
    }
    int end = exitCode;
    try {
      // A stop during the start would leak what is open already.
      Optional<Bundle> bundle = start.get(MAX_START_SECONDS, TimeUnit.SECONDS);
      if (bundle.isPresent()) {
        close(bundle.get());
      }
      LOG.info("stopped");
      lastWords.run();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.error("did not stop in order", e);
      end = ExitCode.FAILED;
    } catch (InterruptedException e) {
      end = ExitCode.FAILED;
    }
    flushLog();
    Runtime.getRuntime().halt(end);
  }

  private static void close(Bundle bundle) throws InterruptedException {
    Duration limit = bundle.stopTimeout().plus(CLOSE_LIMIT);
    if (!endsWithin(limit, bundle::close)) {
      bundle.cutOff();
    }
  }

  /**
   * Runs work on a thread of its own. If it takes too long, logs where that thread and all threads
   * in sms-routes' own code are.
   *
   * @return whether it ended in time
   */
  static boolean endsWithin(Duration limit, Runnable work) throws InterruptedException {
    Thread worker = new Thread(work, "sms-routes-close");
    worker.setDaemon(true);
    worker.start();
    worker.join(limit.toMillis());
    if (!worker.isAlive()) {
      return true;
    }
    LOG.warn("stop=cut-off after_ms={} what has not ended is recorded", limit.toMillis());
    Thread.getAllStackTraces()
        .forEach(
            (thread, frames) -> {
              if (thread == worker
                  || Arrays.stream(frames)
                      .anyMatch(frame -> frame.getClassName().startsWith(OWN_PACKAGES))) {
                LOG.warn("stop=cut-off thread=\"{}\" stands={}", thread.getName(), where(frames));
              }
            });
    return false;
  }

  private static String where(StackTraceElement[] frames) {
    return Arrays.stream(frames)
        .limit(MAX_FRAMES)
        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
        .collect(Collectors.joining(" < "));
  }

  /** Waits for the log's own thread, which ends with the process. */
  private static void flushLog() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logs) {
      logs.stop();
    }
  }
}
