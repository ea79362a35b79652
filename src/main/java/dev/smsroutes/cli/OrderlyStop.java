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
 * Ends the process in order when it is told to stop (SIGTERM, Ctrl-C), with exit code 0: what is
 * under way is finished, all that was opened is closed, and the last line of the log is written. By
 * itself, a Java process that is told to stop ends with 143 however well it ended. Thread-safe.
 *
 * <p>A stop comes to an end: what has not finished a moment after {@code
 * camel.main.shutdownTimeout} is cut off where it stands, and the log says where that is. Nothing
 * is lost by it, since the ledger knows how far each message got.
 */
final class OrderlyStop {
  private static final Logger LOG = LoggerFactory.getLogger(OrderlyStop.class);
  private static final long LONGEST_START_SECONDS = 60;

  /** Camel waits for what is under way as long as it may; then all the rest has to stop, too. */
  private static final Duration TO_CLOSE = Duration.ofSeconds(5);

  private static final int DEEPEST_FRAME = 25;
  private static final String OURS = "dev.smsroutes";

  private final CompletableFuture<Optional<Bundle>> start = new CompletableFuture<>();

  private final int exitCode;
  private final Runnable lastWords;
  private volatile boolean ended;

  private OrderlyStop(int exitCode, Runnable lastWords) {
    this.exitCode = exitCode;
    this.lastWords = lastWords;
  }

  /** From now on the process stops in order; to be called before anything is opened. */
  static OrderlyStop install() {
    return install(ExitCode.DONE, () -> {});
  }

  /**
   * As {@link #install()}, for a command that has an end of its own.
   *
   * @param exitCode of a process that was told to stop
   * @param lastWords said when all has stopped
   */
  static OrderlyStop install(int exitCode, Runnable lastWords) {
    OrderlyStop stop = new OrderlyStop(exitCode, lastWords);
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

  /** All was stopped, and the process ends by itself. */
  void ended() {
    ended = true;
  }

  private void run() {
    boolean endsByItself = ended || start.isDone() && start.join().isEmpty();
    if (endsByItself) {
      // Its exit code says why.
      flushLog();
      return;
    }
    int end = exitCode;
    try {
      // Stopped in the middle of its start, it would leave open what it had opened.
      Optional<Bundle> bundle = start.get(LONGEST_START_SECONDS, TimeUnit.SECONDS);
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
    Duration limit = bundle.stopTimeout().plus(TO_CLOSE);
    if (!endsWithin(limit, bundle::close)) {
      bundle.cutOff();
    }
  }

  /**
   * Does some work on a thread of its own, and says in the log where it and all that is ours stand
   * when it takes too long.
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
                      .anyMatch(frame -> frame.getClassName().startsWith(OURS))) {
                LOG.warn("stop=cut-off thread=\"{}\" stands={}", thread.getName(), where(frames));
              }
            });
    return false;
  }

  private static String where(StackTraceElement[] frames) {
    return Arrays.stream(frames)
        .limit(DEEPEST_FRAME)
        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
        .collect(Collectors.joining(" < "));
  }

  /** The log is written by a thread of its own, which ends with the process. */
  private static void flushLog() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logs) {
      logs.stop();
    }
  }
}
