package dev.smsroutes.batch.format;

import java.io.IOException;

/** Writes the rows that a person has to look at, so that the file can be dropped again. */
public interface Rejects {
  /** Names that say why a row was rejected; they are ignored when the file comes in again. */
  String CODE = "_code";

  String FIELD = "_field";
  String MESSAGE = "_message";

  /**
   * @param code the API's number of the first fault
   * @param field of all faults, joined by {@code "; "}
   * @param message of all faults, joined by {@code "; "}
   * @param messageKey the key under which the row was tried, which it must keep; null when it may
   *     get a new one
   */
  record RejectReason(int code, String field, String message, String messageKey) {}

  void write(RawRow row, RejectReason reason) throws IOException;

  /** Writes what is left and flushes; the stream stays open. */
  void finish() throws IOException;
}
