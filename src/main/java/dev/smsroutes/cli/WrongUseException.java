package dev.smsroutes.cli;

/** Options that contradict each other or are incomplete. The message is for the operator. */
final class WrongUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongUseException(String message) {
    super(message, null, false, false);
  }
}
