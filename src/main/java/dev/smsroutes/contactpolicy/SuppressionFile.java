package dev.smsroutes.contactpolicy;

import dev.smsroutes.contactpolicy.SuppressionReader.SuppressionReading;
import dev.smsroutes.watch.WatchedFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the suppression list, read again after each change. Thread-safe.
 *
 * <p>If the file cannot be read or is gone, the last good list stays in force, and {@link #outage}
 * gives the reason.
 */
public final class SuppressionFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SuppressionFile.class);

  private final WatchedFile<SuppressionReading> file;

  private SuppressionFile(WatchedFile<SuppressionReading> file) {
    this.file = file;
  }

  /**
   * Reads the file for the first time.
   *
   * @param key the key of the setting, for the message
   * @throws IllegalArgumentException if it cannot be read; names the key, what was expected and
   *     what was found
   */
  public static SuppressionFile open(String key, Path file) {
    try {
      return new SuppressionFile(
          WatchedFile.open("suppression list", file, SuppressionFile::read, SuppressionFile::tell));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          key + ": expected a suppression list; '" + file + "': " + WatchedFile.why(e), e);
    }
  }

  private static SuppressionReading read(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 65_536)) {
      return SuppressionReader.read(in);
    }
  }

  private static void tell(SuppressionReading read) {
    LOG.info(
        "suppression list read lines={} numbers={} contactKeys={}",
        read.lines(),
        read.list().numbers(),
        read.list().contactKeys());
    if (read.doubtful() > 0) {
      LOG.warn(
          "suppression list: lines that look like numbers and cannot be read as such, with"
              + " country code, suppress no number count={} firstLine={}",
          read.doubtful(),
          read.firstDoubtful());
    }
  }

  /** Starts checking the file for changes, until this is closed. */
  public void watch() {
    file.watch();
  }

  /** The last list that could be read. */
  public SuppressionList list() {
    return file.content().list();
  }

  /** Why the list in force is not that of the file, for operators; empty if it is. */
  public Optional<String> outage() {
    return file.outage();
  }

  /** Checks whether the file has changed, and reads it if so. */
  void check() {
    file.check();
  }

  @Override
  public void close() {
    file.close();
  }
}
