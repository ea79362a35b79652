package dev.smsroutes.trace;

import dev.smsroutes.model.TraceContext;
import java.util.Optional;

/**
 * Notes spans. No span holds a number, a key, an attribute or a text, nor any word of the SMS API.
 * Thread-safe; no method throws or waits for a collector.
 */
public interface Tracing {
  /**
   * Begins the span of a request that is handed over.
   *
   * @param channel as in its origin
   * @param caller where the trace of its caller stands: the span becomes a part of it, and is
   *     recorded if the caller's was
   * @param delivery without a caller's trace: names the message of the broker that brought it, so
   *     that all deliveries of one message are in one trace
   */
  RequestSpan begin(String channel, Optional<TraceContext> caller, Optional<String> delivery);
}
