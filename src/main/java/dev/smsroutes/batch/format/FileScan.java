package dev.smsroutes.batch.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * What the first reading of a file found out: that all of it is text, and its fingerprint. Nothing
 * is sent before the whole file has passed.
 *
 * @param sha256 of all bytes that are in the file, in hexadecimal: of a gzip file, of those that
 *     come out, so that a file and its packed copy ask for the same messages
 * @param size how many these are
 * @param text what was found out about the text
 */
record FileScan(String sha256, long size, Text text) {
  private static final int BUFFER = 65_536;

  /**
   * @param dialect of a CSV file
   * @param rows how many there are, without the header and without empty ones at the end; of a JSON
   *     file, 1
   */
  record Text(CsvDialect dialect, long rows) {}

  /**
   * Reads text to its end, holding some 256 KiB and a row.
   *
   * @param utf8 without a byte order mark
   * @param before how many bytes of the file came before that, for messages
   * @param lineLimit the longest row in bytes
   * @throws BadContentException when it is empty, holds too many rows, or, as CSV, has a quotation
   *     mark that is never closed
   * @throws UnreadableFileException when nobody can say what separates its cells
   */
  static Text read(
      InputStream utf8, long before, BatchFormat format, InputRules rules, int lineLimit)
      throws IOException, UnreadableFileException {
    InputStream in = new BufferedInputStream(utf8, BUFFER);
    byte[] head;
    int content;
    long blank = before;
    do {
      in.mark(2 * BUFFER);
      head = in.readNBytes(BUFFER);
      content = firstContent(head);
      blank += content;
    } while (content > 0 && content == head.length);
    if (head.length == 0) {
      throw new BadContentException(
          "empty", "Expected at least one request; the file is empty (%,d bytes)".formatted(blank));
    }
    in.reset();
    head = in.readNBytes(content + BUFFER);
    in.reset();
    return switch (format) {
      case CSV -> {
        CsvDialect dialect = CsvDialect.of(Arrays.copyOfRange(head, content, head.length));
        yield new Text(dialect, csvRows(in, dialect, rules.maxRows(), lineLimit));
      }
      case JSON_LINES ->
          new Text(CsvDialect.COMMAS, lines(RecordCutter.lines(in, lineLimit), rules.maxRows()));
      case JSON -> {
        in.transferTo(OutputStream.nullOutputStream());
        yield new Text(CsvDialect.COMMAS, 1);
      }
    };
  }

  private static int firstContent(byte[] head) {
    int i = 0;
    while (i < head.length
        && (head[i] == ' ' || head[i] == '\t' || head[i] == '\r' || head[i] == '\n')) {
      i++;
    }
    return i;
  }

  private static long csvRows(InputStream in, CsvDialect dialect, long most, int lineLimit)
      throws IOException {
    RecordCutter records = RecordCutter.csv(in, lineLimit, dialect.separator());
    // Above the header, empty rows are no rows; nor are those below the last one that is filled.
    records.nextFilled();
    if (dialect.declared()) {
      records.nextFilled();
    }
    long rows = 0;
    RawRecord record = records.next();
    for (long n = 1; record != null; n++) {
      rows = record.empty(dialect.separator()) ? rows : n;
      requireAtMost(most, rows);
      record = records.next();
    }
    if (records.unclosed().isPresent()) {
      throw new BadContentException(
          "unclosed quotation mark",
          ("Expected a closing quotation mark for the cell that begins on line %,d; the file"
                  + " ended. Nobody can say where its row ends, so nothing of the file was sent.")
              .formatted(records.unclosed().getAsLong()));
    }
    return rows;
  }

  private static long lines(RecordCutter records, long most) throws IOException {
    long rows = 0;
    while (records.next() != null) {
      requireAtMost(most, ++rows);
    }
    return rows;
  }

  private static void requireAtMost(long most, long rows) throws BadContentException {
    if (rows > most) {
      throw new BadContentException(
          "too many rows",
          "Expected a file of up to %,d rows (sms.file.max-rows); got more. Split the file."
              .formatted(most));
    }
  }
}
