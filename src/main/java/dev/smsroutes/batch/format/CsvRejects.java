package dev.smsroutes.batch.format;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.smsroutes.batch.format.CsvRows.CsvOriginal;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The reasons come first, then the original columns. In front they cannot be mistaken: a row with
 * too few or too many cells comes back with as many as it had.
 *
 * <p>Only the reasons are made safe for a spreadsheet. The original cells are what the sender
 * wrote, and have to come back as they were: an apostrophe in front of one would be sent as part of
 * it when the file is dropped again.
 */
final class CsvRejects implements Rejects {
  private final CsvHeader header;
  private final char separator;
  private final Writer out;
  private final boolean addsKey;

  CsvRejects(CsvHeader header, CsvDialect dialect, OutputStream out, boolean byteOrderMark)
      throws IOException {
    this.header = header;
    this.separator = dialect.separator();
    this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    this.addsKey = header.column(CsvHeader.MESSAGE_KEY) < 0;
    if (byteOrderMark) {
      this.out.write('\uFEFF');
    }
    if (dialect.declared()) {
      this.out.write("sep=" + separator + "\r\n");
    }
    List<String> cells = new ArrayList<>(List.of(CODE, FIELD, MESSAGE));
    if (addsKey) {
      cells.add(CsvHeader.MESSAGE_KEY);
    }
    cells.addAll(header.originalCells());
    line(cells, null);
  }

  @Override
  public void write(RawRow row, RejectReason reason) throws IOException {
    CsvOriginal original = (CsvOriginal) row.original();
    List<String> cells =
        new ArrayList<>(
            List.of(
                Integer.toString(reason.code()),
                SafeCell.of(reason.field()),
                SafeCell.of(reason.message())));
    String key = reason.messageKey() == null ? "" : reason.messageKey();
    if (addsKey) {
      cells.add(key);
    }
    if (original.raw().tooLong()) {
      line(cells, null);
      return;
    }
    if (original.cells() == null) {
      unreadable(cells, original.raw());
      return;
    }
    List<String> kept = new ArrayList<>(original.cells());
    int column = header.column(CsvHeader.MESSAGE_KEY);
    if (!addsKey && !key.isEmpty() && kept.get(column).isEmpty()) {
      kept.set(column, key);
    }
    cells.addAll(header.withoutReasons(kept));
    line(cells, null);
  }

  /** The row as it stands, since nobody can say what its cells are. */
  private void unreadable(List<String> cells, RawRecord raw) throws IOException {
    if (!header.hasReasons()) {
      line(cells, raw.text());
      return;
    }
    int skip = header.leadingReasons();
    String rest = raw.text();
    CsvQuotes quotes = new CsvQuotes(separator);
    int from = 0;
    for (int i = 0; i < rest.length() && skip > 0; i++) {
      quotes.endsRecord(rest.charAt(i));
      if (rest.charAt(i) == separator && !quotes.open()) {
        skip--;
        from = i + 1;
      }
    }
    line(cells, rest.substring(from));
  }

  private void line(List<String> cells, String verbatim) throws IOException {
    StringWriter line = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().fieldSeparator(separator).build(line)) {
      csv.writeRecord(cells);
    }
    if (verbatim == null) {
      out.write(line.toString());
    } else {
      String text = line.toString();
      out.write(text, 0, text.length() - "\r\n".length());
      out.write(separator);
      out.write(verbatim);
      out.write("\r\n");
    }
  }

  @Override
  public void finish() throws IOException {
    out.flush();
  }
}
