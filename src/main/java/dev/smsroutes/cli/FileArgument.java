package dev.smsroutes.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** A batch file that is named on the command line. */
final class FileArgument {
  private FileArgument() {}

  /** The fault of the argument itself, before the file is opened; or null. */
  static String wrong(Path file) {
    if (!Files.exists(file)) {
      return "expected a file; got a name without one";
    }
    if (Files.isDirectory(file)) {
      return "expected a file; got a folder";
    }
    if (!Files.isRegularFile(file)) {
      return "expected a file; got something else";
    }
    return Files.isReadable(file) ? null : "expected a readable file; this process cannot read it";
  }
}
