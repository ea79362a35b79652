package dev.smsroutes.batch.format;

/**
 * What a file may be, looked at before anything of it is sent. Immutable.
 *
 * @param maxBytes the largest file, as it is dropped
 * @param maxRows the most rows of a CSV or JSON lines file
 * @param maxExpandedBytes how much may come out of a gzip file
 * @param maxExpansionRatio how many times its size may come out of a gzip file; looked at from 1
 *     MiB on, since less harms nobody
 * @param encoding of files without a byte order mark
 * @param links whether a symbolic link stands for the file to which it leads: only where the
 *     operator named the file on the command line
 */
public record InputRules(
    long maxBytes,
    long maxRows,
    long maxExpandedBytes,
    int maxExpansionRatio,
    InputEncoding encoding,
    boolean links) {
  /** Without links. */
  public InputRules(
      long maxBytes,
      long maxRows,
      long maxExpandedBytes,
      int maxExpansionRatio,
      InputEncoding encoding) {
    this(maxBytes, maxRows, maxExpandedBytes, maxExpansionRatio, encoding, false);
  }

  /** The same, and a symbolic link stands for the file to which it leads. */
  public InputRules withLinks() {
    return new InputRules(maxBytes, maxRows, maxExpandedBytes, maxExpansionRatio, encoding, true);
  }

  public InputRules {
    if (maxBytes < 1 || maxRows < 1 || maxExpandedBytes < 1 || maxExpansionRatio < 1) {
      throw new IllegalArgumentException(
          "Expected positive limits; got maxBytes="
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
