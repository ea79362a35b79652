package dev.smsroutes.edge;

import dev.smsroutes.batch.Batch;
import dev.smsroutes.batch.BatchSummary;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file intake's own steps: open a file as a batch, and finish it. Thread-safe.
 *
 * <p>Bound as {@code fileIntake}. Logs one line when a file is taken and one when it is finished,
 * failed or kept; never anything of its content.
 */
public final class FileIntake {
  private static final Logger LOG = LoggerFactory.getLogger(FileIntake.class);

  private final Batch.Setting setting;

  public FileIntake(Batch.Setting setting) {
    this.setting = setting;
  }

  /**
   * Opens the file for the splitter. One that cannot be read at all is a batch without rows.
   *
   * @throws IOException when the disk does not do its part; the file stays in the inbox
   */
  public Batch open(File file, Exchange exchange) throws IOException {
    LOG.info("file taken name={} bytes={}", printable(file.getName()), file.length());
    Batch batch;
    try {
      batch = Batch.open(file.toPath(), setting);
    } catch (IOException e) {
      kept(file.getName(), e);
      throw e;
    }
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onDone(Exchange done) {
                close(batch);
              }
            });
    return batch;
  }

  /**
   * Puts the results on disk.
   *
   * @return the absolute path to which the source is to be moved
   * @throws IOException when that failed; the file stays in the inbox
   */
  public String finish(Batch batch) throws IOException {
    Path target;
    try {
      target = batch.finish();
    } catch (IOException e) {
      kept(batch.fileName(), e);
      throw e;
    }
    BatchSummary summary = batch.summary();
    Optional<String> unreadable = batch.unreadable();
    if (unreadable.isPresent()) {
      LOG.warn(
          "file failed name={} as={} rows={} reason=\"{}\"",
          printable(batch.fileName()),
          printable(summary.name()),
          summary.rows(),
          unreadable.get());
    } else {
      LOG.info(
          "file finished name={} as={} rows={} accepted={} refused={} unsettled={} ms={}",
          printable(batch.fileName()),
          printable(summary.name()),
          summary.rows(),
          summary.accepted(),
          summary.refused(),
          summary.unsettled(),
          summary.millis());
    }
    return target.toString();
  }

  private static void kept(String name, IOException e) {
    LOG.warn(
        "file kept in the inbox, it is tried again later name={} reason=\"{}: {}\"",
        printable(name),
        e.getClass().getSimpleName(),
        printable(String.valueOf(e.getMessage())));
  }

  private static void close(Batch batch) {
    try {
      batch.close();
    } catch (IOException e) {
      LOG.warn(
          "file not closed name={} reason={}",
          printable(batch.fileName()),
          e.getClass().getSimpleName());
    }
  }

  /** A name may hold line ends, and so forge lines of the log. */
  static String printable(String name) {
    return '"' + name.replaceAll("[\\p{Cntrl}\"]", "?") + '"';
  }
}
