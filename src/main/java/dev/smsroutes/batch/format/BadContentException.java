package dev.smsroutes.batch.format;

import java.io.IOException;

/**
 * What comes out of a file is not what was expected: no gzip data, no text, more than is allowed.
 *
 * <p>In the first reading the file is then unreadable. In the second one, which the first went
 * before, it was changed in between.
 */
final class BadContentException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /** With the words of {@link UnreadableFileException}. */
  BadContentException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  static BadContentException unknownEncoding(String message) {
    return new BadContentException("unknown encoding", message);
  }

  UnreadableFileException unreadable() {
    return new UnreadableFileException(reason, getMessage());
  }
}
