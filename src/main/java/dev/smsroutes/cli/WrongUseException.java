package dev.smsroutes.cli;

/**
 * Options that do not go together, or say too little. The message is for the one who typed them.
 */
final class WrongUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongUseException(String message) {
    super(message, null, false, false);
  }
}
