package dev.smsroutes.intake.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.config.Address;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostCheckTest {
  private static HostCheck on(String address, String... names) {
    return new HostCheck(new Address("sms.http", address, 8080), Set.of(names));
  }

  @ParameterizedTest(name = "{0}: on loopback {1}, elsewhere {2}")
  @CsvSource(
      textBlock =
          """
          localhost,                 true,  true
          localhost:8080,            true,  true
          LocalHost:1,               true,  true
          localhost.,                true,  true
          127.0.0.1,                 true,  true
          127.0.0.1:8080,            true,  true
          127.1.2.3:80,              true,  true
          [::1]:8080,                true,  true
          sms.example.com,           true,  true
          SMS.example.com:443,       true,  true
          192.168.1.7:8080,          false, true
          [2001:db8::7]:8080,        false, true
          sms-routes,                false, true
          sms-routes:8080,           false, true
          evil.example,              false, false
          evil.example:8080,         false, false
          127.0.0.1.evil.example,    false, false
          localhost.evil.example,    false, false
          localhost:8080.evil.test,  false, false
          127.0.0.1@evil.example,    false, false
          127.0.0.256,               false, false
          1.2.3,                     false, false
          [::1].evil.example,        false, false
          [evil],                    false, false
          sms.example.com.evil.test, false, false
          xsms.example.com,          false, false
          *,                         false, false
          '',                        false, false
          ' localhost',              false, false
          """)
  void knows_its_own_names(String host, boolean onLoopback, boolean elsewhere) {
    for (int i = 0; i < 2; i++) {
      assertThat(on("127.0.0.1", "sms.example.com").isOurs(host)).isEqualTo(onLoopback);
      assertThat(on("0.0.0.0", "sms.example.com").isOurs(host)).isEqualTo(elsewhere);
    }
  }

  @ParameterizedTest
  @CsvSource({"evil.example", "127.0.0.1"})
  void knows_any_name_if_an_operator_says_so(String host) {
    assertThat(on("127.0.0.1", "*").isOurs(host)).isTrue();
  }

  @ParameterizedTest(name = "{0}: {1} → {2}")
  @CsvSource(
      textBlock =
          """
          Origin,         https://evil.example,   header Origin
          Origin,         http://localhost:8080,  header Origin
          origin,         null,                   header Origin
          Sec-Fetch-Site, cross-site,             Sec-Fetch-Site
          Sec-Fetch-Site, same-site,              Sec-Fetch-Site
          Sec-Fetch-Site, anything,               Sec-Fetch-Site
          Sec-Fetch-Site, same-origin,
          Sec-Fetch-Site, none,
          Referer,        https://evil.example,
          """)
  void refuses_what_a_web_page_sends(String name, String value, String named) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().add(name, value);

    assertThat(on("127.0.0.1").refuses(headers, List.of("localhost")))
        .satisfies(
            why ->
                assertThat(why.orElse(""))
                    .contains(named == null ? "" : named)
                    .doesNotContain("evil"))
        .matches(why -> why.isPresent() == (named != null));
  }

  @ParameterizedTest
  @CsvSource({"sms.http", "sms.management"})
  void names_the_key_that_allows_a_name(String keys) {
    HostCheck check = new HostCheck(new Address(keys, "127.0.0.1", 0), Set.of());

    assertThat(
            check
                .refuses(MultiMap.caseInsensitiveMultiMap(), List.of("gateway.example"))
                .orElseThrow())
        .contains(keys + ".allowed-hosts")
        .doesNotContain("gateway.example");
  }
}
