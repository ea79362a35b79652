package dev.smsroutes.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder with all that is in it. Stateless. */
final class DurableTree {
  private DurableTree() {}

  static boolean isThere(Path path) {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Forces all files and folders to disk. */
  static void force(Path folder) throws IOException {
    for (Path each : all(folder)) {
      if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
        forceFolder(each);
      } else {
        try (FileChannel file = FileChannel.open(each, StandardOpenOption.WRITE)) {
          file.force(true);
        }
      }
    }
  }

  static void forceFolder(Path folder) throws IOException {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      // Windows cannot open a folder, and NTFS writes renames to its own log.
      return;
    }
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** Does nothing if it is not there. */
  static void delete(Path folder) throws IOException {
    if (isThere(folder)) {
      for (Path each : all(folder)) {
        Files.delete(each);
      }
    }
  }

  /** What is in a folder comes before the folder. */
  private static List<Path> all(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted(Comparator.reverseOrder()).toList();
    }
  }
}
