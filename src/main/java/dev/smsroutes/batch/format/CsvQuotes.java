package dev.smsroutes.batch.format;

/**
 * Where a record of a CSV file ends: RFC 4180's quoting, one byte after the other.
 *
 * <p>All bytes that matter are ASCII, so it works on UTF-8 without decoding. FastCSV reads the
 * records; this only finds their ends, because a library that reads on after a record of unbounded
 * length could not be found, and a single stray quotation mark makes one. Not thread-safe.
 */
final class CsvQuotes {
  private enum QuoteState {
    CELL_START,
    PLAIN,
    QUOTED,
    /** After a quotation mark in a quoted cell: its end, or the first half of a doubled one. */
    QUOTE_IN_QUOTED
  }

  private final char separator;
  private QuoteState state = QuoteState.CELL_START;
  private boolean afterCarriageReturn;
  private long line = 1;
  private long quoteLine;

  CsvQuotes(char separator) {
    this.separator = separator;
  }

  /** Takes the next byte, and says whether it is a line end outside of quotes. */
  boolean endsRecord(int b) {
    boolean secondHalf = b == '\n' && afterCarriageReturn;
    afterCarriageReturn = b == '\r';
    boolean lineEnd = b == '\n' || b == '\r';
    if (lineEnd && !secondHalf) {
      line++;
    }
    if (state == QuoteState.QUOTED) {
      if (b == '"') {
        state = QuoteState.QUOTE_IN_QUOTED;
      }
      return false;
    }
    if (b == '"' && state == QuoteState.CELL_START) {
      state = QuoteState.QUOTED;
      quoteLine = line;
    } else if (b == '"' && state == QuoteState.QUOTE_IN_QUOTED) {
      state = QuoteState.QUOTED;
    } else if (b == separator || lineEnd) {
      state = QuoteState.CELL_START;
    } else {
      state = QuoteState.PLAIN;
    }
    return lineEnd;
  }

  /** Whether the next byte is inside of quotes. */
  boolean open() {
    return state == QuoteState.QUOTED;
  }

  /** The line of the file, from 1, on which the last quoted cell began. */
  long quoteLine() {
    return quoteLine;
  }

  /** The line of the file, from 1, on which the next byte is. */
  long line() {
    return line;
  }
}
