package dev.smsroutes.disk;

import java.nio.file.Files;
import java.nio.file.Path;

/** What is there of a path whose end may be made later. Stateless. */
public final class NearestPath {
  private NearestPath() {}

  /** The path itself if it exists, else the nearest one above it that does; absolute. */
  public static Path of(Path path) {
    Path there = path.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }
}
