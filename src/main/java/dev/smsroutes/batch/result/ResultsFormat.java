package dev.smsroutes.batch.result;

import dev.smsroutes.batch.format.RowSource;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** How the results of a file are written. */
public enum ResultsFormat {
  /** One JSON object on each line: for programs. */
  NDJSON("ndjson"),
  /** One row for each, under a header, safe to open in a spreadsheet: for people. */
  CSV("csv");

  private final String extension;

  ResultsFormat(String extension) {
    this.extension = extension;
  }

  /** Its name in settings and at the end of file names. */
  public String extension() {
    return extension;
  }

  /** The format of this extension. */
  public static Optional<ResultsFormat> of(String extension) {
    return Arrays.stream(values()).filter(format -> format.extension.equals(extension)).findFirst();
  }

  /**
   * Begins a results file.
   *
   * @param source whose rows they are: CSV results have its separator and its byte order mark
   */
  ResultLines write(OutputStream out, RowSource source) throws IOException {
    return this == CSV
        ? new CsvResults(out, source.separator(), source.byteOrderMark())
        : new JsonResults(out);
  }
}
