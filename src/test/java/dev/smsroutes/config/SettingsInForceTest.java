package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What the audit log says of the settings. */
class SettingsInForceTest {
  private static SettingsInForce with(String... keysAndValues) {
    Properties defaults = Configuration.defaults();
    Map<String, String> set = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      set.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return SettingsInForce.of(
        key -> Optional.ofNullable(set.getOrDefault(key, defaults.getProperty(key))));
  }

  @Test
  void names_the_keys_that_are_not_at_their_defaults() {
    assertThat(with().changed()).isEmpty();
    assertThat(with("sms.http.port", "1", "sms.api.client-secret", "Tulip-41").changed())
        .containsExactly("sms.api.client-secret", "sms.http.port");
  }

  @Test
  void the_hash_tells_other_settings_but_nothing_of_a_secret() {
    assertThat(with("sms.http.port", "1").hash())
        .hasSize(64)
        .isNotEqualTo(with().hash())
        .isNotEqualTo(with("sms.http.port", "2").hash());
    assertThat(with("sms.api.client-secret", "a").hash())
        .isNotEqualTo(with().hash())
        .isEqualTo(with("sms.api.client-secret", "b").hash());
    assertThat(with("sms.ledger.url", "jdbc:postgresql://db/sms?password=a&x=1").hash())
        .isEqualTo(with("sms.ledger.url", "jdbc:postgresql://db/sms?password=b&x=1").hash());
    assertThat(with("sms.api.proxy-url", "http://ann:a@proxy:1").hash())
        .isEqualTo(with("sms.api.proxy-url", "http://ann:b@proxy:1").hash());
  }
}
