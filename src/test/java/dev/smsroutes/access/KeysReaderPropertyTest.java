package dev.smsroutes.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.watch.BrokenFileException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the keys file holds, there is one clear answer: the callers, or what is wrong. */
class KeysReaderPropertyTest {
  private static final List<String> NAMES =
      List.of(
          "keys",
          "id",
          "hashes",
          "roles",
          "rights",
          "created",
          "expires",
          "revoked",
          "definitions",
          "countries",
          "ratePerSecond",
          "daily",
          "text",
          "premium",
          "other",
          "");
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-1",
          "1.5",
          "1e999",
          "99999999999999999999",
          "\"\"",
          "\"shop\"",
          "\"send\"",
          "\"DE\"",
          "\"*\"",
          "\"2026-01-01T00:00:00Z\"",
          "\"" + Key.hash("a") + "\"",
          "\"\\ud800\"",
          "[]",
          "{}");

  @Property(tries = 300)
  void any_json_is_read_or_refused(@ForAll("json") String json) {
    check(json.getBytes(UTF_8));
  }

  @Property(tries = 300)
  void any_json_in_its_place_is_read_or_refused(@ForAll("members") String members) {
    check(("{\"keys\":[{" + members + "}]}").getBytes(UTF_8));
  }

  @Property(tries = 200)
  void any_bytes_are_read_or_refused(@ForAll byte[] bytes) {
    check(bytes);
  }

  private static void check(byte[] bytes) {
    try {
      Map<String, Key> keys = KeysJson.read(bytes);
      assertThat(KeysJson.read(KeysJson.write(keys.values()))).isEqualTo(keys);
    } catch (BrokenFileException e) {
      assertThat(e.getMessage().lines()).isNotEmpty().hasSizeLessThanOrEqualTo(51);
      assertThat(e.getMessage()).contains("expected");
    }
  }

  @Provide
  Arbitrary<String> members() {
    return members(json());
  }

  @Provide
  Arbitrary<String> json() {
    return Arbitraries.recursive(
        () -> Arbitraries.of(VALUES),
        inner ->
            Arbitraries.oneOf(
                inner,
                inner.list().ofMaxSize(4).map(all -> "[" + String.join(",", all) + "]"),
                members(inner).map(members -> "{" + members + "}")),
        0,
        3);
  }

  private static Arbitrary<String> members(Arbitrary<String> values) {
    return Arbitraries.maps(Arbitraries.of(NAMES), values)
        .ofMaxSize(8)
        .map(
            map ->
                String.join(
                    ",",
                    map.entrySet().stream()
                        .map(each -> "\"" + each.getKey() + "\":" + each.getValue())
                        .toList()));
  }
}
