package dev.smsroutes.batch.format;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Cuts a file into rows. Holds 64 KiB, and no more than one row of the limit's length; what is
 * longer is read past. Blank lines are no rows. Not thread-safe.
 */
final class RecordCutter {
  private final InputStream in;
  private final int limit;
  private final CsvQuotes quotes;
  private final boolean csv;
  private final char separator;

  private final byte[] chunk = new byte[65_536];
  private int at;
  private int end;
  private byte[] held = new byte[256];
  private long line = 1;

  private RecordCutter(InputStream in, int limit, boolean csv, char separator) {
    this.in = in;
    this.limit = limit;
    this.csv = csv;
    this.separator = separator;
    this.quotes = new CsvQuotes(separator);
  }

  /**
   * @param in behind the byte order mark
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
    RawRecord record = nextRecord();
    while (record != null && record.blank(separator)) {
      record = nextRecord();
    }
    return record;
  }

  /** The next row that has a cell with anything in it, or null at the end. */
  RawRecord nextFilled() throws IOException {
    RawRecord record = next();
    while (record != null && record.empty(separator)) {
      record = next();
    }
    return record;
  }

  /** At the end: the line on which a cell begins whose quotation mark is never closed. */
  OptionalLong unclosed() {
    return quotes.open() ? OptionalLong.of(quotes.quoteLine()) : OptionalLong.empty();
  }

  /** A line feed behind a carriage return ends a blank one. */
  private RawRecord nextRecord() throws IOException {
    long first = line();
    long last = first;
    long length = 0;
    int b = read();
    if (b < 0) {
      return null;
    }
    while (b >= 0) {
      last = line();
      if (ends(b)) {
        break;
      }
      if (length < limit) {
        hold((byte) b, (int) length);
      }
      length++;
      b = read();
    }
    return new RawRecord(Arrays.copyOf(held, (int) Math.min(length, limit)), length, first, last);
  }

  private int read() throws IOException {
    if (at == end) {
      at = 0;
      end = Math.max(in.read(chunk), 0);
    }
    return at == end ? -1 : chunk[at++] & 0xFF;
  }

  private void hold(byte b, int at) {
    if (at == held.length) {
      held = Arrays.copyOf(held, (int) Math.min(limit, 2L * held.length));
    }
    held[at] = b;
  }

  private boolean ends(int b) {
    if (csv) {
      return quotes.endsRecord(b);
    }
    line += b == '\n' ? 1 : 0;
    return b == '\n';
  }

  private long line() {
    return csv ? quotes.line() : line;
  }
}
