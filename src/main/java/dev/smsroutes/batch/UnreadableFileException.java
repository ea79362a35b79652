package dev.smsroutes.batch;

/** A file of which no row can be read, whatever happens next. It goes to the failed folder. */
final class UnreadableFileException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason a few words that name the kind, for example {@code unknown encoding}
   * @param message what was expected, what came and where; holds nothing of the file's content
   */
  UnreadableFileException(String reason, String message) {
    // No stack trace: this is an answer to a sender, not a fault of the program.
    super(message, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
