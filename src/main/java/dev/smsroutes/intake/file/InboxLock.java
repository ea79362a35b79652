package dev.smsroutes.intake.file;

import dev.smsroutes.batch.format.BatchInterruptedException;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.overview.Untaken;
import dev.smsroutes.batch.result.FileControl;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileEndpoint;
import org.apache.camel.component.file.GenericFileExclusiveReadLockStrategy;
import org.apache.camel.component.file.GenericFileOperations;

/**
 * Takes a file once its size and time have not changed for a while, as seen by our own clock, and
 * there is room for one more; leaves one alone that is paused, and for a while one that could not
 * be finished. It never takes what is {@link Untaken}.
 *
 * <p>That so many files are open and no more is decided here, before a file is taken: a step of the
 * route could only fail a file that it has no room for. It is also what keeps a file from being
 * taken twice: Camel forgets which files are in progress when there are more than a thousand in the
 * inbox.
 *
 * <p>Small files have places of their own, so that they do not wait for large ones. For such a
 * place a small file is waited for on the polling thread, a second at most: a look into an inbox
 * with a thousand files costs much more than a place takes to become free.
 *
 * <p>Camel's own {@code readLock=changed} sleeps on the polling thread, up to ten seconds for each
 * file that is being written, and trusts the file's time, which copying tools set to the past or to
 * the future. This one never waits for a file: one that is not ready is looked at again in the next
 * poll.
 *
 * <p>Bound as {@code fileInboxLock}. Thread-safe.
 */
public final class InboxLock implements GenericFileExclusiveReadLockStrategy<File> {
  /** Up to so many bytes a file is small, if it is not packed. */
  static final int SMALL_BYTES = 65_536;

