package dev.smsroutes.batch.format;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

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
   * Reads text to its end, holding 64 KiB.
   *
   * @param in should be UTF-8, without a byte order mark
   * @param before how many bytes of the file came before that, for messages
   * @param lineLimit the longest row in bytes
   * @throws BadContentException when it is empty, not UTF-8, holds a NUL byte or too many rows, or,
   *     as CSV, has a quotation mark that is never closed
   * @throws UnreadableFileException when nobody can say what separates its cells
   */
  static Text read(InputStream in, long before, BatchFormat format, InputRules rules, int lineLimit)
      throws IOException, UnreadableFileException {
    Utf8Check utf8 = new Utf8Check();
    RowCount count = new RowCount(format, rules.maxRows(), lineLimit);
    byte[] chunk = new byte[BUFFER];
    boolean first = true;
    boolean blank = true;
    long at = before;
    for (int n = in.readNBytes(chunk, 0, BUFFER); n > 0; n = in.readNBytes(chunk, 0, BUFFER)) {
      int content = blank ? firstContent(chunk, n) : 0;
      if (blank && content < n) {
        blank = false;
        count.begin(chunk, content, n);
      }
      for (int i = 0; i < n; i++) {
        byte b = chunk[i];
        if (b == 0) {
          throw nul(at + i + 1, first ? utf16(chunk, n) : "");
        }
        if (!utf8.accept(b)) {
          throw notUtf8(before, utf8);
        }
        count.accept(b);
      }
      at += n;
      first = false;
    }
    if (!utf8.end()) {
      throw notUtf8(before, utf8);
    }
    if (blank) {
      throw new BadContentException(
          "empty", "Expected at least one request; the file is empty (%,d bytes)".formatted(at));
    }
    return count.end();
  }

  private static int firstContent(byte[] chunk, int n) {
    int i = 0;
    while (i < n && (chunk[i] == ' ' || chunk[i] == '\t' || chunk[i] == '\r' || chunk[i] == '\n')) {
      i++;
    }
    return i;
  }

  /**
   * Text in UTF-16 has a NUL byte in every second place, at least in the names of its fields.
   *
   * @return how the setting calls it, or an empty text
   */
  private static String utf16(byte[] chunk, int n) {
    int[] nuls = new int[2];
    int looked = Math.min(n, 64) & ~1;
    for (int i = 0; i < looked; i++) {
      nuls[i % 2] += chunk[i] == 0 ? 1 : 0;
    }
    if (nuls[1] > looked / 3 && nuls[0] == 0) {
      return InputEncoding.UTF_16LE.word();
    }
    return nuls[0] > looked / 3 && nuls[1] == 0 ? InputEncoding.UTF_16BE.word() : "";
  }

  private static BadContentException nul(long at, String utf16) {
    String message = "Expected text in UTF-8; a NUL byte came at byte %,d. ".formatted(at);
    return new BadContentException(
        "unknown encoding",
        utf16.isEmpty()
            ? message
                + "The file is in another encoding, is no text, or was not written to its end."
            : message
                + ("It looks like %s without a byte order mark: save the file as UTF-8 (in Excel: CSV"
                        + " UTF-8), or, if all your files are so, set sms.file.encoding=%s.")
                    .formatted(utf16.toUpperCase(Locale.ROOT), utf16));
  }

  private static BadContentException notUtf8(long before, Utf8Check check) {
    return new BadContentException(
        "unknown encoding",
        ("Expected text in UTF-8; what came at byte %,d is not. %s")
            .formatted(
                before + check.badByte(),
                check.looksLikeWindows1252()
                    ? "It looks like Windows-1252, in which Excel saves CSV: save the file as CSV"
                        + " UTF-8, or, if all your files are in Windows-1252, set"
                        + " sms.file.encoding=windows-1252."
                    : "Save the file as UTF-8."));
  }

  /** Counts as {@link RecordCutter} cuts. */
  private static final class RowCount {
    private final BatchFormat format;
    private final long most;
    private final int lineLimit;
    private CsvDialect dialect = CsvDialect.COMMAS;
    private CsvQuotes quotes = new CsvQuotes(dialect.separator());
    private long length;
    private boolean notBlank;
    private boolean filled;
    private long cut;
    private long rows;

    RowCount(BatchFormat format, long most, int lineLimit) {
      this.format = format;
      this.most = most;
      this.lineLimit = lineLimit;
    }

    /** Nothing but white space came before. */
    void begin(byte[] chunk, int from, int to) throws UnreadableFileException {
      if (format == BatchFormat.CSV) {
        byte[] head = new byte[to - from];
        System.arraycopy(chunk, from, head, 0, head.length);
        dialect = CsvDialect.of(head);
        quotes = quotes.with(dialect.separator());
        cut = dialect.declared() ? -2 : -1;
        rows = cut;
      }
    }

    void accept(byte b) throws BadContentException {
      boolean ends =
          switch (format) {
            case CSV -> quotes.endsRecord(b);
            case JSON_LINES -> b == '\n';
            case JSON -> false;
          };
      if (ends) {
        endRecord();
      } else {
        length++;
        boolean something = !RawRecord.isBlank(b, dialect.separator());
        notBlank = notBlank || something;
        filled = filled || something && (b != dialect.separator() || format != BatchFormat.CSV);
      }
    }

    private void endRecord() throws BadContentException {
      boolean tooLong = length > lineLimit;
      // Empty rows above the header are no rows, and below the last one that is filled.
      if (filled || tooLong || notBlank && cut >= 0) {
        cut++;
      }
      if (filled || tooLong) {
        rows = cut;
      }
      length = 0;
      notBlank = false;
      filled = false;
      if (rows > most) {
        throw new BadContentException(
            "too many rows",
            "Expected a file of up to %,d rows (sms.file.max-rows); more came. Split the file."
                .formatted(most));
      }
    }

    Text end() throws BadContentException {
      if (format == BatchFormat.CSV && quotes.open()) {
        throw new BadContentException(
            "unclosed quotation mark",
            ("Expected a closing quotation mark for the cell that begins on line %,d; the file"
                    + " ended. Nobody can say where its row ends, so nothing of the file was sent.")
                .formatted(quotes.quoteLine()));
      }
      if (length > 0) {
        endRecord();
      }
      return new Text(dialect, Math.max(rows, 0));
    }
  }
}
