package dev.smsroutes.definition;

import java.util.Collection;
import java.util.Optional;

/** The send definitions that requests may name. Implementations are thread-safe. */
public interface Definitions {
  /** The definition with exactly this key, whatever its status. */
  Optional<Definition> find(String key);

  /** All definitions, in a stable order. */
  Collection<Definition> all();

  /**
   * A key that differs from an unknown one only in case and in characters that are neither letters
   * nor digits, to suggest it to the caller.
   */
  default Optional<String> nearest(String key) {
    return Optional.empty();
  }
}
