package dev.smsroutes.batch;

import java.io.IOException;

/**
 * A file was not sent to its end: it stays where it is, and goes on later at its first unsettled
 * row. The message says when, for a log.
 */
public final class BatchInterruptedException extends IOException {
  private static final long serialVersionUID = 1L;

  BatchInterruptedException(String message) {
    super(message);
  }
}
