package dev.smsroutes.door;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Keys;
import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a caller shows as a token, only what this gateway signed says who it is. */
class AccessTokensFuzzTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

  private static Path file;
  private static Keys keys;
  private static AccessTokens tokens;
  private static String good;

  @BeforeContainer
  static void start() throws IOException {
    Key shop = KeysFiles.key("shop", Role.SEND);
    file = KeysFiles.write(Files.createTempFile("keys", ".json"), shop);
    keys = Keys.open(file, NOON);
    tokens = new AccessTokens(new byte[32], keys, Duration.ofMinutes(18), NOON);
    good = tokens.give(shop, KeysFiles.secret("shop"));
  }

  @AfterContainer
  static void stop() throws Exception {
    keys.close();
    Files.delete(file);
  }

  /**
   * The three parts as a caller would write them: packed after they were changed, or changed
   * packed.
   */
  @Provide
  Arbitrary<String> shown() {
    String[] parts = good.split("\\.");
    Arbitrary<String> packed = Mutations.ofTexts(good).map(AccessTokensFuzzTest::text);
    Arbitrary<String> heads =
        Mutations.ofTexts(
                unpacked(parts[0]), "{\"alg\":\"none\"}", "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}")
            .map(head -> packed(head) + "." + parts[1] + "." + parts[2]);
    Arbitrary<String> claims =
        Mutations.ofTexts(unpacked(parts[1]), unpacked(parts[1]).replace("shop", "other"))
            .map(body -> parts[0] + "." + packed(body) + "." + parts[2]);
    return Arbitraries.oneOf(packed, heads, claims);
  }

  @Property
  void nothing_else_is_a_token_of_ours(@ForAll("shown") String token) throws Exception {
    Optional<SignedJWT> parsed = Mutations.ends(() -> Door.parse(token));
    if (parsed.isEmpty()) {
      return;
    }

    Finding finding = Mutations.ends(() -> tokens.check(token, parsed.get()));

    if (finding.verdict() == Finding.Verdict.RIGHT) {
      // Base64 has more than one way to write the last bits of the same signature.
      String[] shown = token.split("\\.");
      String[] ours = good.split("\\.");
      assertThat(shown[0] + "." + shown[1]).isEqualTo(ours[0] + "." + ours[1]);
      assertThat(Arrays.equals(bytes(shown[2]), bytes(ours[2]))).isTrue();
    }
  }

  private static byte[] bytes(String part) {
    return new Base64URL(part).decode();
  }

  private static String unpacked(String part) {
    return text(Base64.getUrlDecoder().decode(part));
  }

  private static String packed(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
