package dev.smsroutes.batch.format;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A CSV file: RFC 4180, a header row, one request a row. An empty cell is no value. */
final class CsvRows implements RowSource {
  private final RecordCutter records;
  private final KeyMaker keys;
  private final int limit;
  private final boolean byteOrderMark;
  private final CsvDialect dialect;
  private final long rows;
  private final CsvHeader header;
  private long number;

  CsvRows(InputStream in, int limit, FileScan.Text found, boolean byteOrderMark, KeyMaker keys)
      throws IOException, UnreadableFileException {
    this.records = RecordCutter.csv(in, limit, found.dialect().separator());
    this.limit = limit;
    this.dialect = found.dialect();
    this.rows = found.rows();
    this.byteOrderMark = byteOrderMark;
    this.keys = keys;
    this.header = readHeader();
  }

  private CsvHeader readHeader() throws IOException, UnreadableFileException {
    if (dialect.declared()) {
      records.nextFilled();
    }
    RawRecord first = records.nextFilled();
    if (first == null) {
      throw new UnreadableFileException(
          "no header",
          "Expected a header row with the columns definitionKey, contactKey and to; got none");
    }
    if (first.tooLong()) {
      throw new UnreadableFileException(
          "no header",
          "Expected a header row of up to %,d bytes; the first row has %,d"
              .formatted(limit, first.length()));
    }
    try {
      return CsvHeader.of(cells(first, dialect.separator()));
    } catch (CsvParseException e) {
      throw new UnreadableFileException(
          "no header",
          "Expected a header row; on %s text follows a closing quotation mark"
              .formatted(first.place()));
    }
  }

  @Override
  public RawRow next() throws IOException {
    // Below the last row with anything in it, a spreadsheet may have left any number of empty ones.
    RawRecord raw = number < rows ? records.next() : records.nextFilled();
    if (raw == null) {
      return null;
    }
    number++;
    try {
      return read(raw);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      return refused(raw, null, Thrown.refusal(e));
    }
  }

  private RawRow read(RawRecord raw) {
    if (raw.tooLong()) {
      return refused(
          raw,
          null,
          ErrorCode.VALIDATION,
          ("Expected a row of up to %,d bytes; %s of the file are one row of %,d. Is a quotation"
                  + " mark missing? The row is not repeated here: take it from the original"
                  + " file.")
              .formatted(limit, raw.place(), raw.length()));
    }
    List<String> cells;
    try {
      cells = cells(raw, dialect.separator());
    } catch (CsvParseException e) {
      return refused(
          raw,
          null,
          ErrorCode.BAD_FORMAT,
          ("Expected a %s or the end of the row after a closing quotation mark; other text"
                  + " follows it on %s of the file. A quotation mark inside of a quoted cell is"
                  + " doubled.")
              .formatted(dialect.word(), raw.place()));
    }
    if (cells.size() != header.size()) {
      return refused(
          raw,
          cells,
          ErrorCode.VALIDATION,
          "Expected %,d cells, one for each column of the header; got %,d on %s of the file"
              .formatted(header.size(), cells.size(), raw.place()));
    }
    return request(raw, cells);
  }

  private RawRow request(RawRecord raw, List<String> cells) {
    Map<String, String> attributes = new LinkedHashMap<>();
    Map<String, String> ours = new LinkedHashMap<>();
    for (int i = 0; i < cells.size(); i++) {
      String name = header.name(i);
      String cell = cells.get(i);
      if (cell.isEmpty() || header.isReason(i)) {
        continue;
      }
      switch (name) {
        case CsvHeader.DEFINITION_KEY,
            CsvHeader.MESSAGE_KEY,
            CsvHeader.CONTACT_KEY,
            CsvHeader.TO,
            CsvHeader.TEXT ->
            ours.put(name, cell);
        case "" -> {
          return refused(
              raw,
              cells,
              ErrorCode.MISPLACED_FIELD,
              "Expected nothing in column %,d, which has no name; got a value".formatted(i + 1));
        }
        default -> attributes.put(name, cell);
      }
    }
    SendRequest request =
        new SendRequest(
            ours.getOrDefault(CsvHeader.MESSAGE_KEY, keys.of(number)),
            ours.get(CsvHeader.DEFINITION_KEY),
            new Recipient(ours.get(CsvHeader.CONTACT_KEY), ours.get(CsvHeader.TO), attributes),
            ours.get(CsvHeader.TEXT));
    return new RawRow(number, 0, request, List.of(), new CsvOriginal(raw, cells), raw.length());
  }

  private RawRow refused(RawRecord raw, List<String> cells, ErrorCode code, String message) {
    return refused(raw, cells, new Fault("", code, message));
  }

  private RawRow refused(RawRecord raw, List<String> cells, Fault fault) {
    return new RawRow(
        number, 0, null, List.of(fault), new CsvOriginal(raw, cells), raw.bytes().length);
  }

  @SuppressWarnings("removal") // The library names no successor for it yet.
  static List<String> cells(RawRecord raw, char separator) {
    return new ArrayList<>(
        CsvReader.builder().fieldSeparator(separator).ofSingleCsvRecord(raw.text()).getFields());
  }

  @Override
  public Rejects rejects(OutputStream out) throws IOException {
    return new CsvRejects(header, dialect, out, byteOrderMark);
  }

  @Override
  public boolean byteOrderMark() {
    return byteOrderMark;
  }

  @Override
  public char separator() {
    return dialect.separator();
  }

  /** {@code recipient.attributes.FirstName} is the column FirstName. */
  @Override
  public String field(String path) {
    for (String prefix : List.of("recipient.attributes.", "recipient.", "content.")) {
      if (path.startsWith(prefix)) {
        return path.substring(prefix.length());
      }
    }
    return path;
  }

  @Override
  public String absent(String attribute) {
    return "column " + attribute + (header.hasAttribute(attribute) ? " is empty" : " is missing");
  }

  /**
   * @param cells null when the record could not be read as cells
   */
  record CsvOriginal(RawRecord raw, List<String> cells) {
    @Override
    public String toString() {
      return raw.toString();
    }
  }
}
