package dev.smsroutes.batch;

import java.io.IOException;
import java.io.OutputStream;

/** The rows of one file in one format, and the rejects file of the same format. */
interface RowSource {
  /** The next row, or null at the end. Called from one thread at a time. */
  RawRow next() throws IOException;

  /** A file of rejects in the same format. */
  Rejects rejects(OutputStream out) throws IOException;

  /** The path of a field as the sender of this format knows it. */
  String field(String path);
}
