package dev.smsroutes.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class VerifiedTokensTest {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

  private final VerifiedTokens<String> tokens = new VerifiedTokens<>();

  @Test
  void knows_a_token_until_it_expires() {
    tokens.keep("a", "shop", NOW.plusSeconds(1));

    assertThat(tokens.find("a", NOW)).contains("shop");
    assertThat(tokens.find("b", NOW)).isEmpty();
    assertThat(tokens.find("a", NOW.plusSeconds(1))).isEmpty();
  }

  @Test
  void does_not_grow_without_bound() {
    for (int i = 0; i < VerifiedTokens.MOST + 5; i++) {
      tokens.keep("token-" + i, "shop", NOW.plusSeconds(1));
    }

    assertThat(tokens.size()).isLessThanOrEqualTo(VerifiedTokens.MOST);
  }
}
