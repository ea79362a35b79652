package dev.smsroutes.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which URLs are the same API to a ledger. */
class MadeForTest {
  private static MadeFor api(String url, String account) {
    return MadeFor.api(url, Optional.ofNullable(account));
  }

  @ParameterizedTest(name = "{0} {1} and {2} {3}: {4}")
  @CsvSource(
      textBlock =
          """
          https://api.example.com,     , https://API.example.com,      , true
          https://api.example.com,     , https://api.example.com:443,  , true
          https://api.example.com/x,   , https://api.example.com/y,    , true
          https://api.example.com,     , https://api.example.com:8443, , false
          https://api.example.com,     , https://other.example.com,    , false
          https://api.example.com,  1,   https://api.example.com,     1, true
          https://api.example.com,  1,   https://api.example.com,     2, false
          https://api.example.com,     , https://api.example.com,     2, true
          http://127.0.0.1:8089,       , http://127.0.0.1:40123,       , true
          http://127.0.0.1:8089,       , http://localhost,             , true
          http://[::1]:8089,           , http://127.3.2.1,             , true
          http://127.0.0.1:8089,       , https://api.example.com,      , false
          """)
  void knows_the_same_api(String url, String account, String other, String its, boolean same) {
    assertThat(api(url, account).fits(api(other, its))).isEqualTo(same);
  }

  @Test
  void the_sandbox_is_none_of_them() {
    assertThat(MadeFor.SANDBOX.fits(api("http://127.0.0.1:8089", null))).isFalse();
    assertThat(MadeFor.SANDBOX.isReal()).isFalse();
    assertThat(api("http://localhost", null).isReal()).isFalse();
    assertThat(api("https://api.example.com", null).isReal()).isTrue();
  }

  /** A host in a network of containers may have any name. */
  @ParameterizedTest
  @ValueSource(strings = {"https://sandbox", "http://SANDBOX:80", "https://loopback/api"})
  void takes_no_name_of_a_host_for_the_sandbox_or_this_machine(String url) {
    assertThat(api(url, null).isSandbox()).isFalse();
    assertThat(api(url, null).isReal()).isTrue();
    assertThat(MadeFor.SANDBOX.fits(api(url, null))).isFalse();
    assertThat(api("http://127.0.0.1:8089", null).fits(api(url, null))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "api.example.com", "https://", "https:///x", "https://a b", "mailto:x"})
  void refuses_a_text_that_names_no_host(String url) {
    assertThatThrownBy(() -> api(url, null)).isInstanceOf(IllegalArgumentException.class);
  }
}
