package dev.smsroutes.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String OLD = "o".repeat(43);
  private static final String NEW = "n".repeat(43);

  @TempDir Path folder;

  private static Key key(String id, Optional<Instant> expires, Optional<Instant> revoked) {
    return new Key(
        id,
        List.of(Key.hash(OLD), Key.hash(NEW)),
        Set.of(Role.SEND),
        new Rights(
            List.of("order-*"),
            Set.of("DE"),
            OptionalDouble.of(20),
            OptionalLong.of(50_000),
            false,
            false),
        NOW,
        expires,
        revoked);
  }

  private static Key key(String id) {
    return key(id, Optional.empty(), Optional.empty());
  }

  private Path file(Key... keys) throws IOException {
    Path next = Files.write(folder.resolve("next"), KeysJson.write(List.of(keys)));
    return Files.move(next, folder.resolve("keys.json"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static Keys open(Path file) {
    return Keys.open(file, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @Test
  void finds_a_caller_by_either_of_two_secrets() throws IOException {
    try (Keys keys = open(file(key("shop"), key("shop.eu")))) {
      assertThat(keys.withSecret("shop." + OLD)).contains(key("shop"));
      assertThat(keys.withSecret("shop." + NEW)).contains(key("shop"));
      assertThat(keys.withSecret("shop.eu." + NEW)).contains(key("shop.eu"));
      assertThat(keys.withSecret("shop", OLD)).contains(key("shop"));
      assertThat(keys.withSecret("shop", "shop." + OLD)).contains(key("shop"));
    }
  }

  @Test
  void finds_nobody_by_a_wrong_secret() throws IOException {
    try (Keys keys = open(file(key("shop")))) {
      for (String wrong :
          List.of("", ".", "shop", "shop.", "shop." + "x".repeat(43), "other." + OLD, "." + OLD)) {
        assertThat(keys.withSecret(wrong)).as(wrong).isEmpty();
      }
      assertThat(keys.withSecret("", "")).isEmpty();
      assertThat(keys.withSecret("nobody", "")).isEmpty();
    }
  }

  @Test
  void finds_nobody_who_is_revoked_or_has_expired() throws IOException {
    Key revoked = key("revoked", Optional.empty(), Optional.of(NOW.minusSeconds(1)));
    Key expired = key("expired", Optional.of(NOW), Optional.empty());
    Key expiring = key("expiring", Optional.of(NOW.plusMillis(1)), Optional.empty());
    try (Keys keys = open(file(revoked, expired, expiring))) {
      assertThat(keys.withSecret("revoked." + OLD)).isEmpty();
      assertThat(keys.withSecret("expired." + OLD)).isEmpty();
      assertThat(keys.withSecret("expiring." + OLD)).contains(expiring);
      assertThat(keys.withId("revoked")).contains(revoked);
      assertThat(keys.isValid(revoked)).isFalse();
      assertThat(keys.isValid(expired)).isFalse();
      assertThat(keys.isValid(expiring)).isTrue();
    }
  }

  @Test
  void has_no_callers_until_the_file_is_there() throws IOException {
    try (Keys keys = open(folder.resolve("keys.json"))) {
      keys.check();
      assertThat(keys.withId("shop")).isEmpty();
      assertThat(keys.outage()).isEmpty();

      file(key("shop"));
      keys.check();
      keys.check();
      assertThat(keys.withId("shop")).isPresent();
    }
  }

  @Test
  void keeps_the_last_good_state_when_the_file_is_broken_or_gone() throws IOException {
    Path file = file(key("shop"));
    try (Keys keys = open(file)) {
      Files.writeString(file, "{\"keys\": [{\"id\": 7}]}");
      keys.check();
      keys.check();
      assertThat(keys.withSecret("shop." + OLD)).isPresent();
      assertThat(keys.outage().orElseThrow()).contains("keys[0].id: expected");

      Files.delete(file);
      keys.check();
      assertThat(keys.withSecret("shop." + OLD)).isPresent();
      assertThat(keys.outage()).contains("there is no such file");

      file(key("shop", Optional.empty(), Optional.of(NOW)));
      keys.check();
      keys.check();
      assertThat(keys.withSecret("shop." + OLD)).isEmpty();
      assertThat(keys.outage()).isEmpty();
    }
  }

  @Test
  void refuses_to_open_a_broken_file_and_names_the_setting() throws IOException {
    Path file = Files.writeString(folder.resolve("keys.json"), "[]");

    assertThatThrownBy(() -> open(file))
        .hasMessageStartingWith("sms.http.keys-file: expected a file made by")
        .hasMessageContaining("the file: expected an object; got a list");
  }

  @Test
  void shows_no_hash() {
    assertThat(key("shop").toString()).doesNotContain(Key.hash(OLD));
  }
}
