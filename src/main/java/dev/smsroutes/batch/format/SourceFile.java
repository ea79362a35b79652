package dev.smsroutes.batch.format;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;

/**
 * How a batch file is opened: only if it is a regular file, since opening a pipe waits for its
 * writer, and never through a symbolic link that a stranger made.
 */
public final class SourceFile {
  private static final LinkOption[] FOLLOW = {};
  private static final LinkOption[] STAY = {LinkOption.NOFOLLOW_LINKS};

  private SourceFile() {}

  /**
   * @param links whether a symbolic link stands for the file to which it leads
   */
  public static BasicFileAttributes attributes(Path file, boolean links) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, links ? FOLLOW : STAY);
  }

  /** Whether there is anything of this name, even a link that leads nowhere. */
  public static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Opens a file for reading.
   *
   * @param links whether a symbolic link stands for the file to which it leads
   * @throws IOException also if it is no regular file, or was replaced at this very moment
   */
  static FileChannel open(Path file, boolean links) throws IOException {
    BasicFileAttributes before = attributes(file, links);
    if (!before.isRegularFile()) {
      throw new IOException("Expected a regular file; got something else");
    }
    Set<OpenOption> options =
        links
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    FileChannel channel = FileChannel.open(file, options);
    try {
      // Null where the file system has no such key.
      if (!Objects.equals(before.fileKey(), attributes(file, links).fileKey())) {
        throw new IOException("Expected the file that was looked at; got another one of its name");
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
