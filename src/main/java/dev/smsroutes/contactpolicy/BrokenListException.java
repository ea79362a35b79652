package dev.smsroutes.contactpolicy;

import java.io.IOException;

/** A suppression list that cannot be what it is meant to be; the message quotes nothing of it. */
final class BrokenListException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenListException(String message) {
    super(message);
  }
}
