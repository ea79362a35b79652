package dev.smsroutes.edge;

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
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileEndpoint;
import org.apache.camel.component.file.GenericFileExclusiveReadLockStrategy;
import org.apache.camel.component.file.GenericFileOperations;

/**
 * Takes a file once its size and time have not changed for a while, as seen by our own clock; and
 * leaves one alone for a while that could not be finished.
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
  private final Clock clock;
  private final Map<String, Seen> seen = new HashMap<>();
  private final Map<String, Instant> notBefore = new HashMap<>();
  private Instant prunedAt;

  /**
   * @param unchangedFor how long a file must stay as it is before it is taken
   * @param retryAfter how long a file is left alone that could not be finished or moved
   */
  public InboxLock(Duration unchangedFor, Duration retryAfter, Clock clock) {
    this.unchangedFor = unchangedFor;
    this.retryAfter = retryAfter;
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
    if (now.isBefore(before.since().plus(unchangedFor))) {
      return false;
    }
    seen.remove(path);
    notBefore.remove(path);
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

  synchronized void backOff(Path file) {
    notBefore.put(file.toString(), clock.instant().plus(retryAfter));
  }

  @Override
  public void releaseExclusiveReadLockOnRollback(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange) {
    backOff(Path.of(file.getAbsoluteFilePath()));
  }

  /** A source that is still there was not moved; without a pause it would be sent in a loop. */
  @Override
  public void releaseExclusiveReadLockOnCommit(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange) {
    Path path = Path.of(file.getAbsoluteFilePath());
    if (Files.exists(path)) {
      backOff(path);
    }
  }

  @Override
  public void prepareOnStartup(
      GenericFileOperations<File> operations, GenericFileEndpoint<File> endpoint) {
    // Nothing is left behind that could be swept.
  }

  @Override
  public void releaseExclusiveReadLockOnAbort(
      GenericFileOperations<File> operations, GenericFile<File> file, Exchange exchange) {
    // Nothing was locked.
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
