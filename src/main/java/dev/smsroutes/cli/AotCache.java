package dev.smsroutes.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The AOT cache for which {@code bin/sms-routes} looked, and whether Java really took it. */
final class AotCache {
  private static final String SUFFIX = ".aot";

  /** What this process has in memory, on Linux. */
  private static final Path MAPPED = Path.of("/proc/self/maps");

  private AotCache() {}

  /**
   * The path that the script gave: of the cache that it handed to Java or, if no cache is for this
   * Java and these jars, the beginning of the path of one that would be.
   */
  static Optional<Path> given() {
    return Optional.ofNullable(System.getProperty("smsroutes.aot-cache")).map(Path::of);
  }

  /** The path of a cache that was made; the script uses it only while it has this length. */
  static Path named(Path beginning, long length) {
    return beginning.resolveSibling(beginning.getFileName() + "-" + length + SUFFIX);
  }

  /** One line for the operator, unless no cache was ever made here. */
  static Optional<String> report() {
    return given().map(AotCache::report);
  }

  private static String report(Path cache) {
    boolean handedOver = cache.toString().endsWith(SUFFIX);
    if (handedOver && !Files.isReadable(MAPPED)) {
      return cache + " was handed to Java";
    }
    return handedOver && isMapped(cache)
        ? "cache used: " + cache
        : "the cache is not used: it is not for this Java, its options and these jars; make it"
            + " again with bin/sms-routes aot-cache";
  }

  private static boolean isMapped(Path cache) {
    try (Stream<String> maps = Files.lines(MAPPED)) {
      String path = cache.toRealPath().toString();
      return maps.anyMatch(line -> line.endsWith(path));
    } catch (IOException e) {
      return false;
    }
  }
}
