package dev.smsroutes.batch.format;

import java.util.Locale;
import java.util.Optional;

/**
 * The formats of a batch file, told apart by the extension of its name (in any case). Each may be
 * packed, with {@code .gz} behind its own extension.
 */
public enum BatchFormat {
  /** A header row, then one request a row; RFC 4180. */
  CSV,
  /** One JSON request a line. */
  JSON_LINES,
  /** One JSON request; in the bare shape it has several recipients. */
  JSON;

  private static final String GZ = ".gz";

  public static final String EXTENSIONS = ".csv, .json, .ndjson or .jsonl, with or without .gz";

  public static Optional<BatchFormat> of(String fileName) {
    return switch (extension(isGzip(fileName) ? unpackedName(fileName) : fileName)) {
      case "csv" -> Optional.of(CSV);
      case "ndjson", "jsonl" -> Optional.of(JSON_LINES);
      case "json" -> Optional.of(JSON);
      default -> Optional.empty();
    };
  }

  /** Whether it is packed, by its name. */
  static boolean isGzip(String fileName) {
    return extension(fileName).equals("gz");
  }

  /** All from the dot on, with which the extension begins; of {@code a.csv.gz}, {@code .csv.gz}. */
  public static String dotted(String fileName) {
    String unpacked = isGzip(fileName) ? unpackedName(fileName) : fileName;
    int dot = unpacked.lastIndexOf('.');
    return fileName.substring(dot < 0 ? unpacked.length() : dot);
  }

  /** The same without {@code .gz}, for a file of the same format that is not packed. */
  public static String dottedUnpacked(String fileName) {
    String dotted = dotted(fileName);
    return isGzip(fileName) ? unpackedName(dotted) : dotted;
  }

  private static String unpackedName(String fileName) {
    return fileName.substring(0, fileName.length() - GZ.length());
  }

  /** What follows the last dot, in lower case; empty without a dot. */
  static String extension(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot < 0 ? "" : fileName.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
