package dev.smsroutes.throttle;

/** Who asks for a turn at the SMS API. */
public enum Priority {
  /** A caller over HTTP waits for the answer. It is told at once while the API refuses us. */
  INTERACTIVE,
  /** A message of the broker: leaves in the line of the callers, and can wait for a probe. */
  QUEUED,
  /** A row of a batch file, which may wait. */
  BATCH
}
