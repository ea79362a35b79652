package dev.smsroutes.batch;

/**
 * What a file may be, looked at before anything of it is sent. Immutable.
 *
 * @param maxBytes the largest file, as it is dropped
 * @param maxRows the most rows of a CSV or JSON lines file
 * @param maxExpandedBytes how much may come out of a gzip file
 * @param maxExpansionRatio how many times its size may come out of a gzip file; looked at from 1
 *     MiB on, since less harms nobody
 * @param encoding of files without a byte order mark
 */
public record InputRules(
    long maxBytes,
    long maxRows,
    long maxExpandedBytes,
    int maxExpansionRatio,
    InputEncoding encoding) {
  /** 4 GiB, packed or not, 5,000,000 rows, 200 times, UTF-8. */
  public static final InputRules DEFAULTS =
      new InputRules(4_294_967_296L, 5_000_000, 4_294_967_296L, 200, InputEncoding.AUTO);

  public InputRules {
    if (maxBytes < 1 || maxRows < 1 || maxExpandedBytes < 1 || maxExpansionRatio < 1) {
      throw new IllegalArgumentException(
          "Expected positive limits; came maxBytes="
              + maxBytes
              + ", maxRows="
              + maxRows
              + ", maxExpandedBytes="
              + maxExpandedBytes
              + ", maxExpansionRatio="
              + maxExpansionRatio);
    }
  }
}
