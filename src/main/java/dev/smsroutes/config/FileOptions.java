package dev.smsroutes.config;

import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.InputEncoding;
import dev.smsroutes.batch.format.InputRules;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.ResultsFormat;
import dev.smsroutes.batch.result.Retention;
import java.time.Duration;

/**
 * The keys {@code sms.file.*} and {@code sms.batch.*}, read and checked. Immutable.
 *
 * @param enabled whether the intake runs at all
 * @param folders where files come in and where everything of them goes
 * @param results the format of the results
 * @param retention how long files of ended batches are kept
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
    Retention retention,
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
  private static final long MAX_BYTES = 1_125_899_906_842_624L;

  private static final long MAX_ROWS = 1_000_000_000_000L;

  /**
   * The bounds for each file.
   *
   * @param links whether a symbolic link stands for the file to which it leads: only for a file
   *     that the operator named on the command line
   */
  public BatchLimits limits(boolean links) {
    return new BatchLimits(maxLineBytes, links ? input.withLinks() : input)
        .forGroups(recipientsPerCall, concurrency);
  }

  /** How many small files may be open besides; none where files go one after the other. */
  public int smallAtOnce() {
    return atOnce == 1 ? 0 : 2 * concurrency;
  }

  static FileOptions from(Settings settings) {
    return new FileOptions(
        settings.flag("sms.file.enabled"),
        folders(settings),
        settings.word("sms.file.results-format", "ndjson or csv", ResultsFormat::of),
        new Retention(
            settings.duration("sms.file.done-retention"),
            settings.duration("sms.file.results-retention"),
            settings.duration("sms.file.failed-retention")),
        settings.number("sms.file.files-at-once", 1, 100),
        settings.number("sms.file.concurrency", 1, 1_000),
        settings.number("sms.file.max-attempts", 1, 100),
        settings.duration("sms.file.row-timeout"),
        settings.number("sms.file.max-line-bytes", 1, Integer.MAX_VALUE),
        input(settings),
        settings.number("sms.batch.recipients-per-call", 1, 500),
        settings.duration("sms.file.poll-delay"),
        settings.duration("sms.file.min-age"),
        settings.duration("sms.file.retry-delay"),
        settings.number("sms.sftp.max-bytes", 1, Long.MAX_VALUE));
  }

  private static BatchFolders folders(Settings settings) {
    return settings.group(
        () ->
            new BatchFolders(
                settings.path("sms.file.inbox"),
                settings.path("sms.file.results"),
                settings.path("sms.file.done"),
                settings.path("sms.file.failed")));
  }

  private static InputRules input(Settings settings) {
    return new InputRules(
        settings.number("sms.file.max-bytes", 1, MAX_BYTES),
        settings.number("sms.file.max-rows", 1, MAX_ROWS),
        settings.number("sms.file.max-expanded-bytes", 1, MAX_BYTES),
        // Gzip cannot do more than 1,032 times.
        settings.number("sms.file.max-expansion-ratio", 1, 1_032),
        settings.word("sms.file.encoding", "one of " + InputEncoding.NAMES, InputEncoding::of));
  }
}
