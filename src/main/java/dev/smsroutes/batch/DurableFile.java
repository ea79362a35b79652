package dev.smsroutes.batch;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is there as a whole or not at all: written under a temporary name, forced to disk,
 * renamed in one step, and the rename forced as well. Camel's file producer forces nothing.
 *
 * <p>Not thread-safe.
 */
class DurableFile implements Closeable {
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
  DurableFile(Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    this.target = folder.resolve(name);
    this.unfinished = folder.resolve("." + name + UNFINISHED);
    this.channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    this.out = new BufferedOutputStream(sink(Channels.newOutputStream(channel)), 65_536);
  }

  /** Where the bytes go; a test makes this full. */
  OutputStream sink(OutputStream disk) {
    return disk;
  }

  OutputStream out() {
    return out;
  }

  /** On disk under its name when this returns. */
  void commit() throws IOException {
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
