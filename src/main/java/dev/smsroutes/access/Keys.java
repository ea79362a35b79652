package dev.smsroutes.access;

import dev.smsroutes.audit.Audit;
import dev.smsroutes.watch.WatchedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The callers of the keys file, read again after each change by a thread of its own. Thread-safe.
 *
 * <p>If the file becomes broken or is deleted, the last good state stays in force and {@link
 * #outage} gives the reason. A file that does not exist yet has no callers.
 */
public final class Keys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Keys.class);

  /** Stands in for a caller who does not exist, so that an answer takes as long. */
  private static final Key NOBODY =
      new Key(
          "nobody",
          List.of(Key.hash("")),
          Set.of(),
          Rights.ALL,
          Instant.EPOCH,
          Optional.empty(),
          Optional.of(Instant.EPOCH));

  private final WatchedFile<Map<String, Key>> file;
  private final Clock clock;

  private Keys(WatchedFile<Map<String, Key>> file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /**
   * Reads the file for the first time; {@link #watch} starts to look for changes.
   *
   * @throws IllegalArgumentException if it cannot be read; a line for each fault, which begins with
   *     the key of the setting
   */
  public static Keys open(Path file) {
    return open(file, Clock.systemUTC());
  }

  /**
   * As {@link #open(Path)}.
   *
   * @param clock tells when a caller expires
   */
  public static Keys open(Path file, Clock clock) {
    try {
      return new Keys(
          WatchedFile.openIfPresent("keys file", file, Map.of(), KeysJson::read, Keys::tell),
          clock);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "sms.http.keys-file: expected a file made by 'sms-routes key create'; '"
              + file
              + "': "
              + WatchedFile.why(e).replace("\n", "; "),
          e);
    }
  }

  private static void tell(Map<String, Key> read) {
    LOG.info("keys file read callers={}", read.size());
    Audit.log(Audit.PROCESS, "keys-read", Audit.names(read.keySet()), "callers " + read.size());
  }

  /** Starts checking the file for changes, until this is closed. */
  public void watch() {
    file.watch();
  }

  /**
   * The caller who presents this key.
   *
   * @param presented {@code ID.SECRET}, as {@code key create} prints it
   * @return empty if there is no such caller, the secret is wrong, or the caller is revoked or has
   *     expired: nobody is told which
   */
  public Optional<Key> withSecret(String presented) {
    // A secret has no full stop; an id may.
    int end = presented.lastIndexOf('.');
    return end < 0
        ? withSecret("", presented)
        : withSecret(presented.substring(0, end), presented.substring(end + 1));
  }

  /**
   * The caller of this id, if this is its secret: for a login of two parts.
   *
   * @param secret with or without {@code ID.} before it
   * @return as {@link #withSecret(String)}
   */
  public Optional<Key> withSecret(String id, String secret) {
    Key key = file.content().getOrDefault(id, NOBODY);
    boolean right =
        key.hasSecret(secret.startsWith(id + ".") ? secret.substring(id.length() + 1) : secret);
    return right && key.isValid(clock.instant()) ? Optional.of(key) : Optional.empty();
  }

  /**
   * The entry of a caller whom the intake has identified in another way; empty without one. The
   * entry may be revoked or expired: ask {@link #isValid}.
   */
  public Optional<Key> withId(String id) {
    return Optional.ofNullable(file.content().get(id));
  }

  /** Whether an entry has its rights now: it is neither revoked nor expired. */
  public boolean isValid(Key key) {
    return key.isValid(clock.instant());
  }

  /** All callers, in the order of the file. */
  public Collection<Key> all() {
    return file.content().values();
  }

  /** Why the callers in force are not those of the file, for operators; empty if they are. */
  public Optional<String> outage() {
    return file.outage();
  }

  /** Looks for a change now. */
  void check() {
    file.check();
  }

  @Override
  public void close() {
    file.close();
  }
}
