package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.SettableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClosedWindowsTest {
  private final SettableClock clock = new SettableClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ClosedWindows windows = new ClosedWindows(registry, clock);

  @Test
  void shows_the_channels_of_the_bundle_before_any_message_waits() {
    for (String channel : new String[] {"http", "file", "jms"}) {
      assertThat(seconds("closed", channel)).isZero();
      assertThat(seconds("opens", channel)).isZero();
    }
  }

  @Test
  void counts_from_the_first_message_to_the_last_window_that_opens() {
    hold("http", Duration.ofHours(9));
    clock.forward(Duration.ofHours(1));
    hold("http", Duration.ofHours(2));

    assertThat(seconds("closed", "http")).isEqualTo(3_600);
    assertThat(seconds("opens", "http")).isEqualTo(8 * 3_600);
    assertThat(seconds("closed", "jms")).isZero();
  }

  @Test
  void begins_anew_when_the_window_was_open_in_between() {
    hold("jms", Duration.ofHours(1));
    clock.forward(Duration.ofHours(1));
    assertThat(seconds("closed", "jms")).isZero();

    clock.forward(Duration.ofHours(12));
    hold("jms", Duration.ofHours(9));
    clock.forward(Duration.ofMinutes(1));

    assertThat(seconds("closed", "jms")).isEqualTo(60);
  }

  @Test
  void measures_the_route_of_a_site_from_its_first_message() {
    hold("own-route", Duration.ofHours(1));

    assertThat(seconds("closed", "own-route")).as("shows at once").isPositive();
  }

  private void hold(String channel, Duration time) {
    windows.held(channel, clock.instant().plus(time));
  }

  private double seconds(String what, String channel) {
    return registry.get("sms.window." + what + ".seconds").tag("channel", channel).gauge().value();
  }
}
