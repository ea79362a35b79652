package dev.smsroutes.throttle;

/** The priority of a request for a permit. */
public enum Priority {
  /**
   * An HTTP caller, who waits for the answer; refused at once while the API refuses the account.
   */
  INTERACTIVE,
  /** A JMS message: as urgent as a caller, but it can wait for a probe. */
  QUEUED,
  /** A row of a batch file, which may wait. */
  BATCH
}
