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
 * The file with the suppression list, read again when it has changed. Thread-safe.
 *
 * <p>A thread of its own looks once a second whether the file is another one; messages only ever
 * see a list that was read to its end. A changed file is read when it has stayed the same from one
 * look to the next, so that one which is written in place is not cut in two. If it cannot be read,
 * or is gone, the last good list stays in force, and {@link #outage} says why.
 */
public final class SuppressionFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SuppressionFile.class);
  private static final long LOOK_EVERY_MS = 1_000;

  private final Path file;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(SuppressionFile::thread);

  private volatile SuppressionList list = SuppressionList.EMPTY;
  private volatile Optional<String> outage = Optional.empty();

  // Of the thread that looks.
  private Stamp read;
  private Stamp seen;
  private Optional<String> broken = Optional.empty();

  /** By what one state of a file is told from another. */
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
   * @param key what names it, for the message
   * @throws IllegalArgumentException naming the key, what was expected and what came
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

  /** From now on looks after the file, until it is closed. */
  public void watch() {
    watcher.scheduleWithFixedDelay(this::look, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
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

  /** Why the file is not the list that is in force, for an operator; empty when all is well. */
  public Optional<String> outage() {
    return outage;
  }

  /** Looks whether the file is another one, and reads it if so. */
  void look() {
    Optional<String> wrong;
    try {
      Stamp now = Stamp.of(file);
      if (!now.equals(read) && now.equals(seen)) {
        read(now);
      }
      // Changed once more while it was read: then it is another one at the next look.
      seen = now;
      wrong = broken;
    } catch (IOException e) {
      wrong = Optional.of(why(e));
    } catch (RuntimeException | OutOfMemoryError e) {
      // A watcher that throws is never called again.
      wrong = Optional.of("cannot be read: " + e.getClass().getSimpleName());
    }
    tell(wrong);
  }

  /**
   * A file that is no list is not read again before it changes; what fails otherwise is.
   *
   * @return false if it changed meanwhile, so that nothing of it counts
   */
  private boolean read(Stamp now) throws IOException {
    long start = System.nanoTime();
    SuppressionReader.Result result;
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
        ? "it may not be read"
        : "it cannot be read: " + e.getClass().getSimpleName();
  }

  @Override
  public void close() {
    watcher.shutdownNow();
  }
}
