package dev.smsroutes.testing;

import dev.smsroutes.access.Key;
import dev.smsroutes.access.KeysJson;
import dev.smsroutes.access.Rights;
import dev.smsroutes.access.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Keys files for tests, and the keys in them. */
public final class KeysFiles {
  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");

  private KeysFiles() {}

  /** The secret of a caller: as long as a real one. */
  public static String secret(String id) {
    return (id + "-secret-0123456789012345678901234567890123456789").substring(0, 43);
  }

  /** What a caller shows as a whole. */
  public static String shown(String id) {
    return id + "." + secret(id);
  }

  /** An entry that is valid for ever. */
  public static Key key(String id, Role... roles) {
    return new Key(
        id,
        List.of(Key.hash(secret(id))),
        Set.of(roles),
        Rights.ALL,
        CREATED,
        Optional.empty(),
        Optional.empty());
  }

  /** An entry whose time is over. */
  public static Key expired(String id) {
    Key key = key(id, Role.SEND, Role.OBSERVE);
    return new Key(
        id,
        key.hashes(),
        key.roles(),
        key.rights(),
        CREATED,
        Optional.of(CREATED.plusSeconds(1)),
        Optional.empty());
  }

  /** An entry whose rights an operator took away. */
  public static Key revoked(String id) {
    Key key = key(id, Role.SEND, Role.OBSERVE);
    return new Key(
        id,
        key.hashes(),
        key.roles(),
        key.rights(),
        CREATED,
        Optional.empty(),
        Optional.of(CREATED.plusSeconds(1)));
  }

  public static Path write(Path file, Key... keys) throws IOException {
    return Files.write(file, KeysJson.write(List.of(keys)));
  }
}
