package dev.smsroutes.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.smsroutes.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Counts messages that have something in common, such as the number, within a window. Thread-safe.
 *
 * <p>What they have in common is kept as a hash with a salt of this process, not as it is. At most
 * {@value #MAX_SUBJECTS} subjects are kept, those that were seen last; each for the window. It
 * begins anew with each start, and each node counts for itself.
 */
public final class Repetitions {
  /** The most messages of one subject that can be counted. */
  public static final int MAX_LIMIT = 100;

  static final int MAX_SUBJECTS = 100_000;

  private final int limit;
  private final long window;
  private final Ticker ticker;
  private final byte[] salt = new byte[16];
  private final Cache<Subject, Deque<Seen>> seen;

  private record Subject(long first, long second) {}

  private record Seen(long messageKey, long at) {}

  /**
   * @param limit how many messages with one subject may pass within the window, 1 to {@value
   *     #MAX_LIMIT}
   */
  public Repetitions(int limit, Duration window) {
    this(limit, window, Ticker.systemTicker());
  }

  Repetitions(int limit, Duration window, Ticker ticker) {
    this.limit = limit;
    this.window = window.toNanos();
    this.ticker = ticker;
    new SecureRandom().nextBytes(salt);
    this.seen =
        Caffeine.newBuilder()
            .maximumSize(MAX_SUBJECTS)
            .expireAfterWrite(window)
            .ticker(ticker)
            .build();
  }

  /**
   * Counts a message. One that is handed over again under the same key is counted once.
   *
   * @param subject what the messages have in common; the order of its parts counts
   * @return false if the limit is reached already; then it is not counted
   */
  public boolean passes(String messageKey, List<String> subject) {
    Subject hash = hash(subject);
    long key = hash(List.of(messageKey)).first();
    long now = ticker.read();
    boolean[] passes = {true};
    seen.asMap()
        .compute(
            hash,
            (same, before) -> {
              Deque<Seen> all = before == null ? new ArrayDeque<>(2) : before;
              all.removeIf(one -> now - one.at() >= window);
              if (all.stream().noneMatch(one -> one.messageKey() == key)) {
                passes[0] = all.size() < limit;
                if (passes[0]) {
                  all.add(new Seen(key, now));
                }
              }
              return all;
            });
    return passes[0];
  }

  private Subject hash(List<String> parts) {
    MessageDigest digest = Sha256.digest();
    digest.update(salt);
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      digest.update(bytes);
    }
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new Subject(hash.getLong(), hash.getLong());
  }
}
