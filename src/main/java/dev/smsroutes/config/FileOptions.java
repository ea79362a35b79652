package dev.smsroutes.config;

import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.InputEncoding;
import dev.smsroutes.batch.format.InputRules;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.ResultsFormat;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * The keys {@code sms.file.*} and {@code sms.batch.*}, read and checked. Immutable.
 *
 * @param enabled whether the intake runs at all
 * @param folders where files come in and where everything of them goes
 * @param results the format of the results
 * @param atOnce files open at the same time
 * @param concurrency rows sent at the same time, of all files together
 * @param maxAttempts how often a row is tried at most in one pass
 * @param rowTimeout how long a row may take, waiting included
 * @param maxLineBytes longer rows are refused
 * @param input what a file may be at all
 * @param recipientsPerCall how many rows may travel to the API in one call
 * @param pollDelay how long between two looks into the inbox
 * @param unchangedFor how long a file must stay as it is before it is taken
 * @param retryAfter how long a file is left alone that could not be finished
 * @param maxRemoteBytes larger files of a remote folder are left where they are
 */
public record FileOptions(
    boolean enabled,
    BatchFolders folders,
    ResultsFormat results,
    int atOnce,
    int concurrency,
    int maxAttempts,
    Duration rowTimeout,
    int maxLineBytes,
    InputRules input,
    int recipientsPerCall,
    Duration pollDelay,
    Duration unchangedFor,
    Duration retryAfter,
    long maxRemoteBytes) {
  /** A pebibyte, and a million millions: more than any disk, and far from an overflow. */
  private static final long MOST_BYTES = 1_125_899_906_842_624L;

  private static final long MOST_ROWS = 1_000_000_000_000L;

  /** The bounds for each file. */
  public BatchLimits limits() {
    return new BatchLimits(
            maxLineBytes,
            BatchLimits.DEFAULTS.maxJsonBytes(),
            BatchLimits.DEFAULTS.windowRows(),
            BatchLimits.DEFAULTS.windowBytes(),
            input)
        .forGroups(recipientsPerCall, concurrency);
  }

  /**
   * The same, for a file that the operator named on the command line: a symbolic link stands for
   * the file to which it leads.
   */
  public FileOptions withLinks() {
    return new FileOptions(
        enabled,
        folders,
        results,
        atOnce,
        concurrency,
        maxAttempts,
        rowTimeout,
        maxLineBytes,
        input.withLinks(),
        recipientsPerCall,
        pollDelay,
        unchangedFor,
        retryAfter,
        maxRemoteBytes);
  }

  /** How many small files may be open besides; none where files go one after the other. */
  public int smallAtOnce() {
    return atOnce == 1 ? 0 : 2 * concurrency;
  }

  /**
   * Reads the keys.
   *
   * @param properties gives the value of a key, or null; defaults are in application.properties
   * @throws IllegalArgumentException naming the key whose value makes no sense
   */
  public static FileOptions from(boolean enabled, UnaryOperator<String> properties) {
    IntakeKeys keys = new IntakeKeys(properties);
    return new FileOptions(
        enabled,
        folders(keys),
        keys.word("sms.file.results-format", "ndjson", "ndjson or csv", ResultsFormat::of),
        keys.number("sms.file.files-at-once", "4", 1, 100),
        keys.number("sms.file.concurrency", "16", 1, 1_000),
        keys.number("sms.file.max-attempts", "5", 1, 100),
        keys.duration("sms.file.row-timeout", "24h"),
        keys.number("sms.file.max-line-bytes", "65536", 1, Integer.MAX_VALUE),
        input(keys),
        keys.number("sms.batch.recipients-per-call", "1", 1, 500),
        keys.duration("sms.file.poll-delay", "1s"),
        keys.duration("sms.file.min-age", "2s"),
        keys.duration("sms.file.retry-delay", "30s"),
        keys.longNumber("sms.sftp.max-bytes", "1073741824", 1, Long.MAX_VALUE));
  }

  private static BatchFolders folders(IntakeKeys keys) {
    return new BatchFolders(
        keys.path("sms.file.inbox", "data/inbox"),
        keys.path("sms.file.results", "data/results"),
        keys.path("sms.file.done", "data/done"),
        keys.path("sms.file.failed", "data/failed"));
  }

  private static InputRules input(IntakeKeys keys) {
    return new InputRules(
        keys.longNumber("sms.file.max-bytes", "4294967296", 1, MOST_BYTES),
        keys.longNumber("sms.file.max-rows", "5000000", 1, MOST_ROWS),
        keys.longNumber("sms.file.max-expanded-bytes", "4294967296", 1, MOST_BYTES),
        // Gzip cannot do more than 1,032 times.
        keys.number("sms.file.max-expansion-ratio", "200", 1, 1_032),
        keys.oneOf("sms.file.encoding", "auto", InputEncoding.NAMES, InputEncoding::of));
  }
}
