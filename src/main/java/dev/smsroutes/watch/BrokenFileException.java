package dev.smsroutes.watch;

import java.io.IOException;

/** A file with the wrong content; the message quotes no secret and no personal data of it. */
public class BrokenFileException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what was expected and what was found
   */
  public BrokenFileException(String message) {
    super(message);
  }
}
