package dev.smsroutes.intake.http;

import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.TraceContext;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * The headers with which a caller finds its request again. One that is malformed, or that came more
 * than once, counts as none: it must never keep a message from being sent. Stateless.
 */
final class TrackingHeaders {
  static final String REQUEST_ID = "X-Request-ID";
  static final String TRACEPARENT = "traceparent";

  /** Of an answer: the span of the request, in the form of a {@code traceparent} (W3C draft). */
  static final String TRACERESPONSE = "traceresponse";

  private TrackingHeaders() {}

  /** The id that the caller gave to its request. */
  static Optional<String> callerRequestId(HttpServerRequest request) {
    return Correlation.callerRequestId(only(request, REQUEST_ID));
  }

  /** Where the request stands in the trace of its caller. */
  static Optional<TraceContext> trace(HttpServerRequest request) {
    return TraceContext.of(only(request, TRACEPARENT));
  }

  /** Every answer, whatever it says, has the id that the caller gave to its request. */
  static void echo(RoutingContext request) {
    callerRequestId(request.request())
        .ifPresent(id -> request.response().putHeader(REQUEST_ID, id));
    request.next();
  }

  private static String only(HttpServerRequest request, String name) {
    String first = request.getHeader(name);
    return first == null || request.headers().getAll(name).size() > 1 ? null : first;
  }
}
