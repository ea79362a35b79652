package dev.smsroutes.batch.format;

import java.nio.charset.StandardCharsets;

/**
 * What was found out about a file before anything of it was sent, to be told to those who sent it.
 * Immutable; holds nothing of the file's content.
 *
 * @param format {@code csv}, {@code ndjson} or {@code json}
 * @param separator what separates the cells of a CSV file, as a word; empty for JSON
 * @param encoding the name of the charset, such as {@code UTF-8}
 * @param gzip whether it was packed
 * @param size in bytes, unpacked
 * @param rows how many rows there are, faulty ones included; of a JSON file, 1
 */
public record FileShape(
    String format, String separator, String encoding, boolean gzip, long size, long rows) {
  /** Whether it is as most files are: not packed, in UTF-8, with commas. */
  public boolean plain() {
    return !gzip
        && encoding.equals(StandardCharsets.UTF_8.name())
        && (separator.isEmpty() || separator.equals("comma"));
  }
}
