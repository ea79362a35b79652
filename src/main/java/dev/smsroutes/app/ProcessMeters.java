package dev.smsroutes.app;

import dev.smsroutes.intake.http.HttpServers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;

/** Meters of what the bundle has opened. Stateless. */
final class ProcessMeters {
  private ProcessMeters() {}

  /**
   * @param sandbox whether no SMS leaves this machine
   */
  static void bind(MeterRegistry registry, Optional<HttpServers> http, boolean sandbox) {
    http.ifPresent(
        servers ->
            Gauge.builder("sms.http.in.flight", servers, HttpServers::inFlight)
                .description("HTTP requests in progress")
                .register(registry));
    Gauge.builder("sms.sandbox", () -> sandbox ? 1 : 0)
        .description("1 if the sandbox plays the SMS API, so that no SMS leaves this machine")
        .register(registry);
  }
}
