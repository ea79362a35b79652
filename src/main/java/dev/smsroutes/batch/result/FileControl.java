package dev.smsroutes.batch.result;

import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.disk.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a person wants of a file in the inbox, as an empty file next to it says: {@code
 * .<name>.sms-paused} or {@code .<name>.sms-cancelled}. With both, it is cancelled.
 *
 * <p>On the disk, so that it outlives this process, and may be given with nothing but the hands.
 * Names that begin with a dot are left alone by the intake. Thread-safe: each method is one look.
 */
public enum FileControl {
  /** Nothing was ordered. */
  GO_ON(""),
  /** No row is handed over; the file is not taken. */
  PAUSE(".sms-paused"),
  /** No row is handed over; the file is ended with what was sent. */
  CANCEL(".sms-cancelled");

  private static final Set<FileControl> GIVEN = EnumSet.of(PAUSE, CANCEL);

  private final String suffix;

  FileControl(String suffix) {
    this.suffix = suffix;
  }

  /** What is wanted of this file right now. */
  public static FileControl of(Path file) {
    if (CANCEL.isGiven(file)) {
      return CANCEL;
    }
    return PAUSE.isGiven(file) ? PAUSE : GO_ON;
  }

  private boolean isGiven(Path file) {
    return SourceFile.isThere(marker(file));
  }

  private Path marker(Path file) {
    return file.resolveSibling("." + file.getFileName() + suffix);
  }

  /** Orders it; does nothing when that was done before. Not for {@link #GO_ON}. */
  public void give(Path file) throws IOException {
    try {
      Files.createFile(marker(file), PrivateFiles.ofOwner());
    } catch (FileAlreadyExistsException e) {
      // Another process was quicker, and wanted the same.
    }
  }

  /** Takes the order back; does nothing without an order. */
  public void takeBack(Path file) throws IOException {
    // Looked for first: next to a very long name there can be no marker, and asking to delete it
    // fails.
    if (isGiven(file)) {
      Files.deleteIfExists(marker(file));
    }
  }

  /** What was ordered for a file that is gone would hit the next one of its name. */
  public static void forget(Path file) throws IOException {
    for (FileControl order : GIVEN) {
      order.takeBack(file);
    }
  }

  /** The names of the files in the inbox that are paused and not cancelled, in order. */
  public static List<String> paused(Path inbox) throws IOException {
    List<String> names = new ArrayList<>();
    for (Path file : PAUSE.files(inbox)) {
      if (SourceFile.isThere(file) && of(file) == PAUSE) {
        names.add(file.getFileName().toString());
      }
    }
    Collections.sort(names);
    return names;
  }

  /** Those for which it was given, whether they are there or not. */
  private List<Path> files(Path inbox) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> markers = Files.newDirectoryStream(inbox, ".?*" + suffix)) {
      for (Path marker : markers) {
        String name = marker.getFileName().toString();
        files.add(inbox.resolve(name.substring(1, name.length() - suffix.length())));
      }
    }
    return files;
  }

  /** Forgets the orders for files that are not there. */
  static void sweep(Path inbox) throws IOException {
    for (FileControl order : GIVEN) {
      for (Path file : order.files(inbox)) {
        if (!SourceFile.isThere(file)) {
          Files.deleteIfExists(order.marker(file));
        }
      }
    }
  }
}
