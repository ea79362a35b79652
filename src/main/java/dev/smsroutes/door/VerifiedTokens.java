package dev.smsroutes.door;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
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
    Kept<T> found = kept.get(hash(token));
    return found == null || !now.isBefore(found.until())
        ? Optional.empty()
        : Optional.of(found.said());
  }

  void keep(String token, T said, Instant until) {
    if (kept.size() >= MOST) {
      kept.clear();
    }
    kept.put(hash(token), new Kept<>(said, until));
  }

  int size() {
    return kept.size();
  }

  private static String hash(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
