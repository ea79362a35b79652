package dev.smsroutes.sandbox;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The tokens that were given out. Several are valid side by side. Thread-safe. */
final class Tokens {
  /** More are never in use at a time; beyond it the oldest one goes. */
  private static final int MOST = 10_000;

  private final Clock clock;
  private final Duration lifetime;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Long> expiry = new ConcurrentHashMap<>();
  private final Queue<String> byAge = new ConcurrentLinkedQueue<>();

  Tokens(Clock clock, Duration lifetime) {
    this.clock = clock;
    this.lifetime = lifetime;
  }

  String issue() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    expiry.put(token, clock.millis() + lifetime.toMillis());
    byAge.add(token);
    while (expiry.size() > MOST) {
      String oldest = byAge.poll();
      if (oldest == null) {
        break;
      }
      expiry.remove(oldest);
    }
    return token;
  }

  boolean isValid(String token) {
    Long expires = expiry.get(token);
    return expires != null && clock.millis() < expires;
  }

  void expireAll() {
    byAge.clear();
    expiry.clear();
  }

  /** What the API says: a little less than the truth. */
  long expiresInSeconds() {
    return Math.max(1, lifetime.toMillis() * 9 / 10_000);
  }
}
