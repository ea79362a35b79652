package dev.smsroutes.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A batch file that was named on the command line. */
final class FileArgument {
  private FileArgument() {}

  /** What is wrong with it before anybody looks into it, for the one who typed it; or null. */
  static String wrong(Path file) {
    if (!Files.exists(file)) {
      return "expected a file; there is none of this name";
    }
    if (Files.isDirectory(file)) {
      return "expected a file; this is a folder";
    }
    if (!Files.isRegularFile(file)) {
      return "expected a file; this is something else";
    }
    return Files.isReadable(file) ? null : "expected a file that can be read; this one cannot be";
  }
}
