package dev.smsroutes.edge;

import dev.smsroutes.batch.Batch;
import dev.smsroutes.batch.BatchFolders;
import dev.smsroutes.batch.JsonRequests;
import dev.smsroutes.ledger.Runs;
import java.io.IOException;
import java.time.Clock;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the beans that {@code routes/file-intake.camel.yaml} names: {@code fileIntake}, {@code
 * fileResults}, {@code fileInboxLock} and {@code fileThreads}.
 */
public final class FileIntakeBeans {
  private static final Logger LOG = LoggerFactory.getLogger(FileIntakeBeans.class);

  private FileIntakeBeans() {}

  /**
   * Makes the folders, removes what a crash left half-written and binds the beans, all as the
   * options say. To be called before the routes are loaded. Does nothing but bind when the intake
   * is switched off.
   *
   * @param requests reads a JSON request
   * @param runs where a pass over a file is recorded, so that it goes on after a crash
   * @param clock for the retry delay, the file's age and the times in reason files
   * @throws IOException when a folder cannot be made
   */
  public static void bind(
      CamelContext context, FileOptions options, JsonRequests requests, Runs runs, Clock clock)
      throws IOException {
    BatchFolders folders = options.folders();
    if (options.enabled()) {
      int swept = folders.prepare();
      if (swept > 0) {
        LOG.info("half-written result files removed count={}", swept);
      }
    }
    context
        .getRegistry()
        .bind(
            "fileIntake",
            new FileIntake(
                new Batch.Setting(
                    folders,
                    options.limits(),
                    requests,
                    clock,
                    () -> UUID.randomUUID().toString(),
                    runs,
                    // From the first moment of a stop on, long before Camel waits for the route.
                    context::isStopping,
                    FileIntake::progress),
                options.maxAttempts(),
                options.rowTimeout(),
                options.recipientsPerCall()));
    context.getRegistry().bind("fileResults", new FileResults());
    context
        .getRegistry()
        .bind("fileInboxLock", new InboxLock(options.unchangedFor(), options.retryAfter(), clock));
    int threads = options.concurrency();
    // The queue is unbounded on purpose, and stays short by itself: the splitter queues its own
    // next step behind the row that it hands over. So every row is started before the next one is
    // read, and waiting for the oldest row can never wait for one that still queues. A bounded
    // queue that runs what does not fit on the calling thread would break that order.
    context
        .getRegistry()
        .bind(
            "fileThreads",
            context
                .getExecutorServiceManager()
                .newThreadPool(
                    FileIntakeBeans.class,
                    "sms-file",
                    new ThreadPoolProfileBuilder("sms-file")
                        .poolSize(threads)
                        .maxPoolSize(threads)
                        .maxQueueSize(-1)
                        .build()));
  }
}
