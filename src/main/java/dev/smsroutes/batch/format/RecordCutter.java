package dev.smsroutes.batch.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Cuts a file into rows. Holds no more than one row of the limit's length; what is longer is read
 * past. Blank lines are no rows. Not thread-safe.
 */
final class RecordCutter {
  private final InputStream in;
  private final int limit;
  private final CsvQuotes quotes;
  private final boolean csv;
  private final char separator;

  private int pushedBack = -1;
  private long line = 1;

  private RecordCutter(InputStream in, int limit, boolean csv, char separator) {
    this.in = in;
    this.limit = limit;
    this.csv = csv;
    this.separator = separator;
    this.quotes = new CsvQuotes(separator);
  }

  /**
   * @param in buffered, behind the byte order mark
   * @param limit the longest row in bytes
   * @param separator of cells
   */
  static RecordCutter csv(InputStream in, int limit, char separator) {
    return new RecordCutter(in, limit, true, separator);
  }

  /** Lines that end with a line feed, or a carriage return and a line feed. */
  static RecordCutter lines(InputStream in, int limit) {
    return new RecordCutter(in, limit, false, ',');
  }

  /** The next row that is not blank, or null at the end. */
  RawRecord next() throws IOException {
    while (true) {
      RawRecord record = csv ? nextRecord() : nextLine();
      if (record == null || !record.blank(separator)) {
        return record;
      }
    }
  }

  /** The next row that has a cell with anything in it, or null at the end. */
  RawRecord nextFilled() throws IOException {
    RawRecord record = next();
    while (record != null && record.empty(separator)) {
      record = next();
    }
    return record;
  }

  private RawRecord nextLine() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    long length = 0;
    int b = in.read();
    if (b < 0) {
      return null;
    }
    for (; b >= 0 && b != '\n'; b = in.read()) {
      if (++length <= limit) {
        bytes.write(b);
      }
    }
    long at = line++;
    return new RawRecord(bytes.toByteArray(), length, at, at);
  }

  private RawRecord nextRecord() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    long length = 0;
    long first = quotes.line();
    int b = read();
    if (b < 0) {
      return null;
    }
    while (b >= 0) {
      long last = quotes.line();
      if (quotes.endsRecord(b)) {
        if (b == '\r') {
          int after = read();
          if (after == '\n') {
            quotes.endsRecord(after);
          } else {
            pushedBack = after;
          }
        }
        return new RawRecord(bytes.toByteArray(), length, first, last);
      }
      if (++length <= limit) {
        bytes.write(b);
      }
      b = read();
    }
    return new RawRecord(bytes.toByteArray(), length, first, quotes.line());
  }

  private int read() throws IOException {
    if (pushedBack >= 0) {
      int b = pushedBack;
      pushedBack = -1;
      return b;
    }
    return in.read();
  }
}
