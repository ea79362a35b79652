package dev.smsroutes.access;

import java.util.Locale;
import java.util.Optional;

/** What kind of things a caller may do. */
public enum Role {
  /** Hand over requests, and see what became of its own. */
  SEND,
  /** See everything, change nothing: all messages, health, meters, reply queues. */
  OBSERVE,
  /** See and change everything that an operator does. */
  OPERATE;

  /** The word in the keys file and on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of a word; empty for any other text. */
  public static Optional<Role> of(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }
}
