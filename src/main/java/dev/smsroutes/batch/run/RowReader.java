package dev.smsroutes.batch.run;

import dev.smsroutes.batch.format.BatchReading;
import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.ledger.Runs.Run;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows of a file, and what the ledger knows of them when an earlier pass was interrupted. The
 * ledger is asked for many rows at once, and for none of a file that is sent for the first time.
 *
 * <p>No lock: for the one thread that iterates, except {@link #origin}.
 */
final class RowReader {
  static final int PAGE = 200;

  private final BatchReading reading;
  private final String fileName;
  private final Run run;
  private final Runs runs;
  private final long maxBytes;
  private final Deque<RawRow> ahead = new ArrayDeque<>();
  private Map<String, Outcome> settled = Map.of();
  private Optional<Set<String>> maybeSent = Optional.empty();

  RowReader(BatchReading reading, String fileName, Run run, Runs runs, long maxBytes) {
    this.reading = reading;
    this.fileName = fileName;
    this.run = run;
    this.runs = runs;
    this.maxBytes = maxBytes;
  }

  /**
   * The next row, or null at the end.
   *
   * @param lookUp whether the ledger will be asked for it, so that others are better read with it
   * @throws LedgerUnavailableException if the ledger cannot be read
   */
  RawRow next(boolean lookUp) throws IOException, UnreadableFileException {
    if (!ahead.isEmpty()) {
      return ahead.poll();
    }
    maybeSent = Optional.empty();
    if (!run.resumed() && !lookUp) {
      return reading.next();
    }
    readAhead();
    return ahead.poll();
  }

  private void readAhead() throws IOException, UnreadableFileException {
    Map<String, String> keys = new HashMap<>();
    long bytes = 0;
    RawRow raw;
    while (ahead.size() < PAGE && bytes < maxBytes && (raw = reading.next()) != null) {
      ahead.add(raw);
      bytes += raw.bytes();
      if (raw.request() != null) {
        keys.put(raw.source(fileName), raw.request().messageKey());
      }
    }
    settled = keys.isEmpty() || !run.resumed() ? Map.of() : runs.settled(run, keys);
  }

  /** What became of the row that was given last, if this run had settled it before. */
  Optional<Outcome> settled(RawRow last) {
    return settled.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(settled.get(last.source(fileName)));
  }

  /**
   * Whether the row that was given last may have reached the API, in this run or in another way.
   *
   * @throws LedgerUnavailableException if the ledger cannot be read
   */
  boolean maybeSent(RawRow last) {
    if (maybeSent.isEmpty()) {
      maybeSent =
          Optional.of(
              runs.maybeSent(
                  Stream.concat(Stream.of(last), ahead.stream())
                      .filter(raw -> raw.request() != null)
                      .map(raw -> raw.request().messageKey())
                      .collect(Collectors.toUnmodifiableSet())));
    }
    return maybeSent.get().contains(last.request().messageKey());
  }

  void broke(UnreadableFileException why) {
    reading.broke(why);
  }

  /** Where a row came from, for the record. Any thread may ask. */
  Origin origin(RawRow raw) {
    return new Origin(Origin.FILE, raw.source(fileName), Optional.of(run.id()));
  }
}
