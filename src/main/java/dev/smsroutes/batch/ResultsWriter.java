package dev.smsroutes.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.BatchFolders.Names;
import dev.smsroutes.outcome.Fault;
import dev.smsroutes.outcome.Outcome;
import dev.smsroutes.outcome.Outcome.State;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes one line for every row, and every row that was not accepted once more for a person. Not
 * thread-safe.
 */
final class ResultsWriter implements Closeable {
  /** Opens a file of this name in the results folder. */
  @FunctionalInterface
  interface Opener {
    DurableFile open(String name) throws IOException;
  }

  private final Opener opener;
  private final Names names;
  private final RowSource source;
  private final DurableFile results;
  private DurableFile rejectsFile;
  private Rejects rejects;

  private long rows;
  private long accepted;
  private long refused;
  private long unsettled;

  ResultsWriter(Opener opener, Names names, RowSource source) throws IOException {
    this.opener = opener;
    this.names = names;
    this.source = source;
    this.results = opener.open(names.results());
  }

  void write(RawRow row, Outcome outcome) throws IOException {
    State state = outcome.state();
    rows++;
    switch (state) {
      case ACCEPTED, ACCEPTED_EARLIER -> accepted++;
      case REFUSED, DUPLICATE -> refused++;
      case PARKED, UNCERTAIN, WAITING -> unsettled++;
    }
    String key = messageKey(row, outcome);
    String message =
        outcome.faults().isEmpty() ? outcome.message() : joined(outcome.faults(), Fault::message);
    ObjectNode line = JsonOriginal.MAPPER.createObjectNode();
    line.put("row", row.number());
    if (row.item() > 0) {
      line.put("item", row.item());
    }
    line.put("messageKey", key);
    line.put("outcome", state.name());
    line.put("code", outcome.errorCode());
    line.put("message", message);
    line.put("requestId", outcome.requestId());
    results.out().write(JsonOriginal.write(line));
    results.out().write('\n');
    if (!outcome.accepted()) {
      if (rejects == null) {
        rejectsFile = opener.open(names.rejects());
        rejects = source.rejects(rejectsFile.out());
      }
      String field = joined(outcome.faults(), fault -> source.field(fault.field()));
      // A row that was never valid may be corrected and sent as something new. Any other may have
      // been sent under its key, so it must keep it.
      String kept = state == State.REFUSED ? null : key;
      rejects.write(row, new Rejects.Reason(outcome.errorCode(), field, message, kept));
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
  void complete() throws IOException {
    if (rejects != null) {
      rejects.finish();
      rejectsFile.complete();
    }
    results.complete();
  }

  /** Whether closing leaves what is complete in place. */
  void keep(boolean keep) {
    if (rejects != null) {
      rejectsFile.keep(keep);
    }
    results.keep(keep);
  }

  BatchSummary summary(String name, long recorded, long millis) {
    return new BatchSummary(name, rows, recorded, accepted, refused, unsettled, millis);
  }

  @Override
  @SuppressWarnings("try") // Both are only to be closed.
  public void close() throws IOException {
    try (DurableFile first = rejectsFile;
        DurableFile second = results) {
      // Both are closed, whatever the first one says.
    }
  }
}
