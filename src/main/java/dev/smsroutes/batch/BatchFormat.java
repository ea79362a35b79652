package dev.smsroutes.batch;

import java.util.Locale;
import java.util.Optional;

/** The formats of a batch file, told apart by the extension of its name (in any case). */
enum BatchFormat {
  /** A header row, then one request a row; RFC 4180. */
  CSV,
  /** One JSON request a line. */
  JSON_LINES,
  /** One JSON request; in the bare shape it has several recipients. */
  JSON;

  static final String EXTENSIONS = ".csv, .json, .ndjson or .jsonl";

  static Optional<BatchFormat> of(String fileName) {
    return switch (extension(fileName)) {
      case "csv" -> Optional.of(CSV);
      case "ndjson", "jsonl" -> Optional.of(JSON_LINES);
      case "json" -> Optional.of(JSON);
      default -> Optional.empty();
    };
  }

  /** What follows the last dot, in lower case; empty without a dot. */
  static String extension(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot < 0 ? "" : fileName.substring(dot + 1).toLowerCase(Locale.ROOT);
  }
}
