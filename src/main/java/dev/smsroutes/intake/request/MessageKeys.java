package dev.smsroutes.intake.request;

import java.util.UUID;

/** Makes message keys for requests without one. Thread-safe. */
public final class MessageKeys {
  private MessageKeys() {}

  /**
   * A new, unique key: 36 characters of {@code [0-9a-f-]}, so that no gateway changes it (contract,
   * section 4).
   */
  public static String make() {
    return UUID.randomUUID().toString();
  }
}
