package dev.smsroutes.batch;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that is there as a whole or not at all: written under a temporary name, forced to disk,
 * renamed in one step, and the rename forced as well. Camel's file producer forces nothing.
 *
 * <p>Not thread-safe.
 */
public class DurableFile implements Closeable {
  /** Ends the names of unfinished files; they also begin with a dot. */
  static final String UNFINISHED = ".sms-tmp";

  private final Path target;
  private final Path unfinished;
  private final FileChannel channel;
  private final OutputStream out;
  private boolean committed;

  /**
   * @param folder made if it is missing
   * @param name of the finished file
   */
  public DurableFile(Path folder, String name) throws IOException {
    this(folder, name, new FileAttribute<?>[0]);
  }

  private DurableFile(Path folder, String name, FileAttribute<?>... attributes) throws IOException {
    Files.createDirectories(folder);
    this.target = folder.resolve(name);
    this.unfinished = unfinished(folder, name);
    this.channel =
        FileChannel.open(
            unfinished,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            attributes);
    this.out = new BufferedOutputStream(sink(Channels.newOutputStream(channel)), 65_536);
  }

  /** A file that nobody but its owner may read, where the file system can say so. */
  public static DurableFile ofOwner(Path folder, String name) throws IOException {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    // One that a crash left behind would keep its own permissions.
    Files.deleteIfExists(unfinished(folder, name));
    return posix
        ? new DurableFile(
            folder,
            name,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
        : new DurableFile(folder, name);
  }

  private static Path unfinished(Path folder, String name) {
    return folder.resolve("." + name + UNFINISHED);
  }

  /** Where the bytes go; a test makes this full. */
  OutputStream sink(OutputStream disk) {
    return disk;
  }

  /** What is written here is in the file once it is committed. */
  public OutputStream out() {
    return out;
  }

  /** On disk under its name when this returns. */
  public void commit() throws IOException {
    out.flush();
    channel.force(true);
    channel.close();
    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    committed = true;
    forceFolder(target.getParent());
  }

  /** Removes what was not committed. */
  @Override
  public void close() throws IOException {
    channel.close();
    if (!committed) {
      Files.deleteIfExists(unfinished);
    }
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
