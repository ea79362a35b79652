package dev.smsroutes.batch.format;

import dev.smsroutes.model.Fault;
import dev.smsroutes.model.SendRequest;
import java.util.List;

/**
 * A row as a format read it: a request to hand over, or what is wrong with it, and its original for
 * the rejects.
 *
 * @param number of the row among the data rows, from 1
 * @param item which recipient of the row, from 1; 0 when the row is one recipient
 * @param request to hand over; null when {@code faults} say why it cannot be read
 * @param faults why the row cannot be handed over; empty with a request
 * @param original what the format's {@link Rejects} needs to write the row again
 * @param bytes how much of the file it took
 */
public record RawRow(
    long number, int item, SendRequest request, List<Fault> faults, Object original, long bytes) {
  /** Names the row for the record. */
  public String source(String fileName) {
    return fileName + "#" + number + (item > 0 ? "." + item : "");
  }

  @Override
  public String toString() {
    return "RawRow[number=" + number + ", item=" + item + "]";
  }
}
