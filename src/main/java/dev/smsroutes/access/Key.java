package dev.smsroutes.access;

import dev.smsroutes.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A caller in the keys file. Immutable.
 *
 * @param id names the caller; 1 to {@value #MAX_ID} letters, digits, blanks and {@code . _ - @ : /
 *     = , +}, no blank at either end
 * @param hashes SHA-256 of each secret that is valid, in lower-case hex, two at most; none for a
 *     caller who comes by JWT, client certificate or broker login
 * @param roles what kind of things it may do
 * @param rights what it may send
 * @param created when the entry was made
 * @param expires from then on it has no rights; empty: never
 * @param revoked when an operator took its rights away; empty: not
 */
public record Key(
    String id,
    List<String> hashes,
    Set<Role> roles,
    Rights rights,
    Instant created,
    Optional<Instant> expires,
    Optional<Instant> revoked) {
  static final int MAX_ID = 200;

  private static final Pattern ID =
      Pattern.compile(
          "[\\p{L}\\p{Nd}._@:/=,+-]([\\p{L}\\p{Nd} ._@:/=,+-]*[\\p{L}\\p{Nd}._@:/=,+-])?");

  public Key {
    hashes = List.copyOf(hashes);
    roles = Set.copyOf(roles);
  }

  /** Whether this text can name a caller. */
  public static boolean isId(String text) {
    return text.length() <= MAX_ID && ID.matcher(text).matches();
  }

  /** Whether it is neither revoked nor expired at this moment; if it is, it has no rights. */
  public boolean isValid(Instant now) {
    return revoked.isEmpty() && expires.filter(end -> !now.isBefore(end)).isEmpty();
  }

  /** The same caller with other secrets. */
  public Key withHashes(List<String> others) {
    return new Key(id, others, roles, rights, created, expires, revoked);
  }

  /** The same caller, whose rights were taken away at this time. */
  public Key withRevoked(Optional<Instant> when) {
    return new Key(id, hashes, roles, rights, created, expires, when);
  }

  /** Whether it may see the messages of all callers. */
  public boolean seesAll() {
    return roles.contains(Role.OBSERVE) || roles.contains(Role.OPERATE);
  }

  /** Whether this is one of its secrets. Takes the same time for each wrong one. */
  boolean hasSecret(String secret) {
    byte[] presented = ascii(hash(secret));
    boolean found = false;
    for (String hash : hashes) {
      found |= MessageDigest.isEqual(ascii(hash), presented);
    }
    return found;
  }

  /** What the keys file holds of a secret: 256 random bits need no slow hash. */
  public static String hash(String secret) {
    return Sha256.hex(secret);
  }

  private static byte[] ascii(String hex) {
    return hex.getBytes(StandardCharsets.US_ASCII);
  }

  /** Without the hashes: a key may end up in a log by accident. */
  @Override
  public String toString() {
    return "Key[id=" + id + ", roles=" + roles + "]";
  }
}
