package dev.smsroutes.config;

import dev.smsroutes.ledger.MadeFor;
import dev.smsroutes.trace.TraceOptions;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/** The keys {@code sms.traces.*}. Stateless. */
final class TraceSettings {
  private static final String ENDPOINT = "sms.traces.otlp.endpoint";
  private static final String AUTHORIZATION = "sms.traces.otlp.authorization";
  private static final String RATIO = "sms.traces.sampling-ratio";

  /** Where a collector takes spans, under its base URL (OTLP 1.0, section "OTLP/HTTP Request"). */
  private static final String PATH = "/v1/traces";

  private TraceSettings() {}

  /** Empty if traces are off. */
  static Optional<TraceOptions> read(Settings settings) {
    double ratio = settings.decimal(RATIO, 0);
    if (ratio > 1) {
      settings.fault(RATIO + ": expected a number from 0 to 1; got '" + ratio + "'");
    }
    Optional<Supplier<String>> authorization = settings.secret(AUTHORIZATION);
    return settings
        .optional(ENDPOINT)
        .map(written -> settings.serviceUrl(ENDPOINT, written, true))
        .flatMap(url -> endpoint(settings, url, authorization.isPresent()))
        .map(endpoint -> new TraceOptions(endpoint, authorization, ratio));
  }

  private static Optional<URI> endpoint(Settings settings, String url, boolean withSecret) {
    URI endpoint;
    try {
      endpoint = URI.create(url.endsWith(PATH) ? url : url + PATH);
    } catch (IllegalArgumentException e) {
      // Told by serviceUrl.
      return Optional.empty();
    }
    if (withSecret
        && "http".equalsIgnoreCase(endpoint.getScheme())
        && endpoint.getHost() != null
        && !MadeFor.isLoopback(endpoint.getHost())) {
      settings.fault(ENDPOINT + ": expected https, because " + AUTHORIZATION + " goes there");
    }
    return Optional.of(endpoint);
  }
}
