package dev.smsroutes.contactpolicy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the suppression list, read again after each change. Thread-safe.
 *
 * <p>A thread checks once a second whether the file has changed. Messages only see lists that were
 * read to the end. A changed file is read after two checks in a row found it unchanged, so that a
 * file that is written in place is not read half-way. If the file cannot be read or is gone, the
 * last good list stays in force, and {@link #outage} gives the reason.
 */
public final class SuppressionFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SuppressionFile.class);
  private static final long LOOK_EVERY_MS = 1_000;

  private final Path file;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(SuppressionFile::thread);

  private volatile SuppressionList list = SuppressionList.EMPTY;
  private volatile Optional<String> outage = Optional.empty();

  // Used only by the checking thread.
  private Stamp read;
  private Stamp seen;
  private Optional<String> broken = Optional.empty();

  /** Identifies one state of a file. */
  private record Stamp(FileTime modified, long size, Object key) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    }
  }

  private SuppressionFile(Path file) {
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
    SuppressionFile opened = new SuppressionFile(file);
    try {
      if (opened.read(Stamp.of(file))) {
        return opened;
      }
      throw new BrokenListException("it changed while it was read");
    } catch (IOException e) {
      throw new IllegalArgumentException(
          key + ": expected a suppression list; '" + file + "': " + why(e), e);
    }
  }

  /** Starts checking the file for changes, until this is closed. */
  public void watch() {
    watcher.scheduleWithFixedDelay(
        this::check, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "sms-suppression");
    thread.setDaemon(true);
    return thread;
  }

  /** The last list that could be read. */
  public SuppressionList list() {
    return list;
  }

  /** Why the list in force is not that of the file, for operators; empty if it is. */
  public Optional<String> outage() {
    return outage;
  }

  /** Checks whether the file has changed, and reads it if so. */
  void check() {
    Optional<String> wrong;
    try {
      Stamp now = Stamp.of(file);
      if (!now.equals(read) && now.equals(seen)) {
        read(now);
      }
      // If it changed while it was read, the next check sees a change again.
      seen = now;
      wrong = broken;
    } catch (IOException e) {
      wrong = Optional.of(why(e));
    } catch (RuntimeException | OutOfMemoryError e) {
      // The executor never calls a task again that threw.
      wrong = Optional.of("cannot be read: " + e.getClass().getSimpleName());
    }
    tell(wrong);
  }

  /**
   * Reads the file. A file that is not a list is not read again before it changes; after any other
   * failure it is.
   *
   * @return false if it changed meanwhile, so that it does not count
   */
  private boolean read(Stamp now) throws IOException {
    long start = System.nanoTime();
    SuppressionReader.SuppressionReading result;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 65_536)) {
      result = SuppressionReader.read(in);
    } catch (BrokenListException e) {
      read = now;
      broken = Optional.of(why(e));
      throw e;
    }
    if (!Stamp.of(file).equals(now)) {
      return false;
    }
    list = result.list();
    read = now;
    seen = now;
    broken = Optional.empty();
    LOG.info(
        "suppression list read lines={} numbers={} contactKeys={} ms={}",
        result.lines(),
        list.numbers(),
        list.contactKeys(),
        (System.nanoTime() - start) / 1_000_000);
    if (result.doubtful() > 0) {
      LOG.warn(
          "suppression list: lines that look like numbers and cannot be read as such, with"
              + " country code, suppress no number count={} firstLine={}",
          result.doubtful(),
          result.firstDoubtful());
    }
    return true;
  }

  private void tell(Optional<String> wrong) {
    Optional<String> before = outage;
    outage = wrong;
    if (!Objects.equals(before, wrong)) {
      wrong.ifPresentOrElse(
          why -> LOG.error("suppression list not read, the last one stays in force: {}", why),
          () -> LOG.info("suppression list is in order again"));
    }
  }

  private static String why(IOException e) {
    if (e instanceof BrokenListException) {
      return e.getMessage();
    }
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    return e instanceof AccessDeniedException
        ? "it is not readable for this process"
        : "it cannot be read: " + e.getClass().getSimpleName();
  }

  @Override
  public void close() {
    watcher.shutdownNow();
  }
}