  private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int PRUNE_ABOVE = 1_000;
  private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);

  private record FileStamp(long size, long modified, Object fileKey, Instant since) {
    boolean same(FileStamp other) {
      return size == other.size
          && modified == other.modified
          && Objects.equals(fileKey, other.fileKey);
    }
  }

  private final Optional<Path> notLinked;
  private final Duration unchangedFor;
  private final Duration retryAfter;
  private final int atOnce;
  private final int smallAtOnce;
  private final boolean links;
  private final Clock clock;
  private final BooleanSupplier stopping;

  /** Whether the files that are open have a place for small ones. */
  private final Map<Path, Boolean> taken = new HashMap<>();

  private final Map<String, FileStamp> seen = new HashMap<>();
  private final Map<String, Instant> notBefore = new HashMap<>();
  private Instant prunedAt;
  private boolean gaveUpWaiting;

  /**
   * Times and places are those of {@link dev.smsroutes.config.FileOptions}.
   *
   * @param notLinked a folder of which nothing is taken if it is a symbolic link: one that a
   *     stranger could have made
   * @param smallAtOnce how many small files may be open besides; 0: they have no places of their
   *     own
   * @param links whether a symbolic link in it stands for the file to which it leads
   * @param stopping whether this process is on its way down: then nothing is waited for
   */
  InboxLock(
      Optional<Path> notLinked,
      Duration unchangedFor,
      Duration retryAfter,
      int atOnce,
      int smallAtOnce,
      boolean links,
      Clock clock,
      BooleanSupplier stopping) {
    this.notLinked = notLinked;
    this.unchangedFor = unchangedFor;
    this.retryAfter = retryAfter;
    this.atOnce = atOnce;
    this.smallAtOnce = smallAtOnce;
    this.links = links;
    this.clock = clock;
    this.stopping = stopping;
    this.prunedAt = clock.instant();
  }

  @Override
  public boolean acquireExclusiveReadLock(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange)
      throws IOException {
    try {
      return ready(Path.of(file.getAbsoluteFilePath()));
    } catch (InvalidPathException e) {
      // It is told with all that is not taken.
      return false;
    }
  }

  synchronized boolean ready(Path file) throws IOException {
    Instant now = clock.instant();
    prune(now);
    if (taken.containsKey(file)) {
      return false;
    }
    String path = file.toString();
    Instant earliest = notBefore.get(path);
    if (earliest != null && now.isBefore(earliest)) {
      return false;
    }
    BasicFileAttributes found;
    try {
      found = SourceFile.attributes(file, links);
    } catch (NoSuchFileException e) {
      seen.remove(path);
      notBefore.remove(path);
      return false;
    }
    FileStamp is =
        new FileStamp(found.size(), found.lastModifiedTime().toMillis(), found.fileKey(), now);
    FileStamp before = seen.get(path);
    if (before == null || !before.same(is)) {
      seen.put(path, is);
      return false;
    }
    boolean small = found.size() <= SMALL_BYTES && !path.toLowerCase(Locale.ROOT).endsWith(".gz");
    if (now.isBefore(before.since().plus(unchangedFor))
        || Untaken.why(file, links).isPresent()
        || notLinked.filter(Files::isSymbolicLink).isPresent()
        || FileControl.of(file) == FileControl.PAUSE
        || !awaitPlace(small)) {
      return false;
    }
    seen.remove(path);
    notBefore.remove(path);
    taken.put(file, small && smallAtOnce > 0);
    return true;
  }

  /** Whether there is a place now; for a small file, one that becomes free is waited for. */
  private boolean awaitPlace(boolean small) {
    long end = System.nanoTime() + MAX_WAIT_NANOS;
    boolean own = small && smallAtOnce > 0;
    while (!hasPlace(own)) {
      long left = end - System.nanoTime();
      if (!small || gaveUpWaiting || left <= 0 || stopping.getAsBoolean()) {
        gaveUpWaiting |= left <= 0;
        return false;
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, MAX_WAIT_NANOS / 10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private boolean hasPlace(boolean own) {
    long open = taken.values().stream().filter(each -> each == own).count();
    return open < (own ? smallAtOnce : atOnce);
  }

  /** Files that went away by themselves must not be remembered for ever. */
  private void prune(Instant now) {
    if (seen.size() + notBefore.size() > PRUNE_ABOVE && now.isAfter(prunedAt.plus(PRUNE_EVERY))) {
      prunedAt = now;
      seen.keySet().removeIf(path -> !Files.exists(Path.of(path)));
      notBefore.keySet().removeIf(path -> !Files.exists(Path.of(path)));
    }
  }

  private synchronized void release(Path file, boolean backOff) {
    taken.remove(file);
    if (backOff) {
      notBefore.put(file.toString(), clock.instant().plus(retryAfter));
    }
    gaveUpWaiting = false;
    notifyAll();
  }

  /** One that was paused goes on as soon as an operator resumes it. */
  @Override
  public void releaseExclusiveReadLockOnRollback(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange) {
    BatchInterruptedException interruption = exchange.getException(BatchInterruptedException.class);
    release(Path.of(file.getAbsoluteFilePath()), interruption == null || !interruption.paused());
  }

  /** A source that is still there was not moved; without a pause it would be sent in a loop. */
  @Override
  public void releaseExclusiveReadLockOnCommit(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange) {
    Path path = Path.of(file.getAbsoluteFilePath());
    release(path, SourceFile.isThere(path));
  }

  // Nothing is left behind that could be swept, and what was not taken need not be given back. It
  // waits for no file and has no marker files, and a file that is not ready is no event.

  @Override
  public void prepareOnStartup(
      GenericFileOperations<File> operations, GenericFileEndpoint<File> endpoint) {}

  @Override
  public void releaseExclusiveReadLockOnAbort(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange) {}

  @Override
  public void setTimeout(long timeout) {}

  @Override
  public void setCheckInterval(long checkInterval) {}

  @Override
  public void setReadLockLoggingLevel(LoggingLevel readLockLoggingLevel) {}

  @Override
  public void setMarkerFiler(boolean markerFile) {}

  @Override
  public void setDeleteOrphanLockFiles(boolean deleteOrphanLockFiles) {}
}
