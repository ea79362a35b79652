package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Keys;
import dev.smsroutes.access.KeysJson;
import dev.smsroutes.access.Rights;
import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys of callers, as an operator makes and ends them. */
class KeyTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path home;

  private Path file() {
    return home.resolve("keys.json");
  }

  private Said key(String... arguments) {
    List<String> all = new ArrayList<>(List.of("key"));
    all.addAll(List.of(arguments));
    all.add("--set=sms.http.keys-file=" + file());
    return Said.by(all.toArray(String[]::new));
  }

  private Key entry(String id) throws IOException {
    return KeysJson.read(file()).get(id);
  }

  @Test
  void create_prints_the_key_once_and_keeps_its_hash_only() throws IOException {
    Said said = key("create", "shop");

    assertThat(said.exit()).isZero();
    assertThat(said.lines()).hasSize(1);
    assertThat(said.out().strip()).matches("shop\\.[A-Za-z0-9_-]{43}");
    assertThat(said.err()).doesNotContain(said.out().strip());
    assertThat(Files.readString(file())).doesNotContain(said.out().strip().substring(5));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    try (Keys keys = Keys.open(file())) {
      assertThat(keys.withSecret(said.out().strip())).map(Key::id).contains("shop");
    }
  }

  @Test
  void create_takes_all_rights() throws IOException {
    Instant before = Instant.now();
    Said said =
        key(
            "create",
            "shop",
            "--definitions",
            "order-*,reset",
            "--countries",
            "DE,AT",
            "--rate",
            "90/m",
            "--daily",
            "50000",
            "--no-text",
            "--premium",
            "--roles",
            "send,observe",
            "--expires",
            "90d");

    assertThat(said.exit()).as(said.err()).isZero();
    Rights rights = entry("shop").rights();
    assertThat(rights.definitions()).containsExactly("order-*", "reset");
    assertThat(rights.countries()).containsExactlyInAnyOrder("DE", "AT");
    assertThat(rights.rate()).hasValue(1.5);
    assertThat(rights.daily()).hasValue(50_000);
    assertThat(rights.text()).isFalse();
    assertThat(rights.premium()).isTrue();
    assertThat(entry("shop").expires().orElseThrow())
        .isBetween(before.plus(Duration.ofDays(89)), before.plus(Duration.ofDays(91)));
    assertThat(key("list").out())
        .contains("definitions=order-*,reset countries=AT,DE rate=1.5/s daily=50000 text=no")
        .contains("send,observe");
  }

  @Test
  void create_without_a_secret_prints_no_key() throws IOException {
    Said said = key("create", "CN=crm,O=Example", "--no-secret");

    assertThat(said.exit()).isZero();
    assertThat(said.out()).isEmpty();
    assertThat(entry("CN=crm,O=Example").hashes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "create $x | ID: expected 1 to 200 letters",
        "create x --countries DE,Austria | --countries: expected ISO 3166 codes",
        "create x --rate 20 | --rate: expected messages a second",
        "create x --rate 0/s | --rate: expected messages a second",
        "create x --daily 0 | --daily: expected at least 1",
        "create x --daily many | --daily",
        "create x --roles admin | --roles: expected send, observe or operate",
        "create x --expires soon | --expires: expected a time such as 90d",
        "create x --expires 2020-01-01 | --expires: expected a time in the future",
        "create x --definitions a,,b | --definitions: expected patterns",
        "create | Missing required parameter",
      })
  void a_wrong_option_is_told_and_changes_nothing(String arguments, String said) {
    Said answer = key(arguments.split(" "));

    assertThat(answer.exit()).isEqualTo(ExitCode.MISCONFIGURED);
    assertThat(answer.err()).contains(said);
    assertThat(answer.out()).isEmpty();
    assertThat(file()).doesNotExist();
  }

  @Test
  void without_a_command_it_shows_its_help() {
    Said said = Said.by("key");

    assertThat(said.exit()).isEqualTo(ExitCode.MISCONFIGURED);
    assertThat(said.err()).contains("Usage: sms-routes key", "create", "revoke", "rotate", "list");
  }

  @Test
  void a_caller_is_made_once() throws IOException {
    key("create", "shop");
    Key before = entry("shop");
    Said again = key("create", "shop", "--premium");

    assertThat(again.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(again.err()).contains("'shop' exists already");
    assertThat(again.out()).isEmpty();
    assertThat(entry("shop")).isEqualTo(before);
  }

  @Test
  void a_revoked_caller_stays_in_the_file() throws IOException {
    String shown = key("create", "shop").out().strip();
    assertThat(key("revoke", "shop").exit()).isZero();
    Key revoked = entry("shop");
    assertThat(key("revoke", "shop").exit()).isZero();

    assertThat(entry("shop")).isEqualTo(revoked);
    try (Keys keys = Keys.open(file())) {
      assertThat(keys.withSecret(shown)).isEmpty();
    }
    assertThat(key("list").out()).contains("revoked");
    assertThat(key("revoke", "other").exit()).isEqualTo(ExitCode.FAILED);
    assertThat(key("rotate", "shop").err()).contains("is revoked");
  }

  @Test
  void a_key_rotates_without_a_gap() throws IOException {
    String first = key("create", "shop").out().strip();
    assertThat(key("rotate", "shop", "--finish").err()).contains("has no old secret");
    String second = key("rotate", "shop").out().strip();
    assertThat(key("rotate", "shop").err()).contains("has two secrets already");
    try (Keys keys = Keys.open(file())) {
      assertThat(keys.withSecret(first)).isPresent();
      assertThat(keys.withSecret(second)).isPresent();
    }

    assertThat(key("rotate", "shop", "--finish").exit()).isZero();
    try (Keys keys = Keys.open(file())) {
      assertThat(keys.withSecret(first)).isEmpty();
      assertThat(keys.withSecret(second)).isPresent();
    }
  }

  @Test
  void list_shows_no_hash() throws IOException {
    key("create", "shop", "--definitions", "a*");
    String hash = entry("shop").hashes().get(0);

    for (Said said : List.of(key("list"), key("list", "--json"))) {
      assertThat(said.exit()).isZero();
      assertThat(said.out()).contains("shop").doesNotContain(hash);
    }
    JsonNode line = JSON.readTree(key("list", "--json").lines().get(0));
    assertThat(line.path("state").asText()).isEqualTo("valid");
    assertThat(line.path("secrets").asInt()).isEqualTo(1);
    assertThat(line.path("rights").path("definitions").get(0).asText()).isEqualTo("a*");
  }

  @Test
  void a_broken_file_is_told_and_stays_as_it_is() throws IOException {
    Files.writeString(file(), "{\"keys\":[{\"id\":1}]}");

    for (Said said : List.of(key("create", "shop"), key("list"))) {
      assertThat(said.exit()).isEqualTo(ExitCode.MISCONFIGURED);
      assertThat(said.err()).contains("keys[0].id: expected");
    }
    assertThat(file()).hasContent("{\"keys\":[{\"id\":1}]}");
  }

  @Test
  void changes_at_the_same_time_lose_none() throws IOException {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String id = "shop-" + i;
      all.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  KeysEdit.edit(file(), keys -> keys.put(id, KeysFiles.key(id, Role.SEND)));
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    all.forEach(CompletableFuture::join);

    assertThat(KeysJson.read(file())).hasSize(20);
  }
}
