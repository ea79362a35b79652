package dev.smsroutes.batch.result;

import dev.smsroutes.batch.format.BatchFormat;
import dev.smsroutes.batch.result.BatchFolders.Names;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the files of batches that ended long ago. Each run logs one line. Used by one thread.
 *
 * <p>It deletes only what the bundle left: by its name and its folder, and never a link, a folder,
 * or a file in progress (those begin with a dot). It holds no list of files, however many there
 * are. The age of a file counts from its move into the folder: a sender may have given it any time
 * of change.
 */
public final class FilePurge {
  private static final Logger LOG = LoggerFactory.getLogger(FilePurge.class);

  private static final boolean UNIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
  private static final String REASON = ".reason.json";
  private static final Pattern RESULT =
      Pattern.compile(
          ".+[.](results[.](ndjson|csv)|rejects([.].+)?|check[.](txt|json))|.+"
              + Pattern.quote(Names.SUMMARY),
          Pattern.DOTALL);

  private final BatchFolders folders;
  private final Retention retention;
  private final Clock clock;
  private long left;

  /**
   * @param clock tells the age of a file
   */
  public FilePurge(BatchFolders folders, Retention retention, Clock clock) {
    this.folders = folders;
    this.retention = retention;
    this.clock = clock;
  }

  /** Deletes what is too old by now. Never throws. */
  public void run() {
    left = 0;
    long done = purge(folders.done(), retention.done(), FilePurge::isSource);
    done += purge(check(folders.done()), retention.done(), FilePurge::isSource);
    long results = purge(folders.results(), retention.results(), FilePurge::isResult);
    long failed = purge(folders.failed(), retention.failed(), FilePurge::isFailed);
    failed += purge(check(folders.failed()), retention.failed(), FilePurge::isFailed);
    LOG.info("files=purged done={} results={} failed={}", done, results, failed);
    if (left > 0) {
      LOG.warn("files=not-purged count={} this process may not delete them", left);
    }
  }

  private static Path check(Path folder) {
    return folder.resolve(BatchFolders.CHECK);
  }

  private static boolean isSource(Path file) {
    return BatchFormat.of(name(file)).isPresent();
  }

  private static boolean isResult(Path file) {
    return RESULT.matcher(name(file)).matches();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /**
   * A source has any name at all, and a reason next to it; so the reason outlives it, if only until
   * the next run.
   */
  private static boolean isFailed(Path file) {
    String name = name(file);
    return name.endsWith(REASON)
        ? !isThere(file.resolveSibling(name.substring(0, name.length() - REASON.length())))
        : isSource(file) || isThere(file.resolveSibling(name + REASON));
  }

  private static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  private long purge(Path folder, Duration keep, Predicate<Path> ours) {
    // A link inside of the four folders is not one that the operator set.
    boolean linked = name(folder).equals(BatchFolders.CHECK) && Files.isSymbolicLink(folder);
    return keep.isZero() || linked ? 0 : purge(folder, clock.instant().minus(keep), ours);
  }

  private long purge(Path folder, Instant before, Predicate<Path> ours) {
    long deleted = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!name(file).startsWith(".") && ours.test(file) && purge(file, before)) {
          deleted++;
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // Nothing was ever there.
    } catch (IOException | DirectoryIteratorException e) {
      left++;
    }
    return deleted;
  }

  private boolean purge(Path file, Instant before) {
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!found.isRegularFile()
          || !found.lastModifiedTime().toInstant().isBefore(before)
          || !arrived(file, found).isBefore(before)) {
        return false;
      }
      Files.delete(file);
      return true;
    } catch (NoSuchFileException e) {
      // A person was quicker.
      return false;
    } catch (IOException e) {
      left++;
      return false;
    }
  }

  /** When it got its name, or its permissions; where the system does not tell, when it was made. */
  private static Instant arrived(Path file, BasicFileAttributes found) throws IOException {
    return UNIX
        ? ((FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS)).toInstant()
        : found.creationTime().toInstant();
  }
}
