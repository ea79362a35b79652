package dev.smsroutes.trace;

import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How spans get to a collector. Immutable.
 *
 * @param endpoint where the collector takes spans: OTLP over HTTP, the whole URL
 * @param authorization the value of the header {@code Authorization}; asked for at each export
 * @param samplingRatio which part of the requests without a caller's trace is recorded, 0 to 1
 */
public record TraceOptions(
    URI endpoint, Optional<Supplier<String>> authorization, double samplingRatio) {}
