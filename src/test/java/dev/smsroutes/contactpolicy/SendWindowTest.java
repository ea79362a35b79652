package dev.smsroutes.contactpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SendWindowTest {
  @ParameterizedTest
  @CsvSource({
    "08:00-20:00, 480, 1200",
    "8:00-20:00, 480, 1200",
    "' 08:00 – 20:00 ', 480, 1200",
    "08:00—20:00, 480, 1200",
    "08:00\u221220:00, 480, 1200",
    "20:00-06:00, 1200, 360",
    "00:00-24:00, 0, 1440",
    "20:00-24:00, 1200, 1440",
    "20:00-00:00, 1200, 1440",
    "23:59-00:01, 1439, 1",
  })
  void reads_two_times_of_a_day(String written, int from, int until) {
    assertThat(SendWindow.read("k", written)).isEqualTo(new SendWindow(from, until));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "08:00",
        "08-20",
        "08:00-08:00",
        "24:00-06:00",
        "24:00-00:00",
        "08:60-20:00",
        "08:00-24:01",
        "08:00-25:00",
        "99:99-99:99",
        "08:00-20:00-22:00",
        "8am-8pm",
        "08:00+20:00",
        "٠٨:٠٠-٢٠:٠٠",
        ""
      })
  void says_what_it_expects_when_it_gets_something_else(String written) {
    assertThatThrownBy(() -> SendWindow.read("sms.send-window", written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sms.send-window: expected two different times of a day")
        .hasMessageContaining("got '" + written + "'");
  }

  @Test
  void opens_with_its_first_minute_and_closes_with_its_last() {
    SendWindow day = SendWindow.read("k", "08:00-20:00");
    assertThat(day.contains(479)).isFalse();
    assertThat(day.contains(480)).isTrue();
    assertThat(day.contains(1199)).isTrue();
    assertThat(day.contains(1200)).isFalse();
  }

  @Test
  void may_span_midnight() {
    SendWindow night = SendWindow.read("k", "20:00-06:00");
    assertThat(night.contains(1199)).isFalse();
    assertThat(night.contains(1200)).isTrue();
    assertThat(night.contains(0)).isTrue();
    assertThat(night.contains(359)).isTrue();
    assertThat(night.contains(360)).isFalse();
  }
}
