package dev.smsroutes.edge;

import dev.smsroutes.batch.BatchFolders;
import dev.smsroutes.batch.ResultsFormat;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * The keys {@code sms.file.*}, read and checked. Immutable.
 *
 * @param enabled whether the intake runs at all
 * @param folders where files come in and where everything of them goes
 * @param results the format of the results
 * @param concurrency rows sent at the same time
 * @param maxAttempts how often a row is tried at most in one pass
 * @param rowTimeout how long a row may take, waiting included
 * @param mostLineBytes longer rows are refused
 * @param unchangedFor how long a file must stay as it is before it is taken
 * @param retryAfter how long a file is left alone that could not be finished
 */
public record FileOptions(
    boolean enabled,
    BatchFolders folders,
    ResultsFormat results,
    int concurrency,
    int maxAttempts,
    Duration rowTimeout,
    int mostLineBytes,
    Duration unchangedFor,
    Duration retryAfter) {

  /**
   * Reads the keys.
   *
   * @param properties gives the value of a key, or null; defaults are in application.properties
   * @throws IllegalArgumentException naming the key whose value makes no sense
   */
  public static FileOptions from(boolean enabled, UnaryOperator<String> properties) {
    Keys keys = new Keys(properties);
    return new FileOptions(
        enabled,
        new BatchFolders(
            keys.path("sms.file.inbox", "data/inbox"),
            keys.path("sms.file.results", "data/results"),
            keys.path("sms.file.done", "data/done"),
            keys.path("sms.file.failed", "data/failed")),
        keys.word("sms.file.results-format", "ndjson", "ndjson or csv", ResultsFormat::of),
        keys.number("sms.file.concurrency", "16", 1, 1_000),
        keys.number("sms.file.max-attempts", "5", 1, 100),
        keys.duration("sms.file.row-timeout", "24h"),
        keys.number("sms.file.max-line-bytes", "65536", 1, Integer.MAX_VALUE),
        keys.duration("sms.file.min-age", "2s"),
        keys.duration("sms.file.retry-delay", "30s"));
  }
}
