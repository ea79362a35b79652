package dev.smsroutes.definition;

import java.util.Collection;
import java.util.Optional;

/** The send definitions that requests may name. Implementations are thread-safe. */
public interface Definitions {
  /** The definition of exactly this key, whatever its status. */
  Optional<Definition> find(String key);

  /** All of them, in a stable order. */
  Collection<Definition> all();

  /**
   * For the message to a caller whose key is unknown: a key that differs from it only in case and
   * in what is neither letter nor digit.
   */
  default Optional<String> nearest(String key) {
    return Optional.empty();
  }
}
