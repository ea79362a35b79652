package dev.smsroutes.batch.result;

import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.format.RawRow;
import dev.smsroutes.batch.format.Rejects;
import dev.smsroutes.batch.format.RowSource;
import dev.smsroutes.batch.format.Thrown;
import dev.smsroutes.batch.result.BatchFolders.Names;
import dev.smsroutes.batch.result.ResultLines.Line;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for every row, and every row that was not accepted once more for a person. Not
 * thread-safe.
 */
public final class ResultsWriter implements Closeable {
  /** Opens a file of this name in the results folder. */
  @FunctionalInterface
  public interface Opener {
    DurableFile open(String name) throws IOException;
  }

  /** Of one row: it stands in the results and in the rejects, so it must not grow many times. */
  private static final int MAX_FAULTS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(ResultsWriter.class);

  private final Opener opener;
  private final Names names;
  private final RowSource source;
  private final DurableFile results;
  private final ResultLines lines;

  /** So many causes stand in the summary. */
  private static final int MAX_CAUSES = 20;

  private final OutcomeCounts counts = new OutcomeCounts();
  private final FaultCounts faults;
  private DurableFile rejectsFile;
  private Rejects rejects;
  private DurableFile summary;

  public ResultsWriter(Opener opener, Names names, RowSource source) throws IOException {
    this.opener = opener;
    this.names = names;
    this.source = source;
    this.faults = new FaultCounts(source, false);
    this.results = opener.open(names.results());
    this.lines = names.format().write(results.out(), source);
  }

  public void write(RawRow row, Outcome outcome) throws IOException {
    State state = outcome.state();
    counts.add(outcome);
    faults.add(row, outcome);
    String key = messageKey(row, outcome);
    List<Fault> told = Fault.first(outcome.faults(), MAX_FAULTS);
    String message = told.isEmpty() ? outcome.message() : joined(told, Fault::message);
    lines.write(
        new Line(
            row.number(),
            row.item(),
            key,
            state,
            outcome.errorCode(),
            message,
            outcome.requestId()));
    if (!outcome.accepted()) {
      if (rejects == null) {
        rejectsFile = opener.open(names.rejects());
        rejects = source.rejects(rejectsFile.out());
      }
      String field = joined(told, fault -> source.field(fault.field()));
      // A row that was never valid may be corrected and sent as something new. Any other may have
      // been sent under its key, so it must keep it.
      String kept = state == State.REFUSED ? null : key;
      reject(row, new Rejects.RejectReason(outcome.errorCode(), field, message, kept));
    }
  }

  /** A row that cannot be repeated stands in the results all the same, and holds up no other. */
  private void reject(RawRow row, Rejects.RejectReason reason) throws IOException {
    try {
      rejects.write(row, reason);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      LOG.error("row not repeated in the rejects row={} cause={}", row.number(), Thrown.place(e));
    }
  }

  private static String messageKey(RawRow row, Outcome outcome) {
    if (row.request() != null) {
      return row.request().messageKey();
    }
    return outcome
        .messageKey()
        .orElseGet(() -> row.original() instanceof JsonOriginal json ? json.messageKey() : null);
  }

  private static String joined(List<Fault> faults, Function<Fault, String> part) {
    return faults.stream()
        .map(part)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("; "));
  }

  /** All of it is on disk, under temporary names. */
  public void complete() throws IOException {
    if (rejects != null) {
      rejects.finish();
      rejectsFile.complete();
    }
    lines.finish();
    results.complete();
  }

  /** Adds the summary, which is on disk then like the others. */
  public void summarize(BatchReport report) throws IOException {
    summary = opener.open(names.summary());
    summary.out().write(JsonOriginal.write(report.json()));
    summary.out().write('\n');
    summary.complete();
  }

  /** Whether closing leaves what is complete in place. */
  public void keep(boolean keep) {
    if (rejects != null) {
      rejectsFile.keep(keep);
    }
    if (summary != null) {
      summary.keep(keep);
    }
    results.keep(keep);
  }

  public BatchSummary summary(String name, long recorded, long millis) {
    return counts(recorded).summary(name, millis);
  }

  /** Why rows were not accepted: the causes with the most rows. */
  public FaultSummary faults() {
    return faults.faults().first(MAX_CAUSES);
  }

  public BatchReport.Counts counts(long recorded) {
    return counts.report(recorded);
  }

  @Override
  @SuppressWarnings("try") // All are only to be closed.
  public void close() throws IOException {
    try (DurableFile first = rejectsFile;
        DurableFile second = results;
        DurableFile third = summary) {
      // All are closed, whatever the first one says.
    }
  }
}
