package dev.smsroutes.edge;

import dev.smsroutes.batch.Batch;
import dev.smsroutes.batch.BatchFolders;
import dev.smsroutes.batch.BatchLimits;
import dev.smsroutes.batch.JsonRequests;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.util.TimeUtils;
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
   * properties {@code sms.file.*} say. To be called before the routes are loaded. Does nothing but
   * bind when {@code sms.file.enabled} is false.
   *
   * @param requests reads a JSON request
   * @param clock for the retry delay, the file's age and the times in reason files
   * @throws IOException when a folder cannot be made
   */
  public static void bind(CamelContext context, JsonRequests requests, Clock clock)
      throws IOException {
    BatchFolders folders =
        new BatchFolders(
            path(context, "sms.file.inbox"),
            path(context, "sms.file.results"),
            path(context, "sms.file.done"),
            path(context, "sms.file.failed"));
    if (Boolean.parseBoolean(value(context, "sms.file.enabled"))) {
      int swept = folders.prepare();
      if (swept > 0) {
        LOG.info("half-written result files removed count={}", swept);
      }
    }
    BatchLimits limits =
        new BatchLimits(
            number(context, "sms.file.max-line-bytes", 1),
            BatchLimits.DEFAULTS.maxJsonBytes(),
            BatchLimits.DEFAULTS.windowRows(),
            BatchLimits.DEFAULTS.windowBytes());
    context
        .getRegistry()
        .bind(
            "fileIntake",
            new FileIntake(
                new Batch.Setting(
                    folders, limits, requests, clock, () -> UUID.randomUUID().toString())));
    context.getRegistry().bind("fileResults", new FileResults());
    context
        .getRegistry()
        .bind(
            "fileInboxLock",
            new InboxLock(
                duration(context, "sms.file.min-age"),
                duration(context, "sms.file.retry-delay"),
                clock));
    int threads = number(context, "sms.file.concurrency", 1);
    // The queue is unbounded on purpose, and stays short by itself: the splitter queues its own
    // next
    // step behind the row that it hands over. So every row is started before the next one is read,
    // and waiting for the oldest row can never wait for one that still queues. A bounded queue that
    // runs what does not fit on the calling thread would break that order.
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

  private static Path path(CamelContext context, String key) {
    return Path.of(value(context, key));
  }

  private static int number(CamelContext context, String key, int least) {
    String value = value(context, key);
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        key + ": expected a whole number of " + least + " or more; '" + value + "' came");
  }

  private static Duration duration(CamelContext context, String key) {
    String value = value(context, key);
    try {
      return Duration.ofMillis(TimeUtils.toMilliSeconds(value.strip()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          key + ": expected a time such as 500ms, 10s or 5m; '" + value + "' came");
    }
  }

  private static String value(CamelContext context, String key) {
    return context.resolvePropertyPlaceholders("{{" + key + "}}");
  }
}
