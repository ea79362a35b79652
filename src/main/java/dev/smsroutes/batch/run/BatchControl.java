package dev.smsroutes.batch.run;

import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Unsettled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Sees that a person pauses or cancels a file which is under way, and says what becomes of rows
 * that are not handed over then.
 *
 * <p>No lock: the one thread that iterates looks and cancels; any thread may ask what it saw.
 */
final class BatchControl {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  private final Path file;
  private final Runs runs;
  private final Supplier<String> requestIds;
  private long lookAgainAt = System.nanoTime();
  private volatile FileControl order = FileControl.GO_ON;
  private volatile boolean cancelled;

  BatchControl(Path file, Runs runs, Supplier<String> requestIds) {
    this.file = file;
    this.runs = runs;
    this.requestIds = requestIds;
  }

  /**
   * Looks now and then; what was seen stays.
   *
   * @return whether the file was paused or cancelled since the last look
   */
  boolean look() {
    long now = System.nanoTime();
    if (order != FileControl.GO_ON || now - lookAgainAt < 0) {
      return false;
    }
    lookAgainAt = now + LOOK_EVERY.toNanos();
    order = FileControl.of(file);
    return order != FileControl.GO_ON;
  }

  FileControl order() {
    return order;
  }

  boolean isCancel() {
    return order == FileControl.CANCEL;
  }

  boolean cancelled() {
    return cancelled;
  }

  /**
   * What becomes of a row that is not handed over.
   *
   * @param maybeSent whether an interrupted pass or another file may have sent it
   */
  Outcome cancel(Row row, boolean maybeSent) {
    cancelled = true;
    return Unsettled.cancelled(requestIds.get(), row.request().messageKey(), maybeSent);
  }

  /**
   * The same for some rows.
   *
   * @param settle gets each with its outcome
   * @throws LedgerUnavailableException if nobody can say which of them may have been sent
   */
  void cancel(List<Row> rows, BiConsumer<Row, Outcome> settle) {
    for (int from = 0; from < rows.size(); from += RowReader.PAGE) {
      List<Row> some = rows.subList(from, Math.min(from + RowReader.PAGE, rows.size()));
      Set<String> sent =
          runs.maybeSent(
              some.stream()
                  .map(row -> row.request().messageKey())
                  .collect(Collectors.toUnmodifiableSet()));
      some.forEach(
          row -> settle.accept(row, cancel(row, sent.contains(row.request().messageKey()))));
    }
  }
}
