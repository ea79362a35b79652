package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.Envelope.Handling;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class MessageMetersTest {
  private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MessageMeters meters =
      new MessageMeters(
          registry, DefinitionDirectory.load(Path.of("definitions")), Clock.systemUTC());

  @Test
  void names_so_many_callers_and_then_others() {
    for (int i = 0; i < 3 * MessageMeters.MAX_CALLERS; i++) {
      end("http", "caller" + i, "account-reset", 109_121);
    }

    assertThat(values("caller")).hasSize(MessageMeters.MAX_CALLERS + 1).contains("other");
    assertThat(total()).isEqualTo(3 * MessageMeters.MAX_CALLERS);
  }

  @Test
  void names_so_many_routes_of_a_site_and_then_others() {
    for (int i = 0; i < 3 * MessageMeters.MAX_CHANNELS; i++) {
      end("route" + i, null, "account-reset", 109_121);
    }

    assertThat(values("channel")).hasSize(MessageMeters.MAX_CHANNELS + 1).contains("other");
  }

  @Test
  void names_no_definition_that_is_not_loaded() {
    for (int i = 0; i < 50; i++) {
      end("http", null, "stranger" + i, 109_111);
    }
    end("http", null, null, 109_107);

    assertThat(values("definition")).containsExactly("unknown");
  }

  @Test
  void names_no_code_that_is_not_known() {
    for (int i = 0; i < 50; i++) {
      end("http", null, "account-reset", 777_000 + i);
    }

    assertThat(values("code")).containsExactly("other");
  }

  @Test
  void has_no_more_series_than_its_limit_whatever_comes_together() {
    List<String> keys =
        List.of("account-reset", "newsletter-teaser", "order-shipped", "retired-offer");
    List<Integer> codes =
        List.of(
            10001, 10002, 10005, 20001, 20002, 30000, 50100, 50200, 50300, 109102, 109105, 109106,
            109107, 109108, 109121);
    for (int i = 0; i < MessageMeters.MAX_CALLERS; i++) {
      for (String key : keys) {
        for (int code : codes) {
          end("http", "caller" + i, key, code);
        }
      }
    }

    int made = MessageMeters.MAX_CALLERS * keys.size() * codes.size();
    assertThat(made).isGreaterThan(MessageMeters.MAX_OUTCOME_SERIES);
    assertThat(registry.find("sms.outcomes").counters())
        .hasSizeLessThanOrEqualTo(MessageMeters.MAX_OUTCOME_SERIES + codes.size());
    assertThat(total()).isEqualTo(made);
  }

  @Test
  void shows_no_number_in_the_name_of_a_caller() {
    end("http", "+49 151 12345678", "account-reset", 109_121);
    end("http", "ada@example.com", "account-reset", 109_121);

    assertThat(values("caller")).containsExactly("…");
  }

  private void end(String channel, String caller, String definition, int code) {
    Handling handling =
        new Handling(
            "test",
            Optional.ofNullable(caller),
            Optional.empty(),
            Optional.empty(),
            false,
            false,
            1,
            Duration.ofSeconds(30),
            false,
            false,
            new DefaultExchange(CONTEXT).getClock(),
            0);
    InFlight message =
        new InFlight(
            new Envelope(
                new SendRequest("k", definition, null, null), Origin.of(channel, "s"), handling));
    message.outcome = new Refused("r", Optional.of("k"), code, "no", List.of());
    meters.ended(message);
  }

  private Set<String> values(String label) {
    return registry.find("sms.outcomes").counters().stream()
        .map(counter -> counter.getId().getTag(label))
        .collect(Collectors.toSet());
  }

  private double total() {
    return registry.find("sms.outcomes").counters().stream().mapToDouble(Counter::count).sum();
  }
}
