package dev.smsroutes.contactpolicy;

import java.io.IOException;

/** A file that cannot be a suppression list; the message quotes nothing of it. */
final class BrokenListException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenListException(String message) {
    super(message);
  }
}
