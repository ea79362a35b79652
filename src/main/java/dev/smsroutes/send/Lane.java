package dev.smsroutes.send;

/** Who asks for a turn at the SMS API. */
enum Lane {
  /** Somebody waits for the answer: a caller over HTTP, a message of the broker. */
  INTERACTIVE,
  /** A row of a batch file, which may wait. */
  BATCH
}
