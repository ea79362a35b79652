package dev.smsroutes.batch.format;

import java.io.IOException;

/**
 * A file was not sent to its end: it stays where it is, and goes on later at its first unsettled
 * row. The message says when, for a log.
 */
public final class BatchInterruptedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why a file is not sent to its end now. */
  public enum Interruption {
    /** This process is on its way down. */
    STOPPING("it continues at the next start"),
    /** A person paused the file. */
    PAUSED("it is paused, and continues when it is resumed"),
    /** An outcome could not be recorded, or the ledger could not be read. */
    UNRECORDED("it continues when the ledger can be written again");

    private final String goesOn;

    Interruption(String goesOn) {
      this.goesOn = goesOn;
    }
  }

  private final Interruption why;

  public BatchInterruptedException(Interruption why) {
    super(why.goesOn);
    this.why = why;
  }

  /** Whether a person paused the file. */
  public boolean paused() {
    return why == Interruption.PAUSED;
  }
}
