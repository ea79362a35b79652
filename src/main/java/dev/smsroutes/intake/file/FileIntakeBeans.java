package dev.smsroutes.intake.file;

import dev.smsroutes.batch.check.PlanFiles;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.FilePurge;
import dev.smsroutes.batch.run.Batch;
import dev.smsroutes.batch.run.ProgressFiles;
import dev.smsroutes.config.FileOptions;
import dev.smsroutes.ledger.Runs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.spi.Registry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the beans that {@code routes/file-intake.camel.yaml} names: {@code fileIntake}, {@code
 * fileResults}, {@code fileInboxLock}, {@code fileOpeners} and {@code fileThreads}; {@code
 * fileProgress}, the {@link ProgressFiles}, which tell how far the files are; those of {@code
 * routes/file-check.camel.yaml}, {@code fileCheck} and {@code fileCheckLock}; and {@code
 * remoteDrops} for {@code routes/examples/sftp-intake.camel.yaml}.
 *
 * <p>Also makes the folders, and removes what a crash left half-written; if the intake is switched
 * off, it only binds.
 *
 * @param requests reads a JSON request
 * @param runs where a pass over a file is recorded, so that it goes on after a crash
 * @param checker says what would become of a file
 * @param clock for the retry delay, the age of files and the times in reason files
 * @param rowsWaitForTheirTime whether the pipeline may say that it is not the time of day for a
 *     row, so that the row has to be handed over again when it is
 * @param caller whose rights the rows have; empty: all rights
 * @param onlyOneFile whether the inbox holds nothing but a link to one file; the other folders then
 *     may be those of a process that serves, and are left as they are
 */
public record FileIntakeBeans(
    FileOptions options,
    JsonRequests requests,
    Runs runs,
    FileCheck.Checker checker,
    Clock clock,
    boolean rowsWaitForTheirTime,
    Optional<String> caller,
    boolean onlyOneFile)
    implements CamelConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(FileIntakeBeans.class);

  private static final Duration PURGE_EVERY = Duration.ofDays(1);

  @Override
  public void configure(CamelContext context) throws IOException {
    Registry registry = context.getRegistry();
    BatchFolders folders = options.folders();
    boolean tidies = options.enabled() && !onlyOneFile;
    if (tidies) {
      FileNames.trouble().ifPresent(LOG::warn);
      int swept = folders.prepare();
      if (swept > 0) {
        LOG.info("half-written result files removed count={}", swept);
      }
    }
    ProgressFiles progress = new ProgressFiles(folders, FileIntake::progress);
    registry.bind("fileProgress", progress);
    if (tidies) {
      long every = ProgressFiles.EVERY.toMillis();
      everySoOften(context, "sms-file-progress", progress::renew, every, every);
      FilePurge purge = new FilePurge(folders, options.retention(), clock);
      everySoOften(context, "sms-file-purge", purge::run, 0, PURGE_EVERY.toMillis());
      UntakenLog untaken = new UntakenLog(folders.inbox(), options.unchangedFor(), clock);
      // Not as often as files are looked for: it is a look at each that lies there.
      long everyFew = Math.max(1, 5 * options.pollDelay().toMillis());
      everySoOften(context, "sms-file-untaken", untaken::look, 0, everyFew);
    }
    registry.bind(
        "fileIntake",
        new FileIntake(
            new Batch.Setting(
                folders,
                options.limits(onlyOneFile),
                requests,
                clock,
                () -> UUID.randomUUID().toString(),
                runs,
                // From the first moment of a stop on, long before Camel waits for the route.
                context::isStopping,
                options.results(),
                progress,
                rowsWaitForTheirTime ? Optional.of(FileIntake::held) : Optional.empty()),
            options.maxAttempts(),
            options.rowTimeout(),
            options.recipientsPerCall(),
            caller));
    registry.bind("fileResults", new FileResults());
    registry.bind(
        "remoteDrops",
        new RemoteDrops<Object>(folders, options.maxRemoteBytes(), context::isStopping));
    registry.bind(
        "fileInboxLock",
        lock(
            // The operator may well have made the inbox a link to where there is room.
            Optional.empty(), options.atOnce(), options.smallAtOnce(), onlyOneFile, context));
    registry.bind("fileCheck", new FileCheck(checker, new PlanFiles(folders, clock)));
    registry.bind(
        "fileCheckLock",
        lock(Optional.of(folders.inbox().resolve(PlanFiles.FOLDER)), 1, 0, false, context));
    // A long file takes a while to be read for the first time, and neither the thread that polls
    // nor a small file must wait for that: no more long ones come than the lock lets in.
    registry.bind(
        "fileOpeners",
        pool(
            context,
            "sms-file-open",
            options.atOnce() + Math.min(options.smallAtOnce(), options.concurrency())));
    // The queue is unbounded on purpose, and stays short by itself: a splitter queues its own next
    // step behind the row that it hands over. So every row is started before the next one of its
    // file is read, and waiting for the oldest row can never wait for one that still queues. And
    // with several files each has one step in the queue, so that a thread which is free takes a row
    // of each in turn, however many rows they have. A bounded queue that runs what does not fit on
    // the calling thread would break that order.
    registry.bind("fileThreads", pool(context, "sms-file", options.concurrency()));
  }

  private void everySoOften(
      CamelContext context, String name, Runnable task, long first, long every) {
    context
        .getExecutorServiceManager()
        .newSingleThreadScheduledExecutor(FileIntakeBeans.class, name)
        .scheduleWithFixedDelay(task, first, every, TimeUnit.MILLISECONDS);
  }

  private ExecutorService pool(CamelContext context, String name, int threads) {
    return context
        .getExecutorServiceManager()
        .newThreadPool(
            FileIntakeBeans.class,
            name,
            new ThreadPoolProfileBuilder(name)
                .poolSize(threads)
                .maxPoolSize(threads)
                // Not -1: Camel takes that for no queue at all, whatever its javadoc says, and runs
                // what comes while all threads are busy on the calling one.
                .maxQueueSize(Integer.MAX_VALUE)
                .build());
  }

  private InboxLock lock(
      Optional<Path> within, int atOnce, int smallAtOnce, boolean links, CamelContext context) {
    return new InboxLock(
        within,
        options.unchangedFor(),
        options.retryAfter(),
        atOnce,
        smallAtOnce,
        links,
        clock,
        context::isStopping);
  }
}
