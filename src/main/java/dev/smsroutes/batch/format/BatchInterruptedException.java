package dev.smsroutes.batch.format;

import java.io.IOException;

/**
 * A file was not sent to its end: it stays where it is, and goes on later at its first unsettled
 * row. The message says when, for a log.
 */
public final class BatchInterruptedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean paused;

  public BatchInterruptedException(String message) {
    this(message, false);
  }

  /**
   * @param paused whether a person wanted it so: then it goes on when that person wants it to
   */
  public BatchInterruptedException(String message, boolean paused) {
    super(message);
    this.paused = paused;
  }

  /** Whether a person paused the file. */
  public boolean paused() {
    return paused;
  }
}
