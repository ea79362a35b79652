package dev.smsroutes.batch.format;

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
  /** What no site decides: 4,000,000 bytes (the API's own limit of a body), 1,000 rows, 4 MiB. */
  public BatchLimits(int maxLineBytes, InputRules input) {
    this(maxLineBytes, 4_000_000, 1_000, 4_194_304, input);
  }

  /** The most rows of a window, whatever may travel together: some 40 MB of memory. */
  private static final int MAX_WINDOW_ROWS = 20_000;

  private static final long WINDOW_BYTES_OF_GROUPS = 8L << 20;

  /**
   * The same, with a window in which groups of rows find room: those under way, one that is being
   * read, and one more. It stays bounded, so that very large groups may come out smaller.
   *
   * @param most how many rows a group may have
   * @param groups how many groups are under way at the same time
   */
  public BatchLimits forGroups(int most, int groups) {
    long rows = Math.min(MAX_WINDOW_ROWS, (long) most * (groups + 2L));
    return most == 1
        ? this
        : new BatchLimits(
            maxLineBytes,
            maxJsonBytes,
            (int) Math.max(windowRows, rows),
            Math.max(windowBytes, WINDOW_BYTES_OF_GROUPS),
            input);
  }

  public BatchLimits {
    if (maxLineBytes < 1 || maxJsonBytes < 1 || windowRows < 2 || windowBytes < 1) {
      throw new IllegalArgumentException(
          "Expected positive limits and a window of 2 rows or more; got maxLineBytes="
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
