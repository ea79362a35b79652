package dev.smsroutes.sandbox;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The issued tokens; several are valid at the same time. Thread-safe. */
final class Tokens {
  /** Above this number the oldest token is forgotten. */
  private static final int MAX_TOKENS = 10_000;

  private final Clock clock;
  private final Duration lifetime;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Long> expiry =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
              return size() > MAX_TOKENS;
            }
          });

  Tokens(Clock clock, Duration lifetime) {
    this.clock = clock;
    this.lifetime = lifetime;
  }

  String issue() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    expiry.put(token, clock.millis() + lifetime.toMillis());
    return token;
  }

  boolean isValid(String token) {
    Long expires = expiry.get(token);
    return expires != null && clock.millis() < expires;
  }

  void expireAll() {
    expiry.clear();
  }

  /** Less than the real lifetime, as the API reports it. */
  long expiresInSeconds() {
    return Math.max(1, lifetime.toMillis() * 9 / 10_000);
  }
}
