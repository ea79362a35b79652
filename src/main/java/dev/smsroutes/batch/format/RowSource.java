package dev.smsroutes.batch.format;

import java.io.IOException;
import java.io.OutputStream;

/** The rows of one file in one format, and the rejects file of the same format. */
public interface RowSource {
  /** The next row, or null at the end. Called from one thread at a time. */
  RawRow next() throws IOException;

  /** A file of rejects in the same format. */
  Rejects rejects(OutputStream out) throws IOException;

  /** What stands between the cells of CSV that the sender of this file can open. */
  default char separator() {
    return ',';
  }

  /** Whether the file begins with a byte order mark, so that what comes back has one too. */
  default boolean byteOrderMark() {
    return false;
  }

  /** The path of a field as the sender of this format knows it. */
  default String field(String path) {
    return path;
  }

  /** Says that a row has no such attribute. */
  default String absent(String attribute) {
    return "attribute " + attribute + " is missing";
  }
}
