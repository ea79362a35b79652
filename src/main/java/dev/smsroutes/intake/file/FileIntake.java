package dev.smsroutes.intake.file;

import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.format.FileShape;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.result.BatchSummary;
import dev.smsroutes.batch.result.FaultSummary;
import dev.smsroutes.batch.run.Batch;
import dev.smsroutes.batch.run.RowGroup;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.SendItem;
import java.io.File;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeExtension;
import org.apache.camel.Ordered;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The file intake's own steps: open a file as a batch, hand over its rows, and finish it.
 * Thread-safe.
 *
 * <p>Bound as {@code fileIntake}. Logs one line when a file is taken, one now and then while it is
 * sent, and one when it is finished, interrupted, failed or kept; nothing of its content but names
 * of columns and definitions.
 */
public final class FileIntake {
  private static final Logger LOG = LoggerFactory.getLogger(FileIntake.class);

  /** The id of the route that takes files from the inbox. */
  public static final String ROUTE = "sms-file-intake";

  /** The name of the bean. */
  public static final String BEAN = "fileIntake";

  /** So many causes of faults get a line when a file ends. */
  private static final int MAX_CAUSES_LOGGED = 10;

  private final Batch.Setting setting;
  private final int maxAttempts;
  private final Duration rowTimeout;
  private volatile Batch latest;
  private volatile String latestFailure;
  private final int recipientsPerCall;
  private final Optional<String> caller;

  FileIntake(
      Batch.Setting setting,
      int maxAttempts,
      Duration rowTimeout,
      int recipientsPerCall,
      Optional<String> caller) {
    this.setting = setting;
    this.maxAttempts = maxAttempts;
    this.rowTimeout = rowTimeout;
    this.recipientsPerCall = recipientsPerCall;
    this.caller = caller;
  }

  /**
   * Opens the file for the splitter. One that cannot be read at all is a batch without rows.
   *
   * @throws IOException when the disk does not do its part; the file stays in the inbox
   * @throws LedgerUnavailableException when the ledger does not; the file stays in the inbox
   */
  public Batch open(File file, Exchange exchange) throws IOException {
    LOG.info("file taken name={} bytes={}", FileNames.shown(file.getName()), file.length());
    Batch batch;
    try {
      batch = Batch.open(file.toPath(), setting);
    } catch (BatchInterruptedException e) {
      interrupted(file.getName(), 0, e);
      throw e;
    } catch (IOException | RuntimeException e) {
      kept(file, e);
      throw e;
    }
    batch.shape().filter(shape -> !shape.plain()).ifPresent(shape -> told(batch.fileName(), shape));
    if (batch.resumed()) {
      LOG.info("file resumed name={}", FileNames.shown(file.getName()));
    }
    latest = batch;
    ExchangeExtension completions = exchange.getExchangeExtension();
    completions.addOnCompletion(new Closing(batch));
    completions.addOnCompletion(new Afterwards(Ordered.LOWEST, batch, FileIntake::moved));
    return batch;
  }

  private static void moved(Batch batch) throws IOException {
    if (!batch.moved()) {
      LOG.warn(
          "file still in the inbox, it is tried again later name={} reason=\"it has ended, and cannot"
              + " be moved; this process must be allowed to write the inbox, done and failed\"",
          FileNames.shown(batch.fileName()));
    }
  }

  /** Says why a file stays, whichever step of the route failed, and closes it. */
  private final class Closing extends Afterwards {
    Closing(Batch batch) {
      super(Ordered.HIGHEST, batch, Batch::close);
    }

    @Override
    public void onFailure(Exchange failed) {
      try {
        BatchInterruptedException interruption =
            failed.getException(BatchInterruptedException.class);
        if (interruption != null) {
          interrupted(batch.fileName(), batch.summary().rows(), interruption);
        } else {
          kept(batch.fileName(), failed.getException());
        }
      } finally {
        super.onFailure(failed);
      }
    }
  }

  /**
   * What is to be done with a batch when Camel is done with its file.
   *
   * @param order before or after Camel moves the source
   */
  private static class Afterwards extends SynchronizationAdapter {
    private final int order;
    final Batch batch;
    private final AfterStep step;

    @FunctionalInterface
    interface AfterStep {
      void of(Batch batch) throws IOException;
    }

    Afterwards(int order, Batch batch, AfterStep step) {
      this.order = order;
      this.batch = batch;
      this.step = step;
    }

    @Override
    public int getOrder() {
      return order;
    }

    @Override
    public void onDone(Exchange done) {
      try {
        step.of(batch);
      } catch (IOException e) {
        LOG.warn(
            "file not tidied up name={} reason={}",
            FileNames.shown(batch.fileName()),
            e.getClass().getSimpleName());
      }
    }
  }

  /** Why the file that was opened last could not be finished, if so; it is tried again later. */
  public Optional<String> latestFailure() {
    return Optional.ofNullable(latestFailure);
  }

  /** The batch that was opened last. */
  public Optional<Batch> latest() {
    return Optional.ofNullable(latest);
  }

  /** The rows in groups that may travel in one call, for the splitter. */
  public Iterator<RowGroup> groups(Batch batch) {
    return batch.groups(recipientsPerCall);
  }

