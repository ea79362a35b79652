package dev.smsroutes.batch.result;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.smsroutes.batch.format.SafeCell;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Results for a spreadsheet: RFC 4180 under a header row, with cells that compute nothing. */
final class CsvResults implements ResultLines {
  private final CsvWriter csv;

  /**
   * @param separator that of the source: the sender's spreadsheet knows it
   * @param byteOrderMark whether the file begins with one, by which Excel knows UTF-8
   */
  CsvResults(OutputStream out, char separator, boolean byteOrderMark) throws IOException {
    Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    if (byteOrderMark) {
      text.write('\uFEFF');
    }
    csv = CsvWriter.builder().fieldSeparator(separator).build(text);
    csv.writeRecord("row", "item", "messageKey", "outcome", "code", "message", "requestId");
  }

  @Override
  public void write(Line line) {
    csv.writeRecord(
        Long.toString(line.row()),
        line.item() > 0 ? Integer.toString(line.item()) : "",
        line.messageKey() == null ? "" : SafeCell.of(line.messageKey()),
        line.outcome().name(),
        Integer.toString(line.code()),
        SafeCell.of(line.message()),
        SafeCell.of(line.requestId()));
  }

  @Override
  public void finish() throws IOException {
    csv.flush();
  }
}
