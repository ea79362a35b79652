package dev.smsroutes.batch.result;

import dev.smsroutes.model.Outcome.State;
import java.io.IOException;

/** Writes what became of the rows, in one format. Not thread-safe. */
interface ResultLines {
  /**
   * What became of one row.
   *
   * @param row its number, from 1
   * @param item which recipient of the row, from 1; 0 when the row is one recipient
   * @param messageKey null when the row has none
   * @param message of all faults
   */
  record Line(
      long row,
      int item,
      String messageKey,
      State outcome,
      int code,
      String message,
      String requestId) {}

  void write(Line line) throws IOException;

  /** Writes what is left and flushes; the stream stays open. */
  void finish() throws IOException;
}
