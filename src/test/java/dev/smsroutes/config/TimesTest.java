package dev.smsroutes.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "250, PT0.25S",
    "500ms, PT0.5S",
    "10s, PT10S",
    "5m, PT5M",
    "5min, PT5M",
    "1h30m, PT1H30M",
    "1d2h3m4s5ms, P1DT2H3M4.005S",
  })
  void reads_times_as_camel_writes_them(String text, Duration expected) {
    assertThat(Times.read(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "soon",
        "s",
        "5S",
        "2x",
        "1w",
        "-3s",
        "1.5s",
        "3 s",
        "PT5S",
        "1h2x",
        "1s1h",
        "2seconds",
        "99999999999999999999",
        "99999999999999999999s",
        "9223372036854775807d"
      })
  void refuses_what_is_no_time(String text) {
    assertThatThrownBy(() -> Times.read(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
