package dev.smsroutes.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system of its own that can be filled, or lose its power. Needs root. */
final class Disk implements AutoCloseable {
  private static final int BLOCK = 4096;
  private static final Path MOUNTS = Path.of("/proc/mounts");

  /** FS_IOC_SHUTDOWN with NOLOGFLUSH: as when the power fails, nothing more reaches the device. */
  private static final String CUT =
      "my $flag = pack('I', 2); sysopen(my $d, $ARGV[0], 0) or die $!;"
          + " ioctl($d, 0x8004587d, $flag) or die $!;";

  private final Path folder;
  private final List<String> mount;

  private Disk(Path folder, List<String> mount) {
    this.folder = folder;
    this.mount = mount;
  }

  /**
   * One in memory, to be filled.
   *
   * @throws SkippedException where it cannot be mounted
   */
  static Disk small(Path folder, int megabytes) {
    return mounted(
        folder,
        List.of(
            "mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString()));
  }

  /**
   * One whose power can be cut: an ext4 in a file.
   *
   * @param image the file
   * @throws SkippedException where it cannot be made or mounted
   */
  static Disk losingPower(Path folder, Path image, int megabytes) {
    try {
      Child.run(List.of("truncate", "-s", megabytes + "M", image.toString()));
      Child.run(List.of("mkfs.ext4", "-q", "-F", image.toString()));
    } catch (IllegalStateException | UncheckedIOException e) {
      throw new SkippedException("needs mkfs.ext4: " + e.getMessage());
    }
    return mounted(folder, List.of("mount", "-o", "loop", image.toString(), folder.toString()));
  }

  private static Disk mounted(Path folder, List<String> mount) {
    try {
      Files.createDirectories(folder);
      Child.run(mount);
    } catch (IOException | IllegalStateException | UncheckedIOException e) {
      throw new SkippedException("needs root, and leave to mount: " + e.getMessage());
    }
    Disk disk = new Disk(folder, mount);
    Runtime.getRuntime().addShutdownHook(new Thread(disk::close, "faults-disk"));
    return disk;
  }

  /** Writes until there is no room, and not a byte, left. */
  void fill() {
    try (OutputStream out = Files.newOutputStream(folder.resolve("ballast"))) {
      byte[] block = new byte[BLOCK];
      for (int length = BLOCK; length > 0; length = length == BLOCK ? 1 : 0) {
        try {
          while (true) {
            out.write(block, 0, length);
          }
        } catch (IOException e) {
          // Full, as far as pieces of this length go.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Undoes {@link #fill()}. */
  void free() {
    try {
      Files.delete(folder.resolve("ballast"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Forces to disk what the experiment itself has put there. */
  void sync() {
    Child.run(List.of("sync", "-f", folder.toString()));
  }

  /** From now on nothing can be written, and what was not forced to disk is lost. */
  void cutPower() {
    try {
      Child.run(List.of("perl", "-e", CUT, folder.toString()));
    } catch (IllegalStateException | UncheckedIOException e) {
      throw new SkippedException("needs perl and an ext4 that can be cut off: " + e.getMessage());
    }
  }

  /** After {@link #cutPower()}, when no process has a file open there any more. */
  void restorePower() {
    Child.run(List.of("umount", folder.toString()));
    Child.run(mount);
  }

  @Override
  public void close() {
    try {
      unmountAll(folder);
    } catch (IOException | IllegalStateException | UncheckedIOException e) {
      System.err.println("Still mounted: " + folder + " (" + e.getMessage() + ")");
    }
  }

  /** Unmounts whatever is mounted there or below. */
  static void unmountAll(Path folder) throws IOException {
    if (!Files.exists(MOUNTS)) {
      return;
    }
    Path here = folder.toAbsolutePath().normalize();
    for (String line : Files.readAllLines(MOUNTS)) {
      String where = line.split(" ")[1];
      if (Path.of(where).startsWith(here)) {
        Child.run(List.of("umount", "-l", where));
      }
    }
  }
}
