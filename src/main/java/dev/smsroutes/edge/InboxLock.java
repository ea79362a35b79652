package dev.smsroutes.edge;

import dev.smsroutes.batch.BatchInterruptedException;
import dev.smsroutes.batch.FileOrder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileEndpoint;
import org.apache.camel.component.file.GenericFileExclusiveReadLockStrategy;
import org.apache.camel.component.file.GenericFileOperations;

/**
 * Takes a file once its size and time have not changed for a while, as seen by our own clock, and
 * there is room for one more; leaves one alone that is paused, and for a while one that could not
 * be finished.
 *
 * <p>That so many files are open and no more is decided here, before a file is taken: a step of the
 * route could only hold up the polling thread, or fail a file that it has no room for. It is also
 * what keeps a file from being taken twice: Camel forgets which files are in progress when there
 * are more than a thousand in the inbox.
 *
 * <p>Camel's own {@code readLock=changed} sleeps on the polling thread, up to ten seconds for each
 * file that is being written, and trusts the file's time, which copying tools set to the past or to
 * the future. This one never waits: a file that is not ready is looked at again in the next poll.
 *
 * <p>Bound as {@code fileInboxLock}. Thread-safe.
 */
public final class InboxLock implements GenericFileExclusiveReadLockStrategy<File> {
  private static final int PRUNE_ABOVE = 1_000;
  private static final Duration PRUNE_EVERY = Duration.ofMinutes(1);

  private record Seen(long size, long modified, Instant since) {}

  private final Duration unchangedFor;
  private final Duration retryAfter;
  private final int atOnce;
  private final Clock clock;
  private final Set<Path> taken = new HashSet<>();
  private final Map<String, Seen> seen = new HashMap<>();
  private final Map<String, Instant> notBefore = new HashMap<>();
  private Instant prunedAt;

  /**
   * @param unchangedFor how long a file must stay as it is before it is taken
   * @param retryAfter how long a file is left alone that could not be finished or moved
   * @param atOnce how many files may be open at the same time
   */
  public InboxLock(Duration unchangedFor, Duration retryAfter, int atOnce, Clock clock) {
    this.unchangedFor = unchangedFor;
    this.retryAfter = retryAfter;
    this.atOnce = atOnce;
    this.clock = clock;
    this.prunedAt = clock.instant();
  }

  @Override
  public boolean acquireExclusiveReadLock(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange)
      throws IOException {
    return ready(Path.of(file.getAbsoluteFilePath()));
  }

  synchronized boolean ready(Path file) throws IOException {
    Instant now = clock.instant();
    prune(now);
    if (taken.contains(file)) {
      return false;
    }
    String path = file.toString();
    Instant earliest = notBefore.get(path);
    if (earliest != null && now.isBefore(earliest)) {
      return false;
    }
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(file, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      seen.remove(path);
      notBefore.remove(path);
      return false;
    }
    long modified = found.lastModifiedTime().toMillis();
    Seen before = seen.get(path);
    if (before == null || before.size() != found.size() || before.modified() != modified) {
      seen.put(path, new Seen(found.size(), modified, now));
      return false;
    }
    if (now.isBefore(before.since().plus(unchangedFor))
        || taken.size() >= atOnce
        || FileOrder.of(file) == FileOrder.PAUSE) {
      return false;
    }
    seen.remove(path);
    notBefore.remove(path);
    taken.add(file);
    return true;
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
  }

  /** One that was paused goes on as soon as somebody wants it to. */
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
    release(path, Files.exists(path));
  }

  @Override
  public void prepareOnStartup(
      GenericFileOperations<File> operations, GenericFileEndpoint<File> endpoint) {
    // Nothing is left behind that could be swept.
  }

  @Override
  public void releaseExclusiveReadLockOnAbort(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange) {
    // It was not taken; if it is, then by somebody else.
  }

  @Override
  public void setTimeout(long timeout) {
    // It never waits.
  }

  @Override
  public void setCheckInterval(long checkInterval) {
    // It never waits.
  }

  @Override
  public void setReadLockLoggingLevel(LoggingLevel readLockLoggingLevel) {
    // A file that is not ready is no event.
  }

  @Override
  public void setMarkerFiler(boolean markerFile) {
    // No marker files.
  }

  @Override
  public void setDeleteOrphanLockFiles(boolean deleteOrphanLockFiles) {
    // No marker files.
  }
}
