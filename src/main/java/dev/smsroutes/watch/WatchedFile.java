package dev.smsroutes.watch;

import dev.smsroutes.disk.FileFailure;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file whose content is read again after each change, or several that are read together.
 * Thread-safe.
 *
 * <p>A thread checks once a second whether a file has changed. Others only see content that was
 * read to the end. A changed file is read after two checks in a row found it unchanged, so that a
 * file that is written in place is not read half-way. If a file cannot be read or is gone, the last
 * good content stays in force, and {@link #outage} gives the reason.
 *
 * @param <T> what is made of the content; immutable
 */
public final class WatchedFile<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);
  private static final long LOOK_EVERY_MS = 1_000;

  private final String name;
  private final Map<String, Path> files;
  private final Source<T> source;
  private final Consumer<T> accepted;
  private final ScheduledExecutorService watcher;

  private volatile T content;
  private volatile Optional<String> outage = Optional.empty();

  // Guarded by this.
  private List<Stamp> read;
  private List<Stamp> seen;
  private Optional<String> broken = Optional.empty();

  /** Makes something of a file. */
  @FunctionalInterface
  public interface Reading<T> {
    /**
     * @throws BrokenFileException if the content is wrong: then it is not read again before it
     *     changes; after any other failure it is
     */
    T read(Path file) throws IOException;
  }

  /** Makes something of several files. */
  @FunctionalInterface
  public interface Source<T> {
    /**
     * @throws BrokenFileException as {@link Reading#read}; the message says which file it is about
     */
    T read() throws IOException;
  }

  /** Identifies one state of a file. */
  private record Stamp(FileTime modified, long size, Object key) {
    static Stamp of(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    }
  }

  private WatchedFile(
      String name, Map<String, Path> files, Source<T> source, Consumer<T> accepted) {
    this.name = name;
    this.files = files;
    this.source = source;
    this.accepted = accepted;
    this.watcher = Executors.newSingleThreadScheduledExecutor(this::thread);
  }

  /**
   * Reads the file for the first time.
   *
   * @param name what the file is, in one or two words, for the log and the thread
   * @param accepted is told of each content that comes into force, for the log
   * @throws IOException if it cannot be read; {@link #why} puts it into words
   */
  public static <T> WatchedFile<T> open(
      String name, Path file, Reading<T> reading, Consumer<T> accepted) throws IOException {
    return open(name, Map.of(name, file), () -> reading.read(file), accepted);
  }

  /**
   * The same for files that only work together: a change of any of them reads all.
   *
   * @param files by what each is called in an outage
   */
  public static <T> WatchedFile<T> open(
      String name, Map<String, Path> files, Source<T> source, Consumer<T> accepted)
      throws IOException {
    WatchedFile<T> opened = new WatchedFile<>(name, files, source, accepted);
    if (opened.read(opened.stamps())) {
      return opened;
    }
    throw new BrokenFileException(name + " changed during the reading");
  }

  /**
   * A file that need not exist yet. As long as it does not, this is its content, without an outage.
   *
   * @throws IOException as {@link #open}
   */
  public static <T> WatchedFile<T> openIfPresent(
      String name, Path file, T absent, Reading<T> reading, Consumer<T> accepted)
      throws IOException {
    if (Files.exists(file)) {
      return open(name, file, reading, accepted);
    }
    WatchedFile<T> opened =
        new WatchedFile<>(name, Map.of(name, file), () -> reading.read(file), accepted);
    opened.content = absent;
    return opened;
  }

  /** Starts checking the file for changes, until this is closed. */
  public void watch() {
    watcher.scheduleWithFixedDelay(
        this::check, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
  }

  private Thread thread(Runnable task) {
    Thread thread = new Thread(task, "sms-watch-" + name.replace(' ', '-'));
    thread.setDaemon(true);
    return thread;
  }

  /** The last content that could be read. */
  public T content() {
    return content;
  }

  /** Why the content in force is not that of the file, for operators; empty if it is. */
  public Optional<String> outage() {
    return outage;
  }

  /** Checks whether the file has changed, and reads it if so. Called by the watching thread. */
  public synchronized void check() {
    Optional<String> wrong;
    try {
      List<Stamp> now = stamps();
      if (!now.equals(read) && now.equals(seen)) {
        read(now);
      }
      // If it changed while it was read, the next check sees a change again.
      seen = now;
      wrong = broken;
    } catch (NoSuchFileException e) {
      // A file that never was there is no outage.
      wrong = read == null ? Optional.empty() : Optional.of(why(e));
    } catch (IOException e) {
      wrong = Optional.of(why(e));
    } catch (RuntimeException | OutOfMemoryError e) {
      // The executor never calls a task again that threw.
      wrong = Optional.of("cannot be read: " + e.getClass().getSimpleName());
    }
    tell(wrong);
  }

  /**
   * @return false if it changed meanwhile, so that it does not count
   */
  private boolean read(List<Stamp> now) throws IOException {
    T result;
    try {
      result = source.read();
    } catch (BrokenFileException e) {
      read = now;
      broken = Optional.of(why(e));
      throw e;
    }
    if (!stamps().equals(now)) {
      return false;
    }
    content = result;
    read = now;
    seen = now;
    broken = Optional.empty();
    accepted.accept(result);
    return true;
  }

  private List<Stamp> stamps() throws IOException {
    List<Stamp> stamps = new ArrayList<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      try {
        stamps.add(Stamp.of(file.getValue()));
      } catch (IOException e) {
        throw files.size() == 1
            ? e
            : new BrokenFileException(
                file.getKey() + ": expected a file; got '" + file.getValue() + "': " + why(e));
      }
    }
    return stamps;
  }

  private void tell(Optional<String> wrong) {
    Optional<String> before = outage;
    outage = wrong;
    if (!Objects.equals(before, wrong)) {
      wrong.ifPresentOrElse(
          why -> LOG.error("{} not read, the last one stays in force: {}", name, why),
          () -> LOG.info("{} is in order again", name));
    }
  }

  /** Why a file cannot be read, in words for operators. */
  public static String why(IOException e) {
    if (e instanceof BrokenFileException) {
      return e.getMessage();
    }
    // The words of another one may quote what was read.
    return e instanceof FileSystemException
        ? FileFailure.why(e)
        : "it cannot be read: " + e.getClass().getSimpleName();
  }

  @Override
  public void close() {
    watcher.shutdownNow();
  }
}
