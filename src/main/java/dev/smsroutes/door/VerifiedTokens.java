package dev.smsroutes.door;

import dev.smsroutes.model.Sha256;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What tokens said that were verified, until they expire: a signature is checked once, not with
 * each request. It holds hashes, no tokens. Thread-safe.
 *
 * @param <T> what a token said; immutable
 */
final class VerifiedTokens<T> {
  /** Then all are forgotten, and verified again. */
  static final int MOST = 10_000;

  private record Kept<T>(T said, Instant until) {}

  private final Map<String, Kept<T>> kept = new ConcurrentHashMap<>();

  Optional<T> find(String token, Instant now) {
    Kept<T> found = kept.get(Sha256.hex(token));
    return found == null || !now.isBefore(found.until())
        ? Optional.empty()
        : Optional.of(found.said());
  }

  void keep(String token, T said, Instant until) {
    if (kept.size() >= MOST) {
      kept.clear();
    }
    kept.put(Sha256.hex(token), new Kept<>(said, until));
  }

  int size() {
    return kept.size();
  }
}
