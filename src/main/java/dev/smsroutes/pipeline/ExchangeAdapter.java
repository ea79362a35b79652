package dev.smsroutes.pipeline;

import dev.smsroutes.api.ApiReply;
import dev.smsroutes.api.CamelReply;
import dev.smsroutes.model.CallerToken;
import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.model.TraceContext;
import dev.smsroutes.pipeline.Envelope.Handling;
import dev.smsroutes.trace.RequestSpan;
import dev.smsroutes.trace.Tracing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.http.HttpConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the pipeline meets Camel: the only class that reads or writes exchange properties. Inside,
 * the body is a {@link Sends} or an {@link ApiCall}, and holds all state. Thread-safe.
 */
final class ExchangeAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ExchangeAdapter.class);

  /** The call, while the body is what goes over the wire. */
  private static final String CALL = "smsApiCall";

  private final Duration deadline;
  private final Failures failures;

  /** Null where traces are off. */
  private final Tracing tracing;

  /**
   * @param deadline how long a request may take unless its intake says otherwise
   * @param tracing empty where traces are off
   */
  ExchangeAdapter(Duration deadline, Failures failures, Optional<Tracing> tracing) {
    this.tracing = tracing.orElse(null);
    this.deadline = deadline;
    this.failures = failures;
  }

  /** Takes one {@link SendRequest} from an intake. */
  void one(Exchange exchange) {
    SendRequest request = request(exchange, exchange.getMessage().getBody(), SendRequest.class);
    Origin origin =
        exchange.getProperty(HandOver.ORIGIN) instanceof Origin given ? given : origin(exchange);
    begin(exchange, List.of(new SendItem(request, origin)), true);
  }

  /** Takes a list of {@link SendItem} from an intake. They are sent, never queued. */
  void many(Exchange exchange) {
    List<SendItem> items = new ArrayList<>();
    if (exchange.getMessage().getBody() instanceof List<?> list) {
      for (Object each : list) {
        items.add(
            each instanceof SendItem item
                ? item
                : new SendItem(request(exchange, each, SendItem.class), origin(exchange)));
      }
    } else {
      request(exchange, exchange.getMessage().getBody(), List.class);
    }
    begin(exchange, items, false);
  }

  private static Origin origin(Exchange exchange) {
    return Origin.of(exchange.getFromRouteId(), "");
  }

  private void begin(Exchange exchange, List<SendItem> items, boolean mayBeQueued) {
    Sends sends;
    try {
      Handling handling = handling(exchange, mayBeQueued);
      sends = sends(exchange, items, handling, callerToken(exchange, handling));
    } catch (RuntimeException e) {
      // A property of a wrong type: nobody knows how the intake wants it handled.
      sends = sends(exchange, items, defaults(exchange), Optional.empty());
      sends.messages().forEach(message -> failures.failed(message, e));
    }
    // No header of a stranger comes any further.
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setBody(sends);
  }

  /**
   * What leaves the queue leaves with our own token, to which this caller has no right.
   *
   * @throws IllegalArgumentException if the request is to be queued, or the property is another
   *     thing: its value must not show
   */
  private static Optional<CallerToken> callerToken(Exchange exchange, Handling handling) {
    Object token = exchange.getProperty(HandOver.CALLER_TOKEN);
    if (token == null) {
      return Optional.empty();
    }
    if (handling.queued() || !(token instanceof CallerToken own)) {
      throw new IllegalArgumentException(
          HandOver.CALLER_TOKEN + ": expected a token, and a request that is sent at once");
    }
    return Optional.of(own);
  }

  private Sends sends(
      Exchange exchange,
      List<SendItem> items,
      Handling handling,
      Optional<CallerToken> callerToken) {
    return new Sends(
        items.stream()
            .map(
                item ->
                    new InFlight(
                        new Envelope(item.request(), item.origin(), handling),
                        span(exchange, item.origin(), handling)))
            .toList(),
        callerToken);
  }

  private RequestSpan span(Exchange exchange, Origin origin, Handling handling) {
    return tracing == null
        ? null
        : tracing.begin(
            origin.channel(),
            handling.trace(),
            Optional.ofNullable(exchange.getProperty(HandOver.DELIVERY, String.class)));
  }

  private Handling handling(Exchange exchange, boolean mayBeQueued) {
    return new Handling(
        exchange.getFromRouteId(),
        caller(exchange),
        trace(exchange),
        Correlation.callerRequestId(exchange.getProperty(HandOver.CALLER_REQUEST_ID, String.class)),
        isHttp(exchange),
        HandOver.BATCH.equals(exchange.getProperty(HandOver.LANE)),
        exchange.getProperty(HandOver.MAX_RETRIES, 1, Integer.class),
        exchange.getProperty(HandOver.PATIENCE, deadline, Duration.class),
        exchange.getProperty(HandOver.LAST_CHANCE, false, Boolean.class),
        mayBeQueued && exchange.getProperty(HandOver.QUEUED, false, Boolean.class),
        exchange.getClock(),
        exchange.getClock().elapsed());
  }

  private Handling defaults(Exchange exchange) {
    return new Handling(
        exchange.getFromRouteId(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        isHttp(exchange),
        false,
        1,
        deadline,
        false,
        false,
        exchange.getClock(),
        exchange.getClock().elapsed());
  }

  /** An empty text is no caller: a route may set the property from a header that is not there. */
  private static Optional<String> caller(Exchange exchange) {
    return Optional.ofNullable(exchange.getProperty(HandOver.CALLER, String.class))
        .filter(id -> !id.isBlank());
  }

  private static Optional<TraceContext> trace(Exchange exchange) {
    Object trace = exchange.getProperty(HandOver.TRACEPARENT);
    return trace instanceof TraceContext read
        ? Optional.of(read)
        : TraceContext.of(trace instanceof String text ? text : null);
  }

  private static boolean isHttp(Exchange exchange) {
    Endpoint from = exchange.getFromEndpoint();
    return from != null && from.getEndpointUri().startsWith("platform-http:");
  }

  /** An intake that hands over anything else has a fault in its route; it gets an outcome too. */
  private static SendRequest request(Exchange exchange, Object body, Class<?> expected) {
    if (body instanceof SendRequest request && expected == SendRequest.class) {
      return request;
    }
    LOG.error(
        "route={} handed over a {}; expected a {}",
        exchange.getFromRouteId(),
        body == null ? "null" : body.getClass().getName(),
        expected.getSimpleName());
    return new SendRequest(null, null, null, null);
  }

  /** Gives the intake the outcome of its request. */
  void outcome(Exchange exchange) {
    InFlight message = sends(exchange).messages().get(0);
    if (message.span != null) {
      exchange.setProperty(HandOver.SPAN, message.trace().orElse(null));
    }
    end(exchange, message.outcome);
  }

  /** Gives the intake the outcomes, in the order of its requests. */
  void outcomes(Exchange exchange) {
    end(exchange, sends(exchange).messages().stream().map(message -> message.outcome).toList());
  }

  private static void end(Exchange exchange, Object body) {
    // Left in place, it would make a success after a failed attempt read as a failure.
    exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
    exchange.getMessage().setBody(body);
  }

  /** The body, or what the call in the body belongs to. */
  static Sends sends(Exchange exchange) {
    Object body = exchange.getMessage().getBody();
    return body instanceof ApiCall call ? call.sends() : (Sends) body;
  }

  /** The body becomes the next call. */
  static void nextCall(Exchange exchange) {
    exchange.getMessage().setBody(sends(exchange).nextCall());
  }

  /** The body becomes what the call belongs to. */
  static void afterCall(Exchange exchange) {
    exchange.getMessage().setBody(sends(exchange));
  }

  static ApiCall call(Exchange exchange) {
    return (ApiCall) exchange.getMessage().getBody();
  }

  static Group group(Exchange exchange) {
    return (Group) exchange.getMessage().getBody();
  }

  static <T extends Exception> T caught(Exchange exchange, Class<T> type) {
    return exchange.getProperty(Exchange.EXCEPTION_CAUGHT, type);
  }

  /** The body becomes a request to the API, with our own headers only. */
  static void toApi(Exchange exchange, ApiCall call, String path, byte[] body) {
    Message message = aside(exchange, call);
    message.setHeader(HttpConstants.HTTP_PATH, path);
    message.setHeader("Authorization", "Bearer " + call.token);
    if (body != null) {
      message.setHeader(HttpConstants.CONTENT_TYPE, "application/json");
    }
    message.setBody(body);
    call.leaves();
  }

  /** The body becomes what goes to the broker. */
  static void toBroker(
      Exchange exchange, ApiCall call, Map<String, Object> properties, String body) {
    Message message = aside(exchange, call);
    message.setHeaders(properties);
    message.setBody(body);
  }

  private static Message aside(Exchange exchange, ApiCall call) {
    exchange.setProperty(CALL, call);
    exchange.getMessage().removeHeaders("*");
    return exchange.getMessage();
  }

  /** The body becomes the call again, with the API's reply. */
  static void reply(Exchange exchange) {
    ApiReply reply = CamelReply.of(exchange);
    ApiCall call = back(exchange);
    call.isBack();
    call.reply = reply;
  }

  /** The body becomes the call again, without the API's reply. */
  static void noReply(Exchange exchange) {
    failed(exchange).isBack();
  }

  /** The body becomes the call again, and has the reason why nothing came of it. */
  static ApiCall failed(Exchange exchange) {
    ApiCall call = back(exchange);
    call.failure = caught(exchange, Exception.class);
    return call;
  }

  /** The body becomes the call again. */
  static ApiCall back(Exchange exchange) {
    ApiCall call = exchange.removeProperty(CALL) instanceof ApiCall aside ? aside : call(exchange);
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setBody(call);
    return call;
  }
}
