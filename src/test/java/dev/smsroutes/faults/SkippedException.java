package dev.smsroutes.faults;

/** An experiment cannot be made on this machine; the message says what it needs. */
final class SkippedException extends RuntimeException {
  SkippedException(String message) {
    super(message);
  }
}
