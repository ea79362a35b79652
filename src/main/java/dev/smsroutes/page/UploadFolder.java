package dev.smsroutes.page;

import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.disk.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The temporary folder of one process, readable by its owner only. A lock in it says that its
 * process lives. A process that was killed leaves its folder behind; the next start with the same
 * folder for temporary files deletes it. Thread-safe.
 */
final class UploadFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UploadFolder.class);
  private static final String PREFIX = "sms-routes-page";
  private static final String LOCK = "in-use.lock";

  /** A process makes its folder first, and the lock right after it. */
  private static final Duration WITHOUT_LOCK = Duration.ofMinutes(1);

  /** Of this process; not looked at, because closing a lock file frees the lock on it. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel lock;

  private UploadFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Creates a folder, and deletes those of processes that do not live any more.
   *
   * @param temporary for temporary files
   */
  static UploadFolder in(Path temporary) throws IOException {
    Path folder = Files.createTempDirectory(temporary, PREFIX);
    HELD.add(folder);
    FileChannel lock =
        FileChannel.open(
            folder.resolve(LOCK),
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PrivateFiles.ofOwner());
    lock.lock();
    deleteLeftovers(temporary, Files.getOwner(folder));
    return new UploadFolder(folder, lock);
  }

  private static void deleteLeftovers(Path temporary, UserPrincipal owner) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + "*")) {
      for (Path found : folders) {
        try {
          if (!HELD.contains(found)
              && Files.isDirectory(found, LinkOption.NOFOLLOW_LINKS)
              // Nobody else can put links into a folder of this user while it is deleted.
              && Files.getOwner(found, LinkOption.NOFOLLOW_LINKS).equals(owner)
              && !isInUse(found)) {
            delete(found);
            LOG.info("page=leftover deleted what an earlier process had kept of dropped files");
          }
        } catch (IOException e) {
          LOG.warn("page=leftover cannot be deleted reason=\"{}\"", FileFailure.why(e));
        }
      }
    }
  }

  private static boolean isInUse(Path found) throws IOException {
    try (FileChannel other = FileChannel.open(found.resolve(LOCK), StandardOpenOption.WRITE)) {
      return other.tryLock() == null;
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (NoSuchFileException e) {
      FileTime made = Files.getLastModifiedTime(found, LinkOption.NOFOLLOW_LINKS);
      return made.toInstant().isAfter(Instant.now().minus(WITHOUT_LOCK));
    }
  }

  /** A new folder in it, for one file. */
  Path newFolder() throws IOException {
    return Files.createDirectory(folder.resolve(UUID.randomUUID().toString()));
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path emptied, IOException failed)
              throws IOException {
            Files.delete(emptied);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Deletes it with all that is in it. */
  @Override
  public void close() {
    try {
      delete(folder);
      lock.close();
    } catch (IOException e) {
      LOG.warn("page=leftover cannot be deleted reason=\"{}\"", FileFailure.why(e));
    } finally {
      HELD.remove(folder);
    }
  }
}
