package dev.smsroutes.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.testing.SettableClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LastHourTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final SettableClock clock = new SettableClock();
  private final LastHour hour = new LastHour(registry, clock);

  private void end(String outcome, String channel, int times) {
    registry.counter("sms.outcomes", "outcome", outcome, "channel", channel).increment(times);
  }

  private JsonNode written() {
    ObjectNode json = Answers.JSON.createObjectNode();
    hour.write(json);
    return json;
  }

  @Test
  void counts_the_outcomes_of_each_minute_over_all_channels() {
    end("ACCEPTED", "http", 2);
    end("ACCEPTED", "file", 3);
    hour.look();
    clock.forward(Duration.ofMinutes(1));
    end("REFUSED", "http", 1);
    end("WAITING", "jms", 4);

    JsonNode json = written();

    assertThat(json.path("perMinute")).hasSize(60);
    assertThat(json.path("perMinute").get(58).asInt()).isEqualTo(5);
    assertThat(json.path("perMinute").get(59).asInt()).isEqualTo(1);
    assertThat(json.path("unsettledPerMinute").get(59).asInt()).isEqualTo(4);
    assertThat(json.path("outcomes").path("ACCEPTED").asInt()).isEqualTo(5);
  }

  @Test
  void forgets_what_is_older_than_an_hour() {
    end("ACCEPTED", "http", 7);
    hour.look();
    clock.forward(Duration.ofMinutes(60));
    end("ACCEPTED", "http", 1);

    assertThat(written().path("outcomes").path("ACCEPTED").asInt()).isEqualTo(1);
  }

  @Test
  void counts_nothing_twice() {
    end("PARKED", "http", 1);
    hour.look();
    hour.look();

    assertThat(written().path("outcomes").path("PARKED").asInt()).isEqualTo(1);
  }

  @Test
  void is_all_zero_without_outcomes() {
    assertThat(written().path("perMinute")).allMatch(count -> count.asInt() == 0);
  }
}
