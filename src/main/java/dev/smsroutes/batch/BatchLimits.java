package dev.smsroutes.batch;

/**
 * The bounds that keep the memory for a batch flat, whatever its size. Immutable.
 *
 * @param maxLineBytes the longest row of a CSV or JSON lines file, in bytes; longer ones are
 *     refused without being held
 * @param maxJsonBytes the longest {@code .json} file, in bytes: it is one request and read whole
 * @param windowRows how many rows may be between the oldest without an outcome and the newest that
 *     was read; at least 2
 * @param windowBytes the same bound in bytes of the file
 * @param input what a file may be at all
 */
public record BatchLimits(
    int maxLineBytes, int maxJsonBytes, int windowRows, long windowBytes, InputRules input) {
  /** 64 KiB a row, 4,000,000 bytes a JSON file (the API's own limit of a body), 1,000 rows. */
  public static final BatchLimits DEFAULTS = new BatchLimits(65_536, 4_000_000, 1_000, 4_194_304);

  /** With the defaults of what a file may be; not for what comes out of settings. */
  BatchLimits(int maxLineBytes, int maxJsonBytes, int windowRows, long windowBytes) {
    this(maxLineBytes, maxJsonBytes, windowRows, windowBytes, InputRules.DEFAULTS);
  }

  public BatchLimits {
    if (maxLineBytes < 1 || maxJsonBytes < 1 || windowRows < 2 || windowBytes < 1) {
      throw new IllegalArgumentException(
          "Expected positive limits and a window of 2 rows or more; came maxLineBytes="
              + maxLineBytes
              + ", maxJsonBytes="
              + maxJsonBytes
              + ", windowRows="
              + windowRows
              + ", windowBytes="
              + windowBytes);
    }
  }
}
