package dev.smsroutes.batch.result;

import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.disk.PrivateFiles;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Set;

/**
 * A file that is there as a whole or not at all: written under a temporary name, forced to disk,
 * renamed in one step, and the rename forced as well. Camel's file producer forces nothing.
 *
 * <p>Not thread-safe.
 */
public class DurableFile implements Closeable {
  /** Ends the names of unfinished files; they also begin with a dot. */
  public static final String UNFINISHED = ".sms-tmp";

  private final Path folder;
  private final String name;
  private final Path unfinished;
  private final FileChannel channel;
  private final OutputStream out;
  private boolean kept;

  /**
   * A file that those may read who may list its folder.
   *
   * @param folder made if it is missing, for its owner alone
   * @param name of the finished file
   */
  public DurableFile(Path folder, String name) throws IOException {
    this(folder, name, true);
  }

  private DurableFile(Path folder, String name, boolean shared) throws IOException {
    PrivateFiles.createFolders(folder);
    this.folder = folder;
    this.name = name;
    this.unfinished = unfinished(folder, name);
    this.channel =
        FileChannel.open(
            unfinished,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                // Where strangers may write, too, one could lie in wait.
                LinkOption.NOFOLLOW_LINKS),
            PrivateFiles.ofOwner());
    if (shared) {
      PrivateFiles.shareAsFolder(unfinished);
    }
    this.out = new BufferedOutputStream(sink(Channels.newOutputStream(channel)), 65_536);
  }

  /** A file that nobody but its owner may read, where the file system can say so. */
  public static DurableFile ofOwner(Path folder, String name) throws IOException {
    // One that a crash left behind would keep its own permissions.
    Files.deleteIfExists(unfinished(folder, name));
    return new DurableFile(folder, name, false);
  }

  private static Path unfinished(Path folder, String name) {
    return folder.resolve("." + name + UNFINISHED);
  }

  /** Where the bytes go; a test makes this full. */
  protected OutputStream sink(OutputStream disk) {
    return disk;
  }

  /** What is written here is in the file once it is committed. */
  public OutputStream out() {
    return out;
  }

  /** Whether something is under way, or complete, under this name. */
  static boolean isUnderWay(Path folder, String name) {
    return SourceFile.isThere(unfinished(folder, name));
  }

  /**
   * Takes the name before there is anything to write, so that nobody else does.
   *
   * @return false if it is taken
   */
  static boolean claim(Path folder, String name) throws IOException {
    PrivateFiles.createFolders(folder);
    try {
      Files.createFile(unfinished(folder, name), PrivateFiles.ofOwner());
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Gives back a name that was taken, and for which nothing was written. */
  static void unclaim(Path folder, String name) throws IOException {
    Files.deleteIfExists(unfinished(folder, name));
  }

  /** All of it is on disk when this returns, under its temporary name. */
  public void complete() throws IOException {
    out.flush();
    channel.force(true);
    channel.close();
  }

  /**
   * As above, and it was changed last at this time as far as the file system tells.
   *
   * @param modified in milliseconds since 1970
   */
  public void complete(long modified) throws IOException {
    out.flush();
    Files.setLastModifiedTime(unfinished, FileTime.fromMillis(modified));
    complete();
  }

  /** Where it is until it has its name. */
  public Path unfinished() {
    return unfinished;
  }

  /**
   * Gives a complete file a name, which need not be the one that it was meant to have, but never in
   * the place of another one; on disk when this returns.
   *
   * @return false if there is a file of this name
   */
  public boolean publishNewAs(String other) throws IOException {
    Path named = folder.resolve(other);
    try {
      // A rename would silently replace what another process has put there just now.
      Files.createLink(named, unfinished);
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException | FileSystemException e) {
      if (SourceFile.isThere(named)) {
        return false;
      }
      Files.move(unfinished, named, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.deleteIfExists(unfinished);
    forceFolder(folder);
    return true;
  }

  /** Whether closing leaves it in place, for {@link #publish}. */
  public void keep(boolean keep) {
    kept = keep;
  }

  /**
   * Gives complete files their names, in this order; does nothing for those that have it already,
   * or were never there. All are on disk under their names when this returns.
   */
  static void publish(Path folder, String... names) throws IOException {
    for (String name : names) {
      Path unfinished = unfinished(folder, name);
      if (SourceFile.isThere(unfinished)) {
        Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    forceFolder(folder);
  }

  /** On disk under its name when this returns. */
  public void commit() throws IOException {
    complete();
    publish(folder, name);
  }

  /**
   * As {@link #commit}, for a new content of a file that keeps the time of its last change.
   *
   * @param modified in milliseconds since 1970
   */
  public void commit(long modified) throws IOException {
    complete(modified);
    publish(folder, name);
  }

  /** Removes what has not got its name, unless it is kept. */
  @Override
  public void close() throws IOException {
    channel.close();
    if (!kept) {
      Files.deleteIfExists(unfinished);
    }
  }

  /**
   * Replaces a small file in one step, without forcing it to disk: for news that are worth nothing
   * after a crash. Never writes through a link that a stranger has put there.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path unfinished = unfinished(file.getParent(), file.getFileName().toString());
    PrivateFiles.write(unfinished, content);
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void forceFolder(Path folder) throws IOException {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      // Windows cannot open a folder, and NTFS writes renames to its own log.
      return;
    }
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
