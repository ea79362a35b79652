package dev.smsroutes.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Folders and files with personal data: for their owner alone, where the file system has owners
 * (POSIX); elsewhere as the system decides. Stateless.
 *
 * <p>A folder that exists keeps its permissions, because an operator may share it on purpose. A
 * file in it may be read by those who may list or write that folder, so a group that shares a
 * folder needs no umask.
 */
public final class PrivateFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  private PrivateFiles() {}

  /**
   * Creates a folder and its missing parents, {@code rwx------}. Does nothing if it exists, also as
   * a symbolic link to a folder.
   */
  public static Path createFolders(Path folder) throws IOException {
    return Files.isDirectory(folder) ? folder : Files.createDirectories(folder, attributes(FOLDER));
  }

  /** The attributes of a new file: {@code rw-------}. */
  public static FileAttribute<?>[] ofOwner() {
    return attributes(FILE);
  }

  private static FileAttribute<?>[] attributes(Set<PosixFilePermission> permissions) {
    return POSIX
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  /**
   * Lets those read a file of its owner who may list or write its folder. Never follows a link.
   *
   * @throws IOException if this process does not own the file, or it is a link
   */
  public static void shareAsFolder(Path file) throws IOException {
    if (!POSIX) {
      return;
    }
    Set<PosixFilePermission> folder =
        Files.getPosixFilePermissions(file.toAbsolutePath().getParent());
    Set<PosixFilePermission> permissions = EnumSet.copyOf(FILE);
    if (folder.contains(PosixFilePermission.GROUP_READ)
        || folder.contains(PosixFilePermission.GROUP_WRITE)) {
      permissions.add(PosixFilePermission.GROUP_READ);
    }
    if (folder.contains(PosixFilePermission.OTHERS_READ)
        || folder.contains(PosixFilePermission.OTHERS_WRITE)) {
      permissions.add(PosixFilePermission.OTHERS_READ);
    }
    if (permissions.size() > FILE.size()) {
      share(file, permissions);
    }
  }

  /**
   * Through its open folder: a path alone is not enough, because Java 25 follows a link there,
   * {@code NOFOLLOW_LINKS} or not. Where the system has no such folders, the file stays its
   * owner's.
   */
  private static void share(Path file, Set<PosixFilePermission> permissions) throws IOException {
    try (DirectoryStream<Path> folder =
        Files.newDirectoryStream(file.toAbsolutePath().getParent())) {
      if (folder instanceof SecureDirectoryStream<Path> open) {
        open.getFileAttributeView(
                file.getFileName(), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .setPermissions(permissions);
      }
    }
  }

  /** Writes a file of its folder's readers; replaces the content of one that is there. */
  public static void write(Path file, byte[] content) throws IOException {
    Files.deleteIfExists(file);
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ofOwner())) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    shareAsFolder(file);
  }

  /** Whether every user of this machine may list this folder or read this file. */
  public static boolean othersMayRead(Path path) throws IOException {
    return POSIX
        && has(path, PosixFilePermission.OTHERS_READ)
        && reachable(path, PosixFilePermission.OTHERS_EXECUTE);
  }

  /** Whether its group may list this folder or read this file. */
  public static boolean groupMayRead(Path path) throws IOException {
    return POSIX
        && has(path, PosixFilePermission.GROUP_READ)
        // The folders above may have other groups, which count as others there.
        && reachable(path, PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.OTHERS_EXECUTE);
  }

  private static boolean has(Path path, PosixFilePermission permission) throws IOException {
    return Files.getPosixFilePermissions(path).contains(permission);
  }

  /** A folder that others may not enter protects all below it. */
  private static boolean reachable(Path path, PosixFilePermission... enter) throws IOException {
    for (Path above = path.toRealPath().getParent(); above != null; above = above.getParent()) {
      if (Collections.disjoint(Files.getPosixFilePermissions(above), List.of(enter))) {
        return false;
      }
    }
    return true;
  }
}