  /**
   * The send requests of a group with their origins, or nothing if the group has no rows; tells the
   * pipeline in properties how long and how often each may be tried.
   */
  public List<SendItem> requests(RowGroup group, Exchange exchange) {
    exchange.setProperty(FileResults.GROUP, group);
    if (group.isNothing()) {
      exchange.setRouteStop(true);
      return null;
    }
    exchange.setProperty(HandOver.MAX_RETRIES, maxAttempts - 1);
    caller.ifPresent(id -> exchange.setProperty(HandOver.CALLER, id));
    // A row has the clock of its file.
    exchange.setProperty(HandOver.PATIENCE, rowTimeout.plusMillis(exchange.getClock().elapsed()));
    return group.items();
  }

  /**
   * Puts the results on disk.
   *
   * @return the absolute path to which the source is to be moved
   * @throws IOException when that failed, or has to wait; the file stays in the inbox
   * @throws LedgerUnavailableException when it could not be recorded; the file stays in the inbox
   */
  public String finish(Batch batch) throws IOException {
    Path target = batch.finish();
    finished(batch);
    return target.toString();
  }

  private static void finished(Batch batch) {
    BatchSummary summary = batch.summary();
    Optional<String> unreadable = batch.unreadable();
    if (batch.endedBefore()) {
      LOG.info(
          "file finished before, only moved now name={} as={}",
          FileNames.shown(batch.fileName()),
          FileNames.shown(summary.name()));
    } else if (unreadable.isPresent()) {
      LOG.warn(
          "file failed name={} as={} rows={} reason=\"{}\"",
          FileNames.shown(batch.fileName()),
          FileNames.shown(summary.name()),
          summary.rows(),
          unreadable.get());
    } else {
      LOG.info(
          "file {} name={} as={} rows={} recorded={} accepted={} refused={} unsettled={}"
              + " parts={} ms={} rate={}",
          batch.cancelled() ? "cancelled" : "finished",
          FileNames.shown(batch.fileName()),
          FileNames.shown(summary.name()),
          summary.rows(),
          summary.recorded(),
          summary.accepted(),
          summary.refused(),
          summary.unsettled(),
          batch.report().map(report -> report.counts().parts()).orElse(0L),
          summary.millis(),
          batch.report().map(BatchReport::rate).orElse(0.0));
      batch
          .report()
          .flatMap(BatchReport::faults)
          .ifPresent(faults -> faults(summary.name(), faults));
    }
  }

  /** What is wrong with the rows of a file, one line for each of the most frequent causes. */
  static void faults(String name, FaultSummary faults) {
    faults.causes().stream()
        .limit(MAX_CAUSES_LOGGED)
        .forEach(
            cause ->
                LOG.info(
                    "file fault name={} column={} code={} definitionKey={} {}: {}",
                    FileNames.shown(name),
                    FileNames.shown(cause.column()),
                    cause.code(),
                    cause.definitionKey().map(FileNames::shown).orElse("-"),
                    cause.places(),
                    FileNames.shown(cause.message())));
  }

  /** A file that is not like most: how it was read, so that nobody has to wonder. */
  private static void told(String name, FileShape shape) {
    LOG.info(
        "file read as format={} separator={} encoding={} gzip={} name={} bytes={} rows={}",
        shape.format(),
        shape.separator().isEmpty() ? "none" : shape.separator(),
        shape.encoding(),
        shape.gzip(),
        FileNames.shown(name),
        shape.size(),
        shape.rows());
  }

  static void progress(Batch batch) {
    BatchSummary summary = batch.summary();
    LOG.info(
        "file progress name={} rows={} recorded={} accepted={} refused={} unsettled={}",
        FileNames.shown(batch.fileName()),
        summary.rows(),
        summary.recorded(),
        summary.accepted(),
        summary.refused(),
        summary.unsettled());
  }

  /** All that can be read of it has to wait for its time of day. */
  static void held(Batch batch, Instant until) {
    LOG.info(
        "file held until={} name={} rows={} held={}",
        until,
        FileNames.shown(batch.fileName()),
        batch.summary().rows(),
        batch.held());
  }

  private static void interrupted(String name, long rows, BatchInterruptedException e) {
    LOG.atLevel(e.paused() ? Level.INFO : Level.WARN)
        .log("file interrupted, {} name={} rows={}", e.getMessage(), FileNames.shown(name), rows);
  }

  private void kept(File file, Exception e) {
    if (e instanceof NoSuchFileException && !file.exists()) {
      LOG.warn("file gone before it was read name={}", FileNames.shown(file.getName()));
      latestFailure = "it is gone";
    } else {
      kept(file.getName(), e);
    }
  }

  private void kept(String name, Throwable e) {
    String reason = reason(e);
    LOG.warn(
        "file kept in the inbox, it is tried again later name={} reason={}",
        FileNames.shown(name),
        FileNames.shown(reason));
    latestFailure = reason;
  }

  /** The message of an exception that nobody expected may quote what was read. */
  static String reason(Throwable e) {
    return e instanceof IOException || e instanceof LedgerUnavailableException
        ? e.getClass().getSimpleName() + ": " + e.getMessage()
        : e.getClass().getSimpleName();
  }
}
