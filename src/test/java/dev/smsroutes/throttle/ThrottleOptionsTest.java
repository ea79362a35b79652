package dev.smsroutes.throttle;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThrottleOptionsTest {
  @ParameterizedTest(name = "{0}: {1}, {2}, {3}, {4}, {5}")
  @CsvSource({
    "sms.api.max-concurrency, 0, 0, PT5S, PT30S, PT15M",
    "sms.api.max-rate, 1, -1, PT5S, PT30S, PT15M",
    "sms.api.max-rate, 1, NaN, PT5S, PT30S, PT15M",
    "sms.api.max-rate, 1, Infinity, PT5S, PT30S, PT15M",
    "sms.api.max-rate, 1, 0.0001, PT5S, PT30S, PT15M",
    "sms.api.slow-after, 1, 0, PT0S, PT30S, PT15M",
    "sms.api.probe-interval, 1, 0, PT5S, PT-1S, PT15M",
    "sms.api.longest-pause, 1, 0, PT5S, PT30S, P400D",
  })
  void names_the_key_whose_value_makes_no_sense(
      String key, int concurrency, double rate, Duration slow, Duration probe, Duration longest) {
    assertThatThrownBy(() -> new ThrottleOptions(concurrency, rate, slow, probe, longest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(key + ": expected ");
  }

  @Test
  void takes_what_makes_sense() {
    assertThatCode(
            () ->
                new ThrottleOptions(
                    1, 0.5, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofDays(365)))
        .doesNotThrowAnyException();
  }
}
