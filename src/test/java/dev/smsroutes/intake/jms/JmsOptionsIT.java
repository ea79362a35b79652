package dev.smsroutes.intake.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.broker.BrokerOptions.Redelivery;
import dev.smsroutes.broker.ExternalBroker;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.config.TestOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JmsOptionsIT {
  /** The delivery contract: back-off, for a day. */
  @Test
  void the_defaults_try_a_request_for_a_day() {
    Redelivery redelivery = TestOptions.jms(Map.of()).broker().redelivery();
    double delay = redelivery.first().toMillis();
    double total = 0;
    for (int delivery = 2; delivery <= redelivery.attempts(); delivery++) {
      total += Math.min(delay, redelivery.max().toMillis());
      delay *= redelivery.multiplier();
    }
    assertThat(Duration.ofMillis((long) total))
        .isBetween(Duration.ofHours(24), Duration.ofMinutes(24 * 60 + 20));
  }

  @ParameterizedTest
  @CsvSource({
    "sms.jms.port, many",
    "sms.jms.port, 70000",
    "sms.jms.enabled, yes",
    "sms.jms.concurrency, 0",
    "sms.jms.max-attempts, 0",
    "sms.jms.max-queue-bytes, 0",
    "sms.jms.max-queue-bytes, 1GB",
    "sms.jms.max-body-bytes, 999999999",
    "sms.jms.redelivery-delay, 0",
    "sms.jms.redelivery-delay, soon",
    "sms.jms.redelivery-multiplier, 0.5",
    "sms.jms.max-redelivery-delay, 1ms",
    "sms.jms.user, shop",
    "sms.jms.queue, sms.send.dead",
  })
  void a_value_that_makes_no_sense_is_named(String key, String value) {
    assertThatThrownBy(() -> TestOptions.jms(Map.of(key, value)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(key);
  }

  @Test
  void starts_no_route_if_the_intake_is_disabled() throws Exception {
    Map<String, String> keys = Map.of("sms.jms.enabled", "false", "sms.jms.queue", "sms.send");
    JmsOptions options = TestOptions.jms(keys);
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      Properties properties = new Properties();
      properties.putAll(keys);
      camel.getPropertiesComponent().setInitialProperties(properties);
      JmsIntake intake =
          new JmsIntake(options, JmsBench::read, o -> "", JmsBench::callerOfReplay, false);
      camel.addComponent("jms", intake.component(ExternalBroker.none(), ExternalBroker.none()));
      camel.getRegistry().bind(JmsIntake.BEAN, intake);
      camel.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("direct:sms-send").to("direct:nowhere");
            }
          });
      PluginHelper.getRoutesLoader(camel)
          .loadRoutes(ResourceHelper.resolveResource(camel, "file:routes/jms-intake.camel.yaml"));
      camel.start();
      assertThat(camel.getRouteController().getRouteStatus("sms-jms-intake").isStopped()).isTrue();
    }
  }
}
