package dev.smsroutes.broker;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.smsroutes.access.Keys;
import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerUser.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may log in to the embedded broker. Thread-safe.
 *
 * <p>After ten wrong passwords for a user from one address, further ones from there are not looked
 * at until a minute has passed. Memory stays bounded: at most ten thousand such pairs are counted.
 */
final class Logins {
  private static final Logger LOG = LoggerFactory.getLogger(Logins.class);
  private static final int MAX_FAILURES = 10;
  private static final int MAX_COUNTED = 10_000;

  private final Login bundle = new Login(BrokerUser.BUNDLE_NAME, random());
  private final Optional<Login> single;
  private final Optional<Keys> keys;
  private final Cache<Attempt, AtomicInteger> failures =
      Caffeine.newBuilder()
          .expireAfterWrite(Duration.ofMinutes(1))
          .maximumSize(MAX_COUNTED)
          .build();

  private record Attempt(String address, String user) {}

  /**
   * @param single the login of the settings, for everything
   * @param keys the callers who may log in with their id and secret; empty: none of them
   */
  Logins(Optional<Login> single, Optional<Keys> keys) {
    this.single = single;
    this.keys = keys;
  }

  private static String random() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** The login of this process, for connections within it. Another one at each start. */
  Login bundle() {
    return bundle;
  }

  /** Whether everyone may connect. */
  boolean areNotNeeded() {
    return single.isEmpty() && keys.isEmpty();
  }

  /**
   * Who that is.
   *
   * @param address of the client, without its port
   * @param again whether this connection is logged in already: it is not held up by failures of
   *     others
   * @return empty if the login is wrong
   */
  Optional<BrokerUser> find(String user, String password, String address, boolean again) {
    if (bundle.user().equals(user)) {
      return same(bundle.password(), password) ? Optional.of(BrokerUser.BUNDLE) : Optional.empty();
    }
    if (areNotNeeded()) {
      return Optional.of(BrokerUser.ANYONE);
    }
    if (user == null || password == null) {
      return Optional.empty();
    }
    Attempt attempt = new Attempt(address, user.length() > 200 ? "" : user);
    AtomicInteger failed = failures.getIfPresent(attempt);
    if (!again && failed != null && failed.get() >= MAX_FAILURES) {
      return Optional.empty();
    }
    Optional<BrokerUser> found = known(user, password);
    if (found.isEmpty() && !again) {
      failed(attempt);
    }
    return found;
  }

  private Optional<BrokerUser> known(String user, String password) {
    // Compares both in constant time, so that the time does not reveal which one is wrong.
    if (single
        .filter(login -> same(login.user(), user) & same(login.password(), password))
        .isPresent()) {
      return Optional.of(new BrokerUser(user, Kind.LOGIN, Set.of()));
    }
    return keys.flatMap(callers -> callers.withSecret(user, password))
        .map(key -> new BrokerUser(key.id(), Kind.KEY, key.roles()));
  }

  private void failed(Attempt attempt) {
    int times = failures.get(attempt, unused -> new AtomicInteger()).incrementAndGet();
    if (times == MAX_FAILURES) {
      LOG.warn(
          "client={} user={} {} wrong logins: further ones are refused for a minute",
          LogText.shown(attempt.address()),
          LogText.shown(attempt.user()),
          MAX_FAILURES);
    }
  }

  private static boolean same(String expected, String given) {
    byte[] found = (given == null ? "" : given).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), found);
  }
}
