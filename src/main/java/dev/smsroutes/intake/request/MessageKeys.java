package dev.smsroutes.intake.request;

import java.util.UUID;

/** Message keys that we make when a caller gave none. Thread-safe. */
public final class MessageKeys {
  private MessageKeys() {}

  /**
   * A new key, different from every other one ever made: 36 characters of {@code [0-9a-f-]}, so
   * that no gateway on the way can change it (contract, section 4).
   */
  public static String make() {
    return UUID.randomUUID().toString();
  }
}
