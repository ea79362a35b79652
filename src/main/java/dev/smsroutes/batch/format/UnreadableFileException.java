package dev.smsroutes.batch.format;

/** A file of which no row can be read, whatever happens next. It goes to the failed folder. */
public final class UnreadableFileException extends Exception {
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

  /** It was half sent, and nobody can say any more which half. */
  public static UnreadableFileException forgotten() {
    return new UnreadableFileException(
        "interrupted too long ago",
        "Expected a file that is new, or was interrupted lately; this one was half sent, so long"
            + " ago that the record of its rows is no longer kept. Nothing more of it was sent:"
            + " find out which of its rows were, and drop only the others.");
  }

  /** It is not what it was when it was read first. */
  static UnreadableFileException changed() {
    return new UnreadableFileException(
        "changed while it was read",
        "Expected a file that is complete; this one changed while it was read. The results"
            + " tell what was read. Write files elsewhere and rename them into the inbox.");
  }

  public String reason() {
    return reason;
  }
}
