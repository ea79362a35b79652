package dev.smsroutes.pipeline;

import dev.smsroutes.api.CamelReply;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.Envelope.Handling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /**
   * @param deadline how long a request may take unless its intake says otherwise
   */
  ExchangeAdapter(Duration deadline) {
    this.deadline = deadline;
  }

  /** Takes one {@link SendRequest} from an intake. */
  void one(Exchange exchange) {
    Origin given = exchange.getProperty(Origin.PROPERTY, Origin.class);
    Origin origin = given == null ? Origin.of(exchange.getFromRouteId(), "") : given;
    SendRequest request = request(exchange, exchange.getMessage().getBody(), SendRequest.class);
    boolean queued = exchange.getProperty(HandOver.QUEUED, false, Boolean.class);
    begin(exchange, List.of(new Envelope(request, origin, handling(exchange, queued))));
  }

  /** Takes a list of {@link SendItem} from an intake. They are sent, never queued. */
  void many(Exchange exchange) {
    Handling handling = handling(exchange, false);
    List<Envelope> envelopes = new ArrayList<>();
    Object body = exchange.getMessage().getBody();
    for (Object each : body instanceof List<?> list ? list : List.of()) {
      envelopes.add(
          each instanceof SendItem item
              ? new Envelope(item.request(), item.origin(), handling)
              : new Envelope(
                  request(exchange, each, SendItem.class),
                  Origin.of(exchange.getFromRouteId(), ""),
                  handling));
    }
    if (!(body instanceof List<?>)) {
      request(exchange, body, List.class);
    }
    begin(exchange, envelopes);
  }

  /** No header of a stranger comes any further. */
  private static void begin(Exchange exchange, List<Envelope> envelopes) {
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setBody(new Sends(envelopes.stream().map(InFlight::new).toList()));
  }

  private Handling handling(Exchange exchange, boolean queued) {
    return new Handling(
        exchange.getFromRouteId(),
        HandOver.BATCH.equals(exchange.getProperty(HandOver.LANE)),
        exchange.getProperty(HandOver.MAX_RETRIES, 1, Integer.class),
        exchange.getProperty(HandOver.PATIENCE, deadline, Duration.class),
        exchange.getProperty(HandOver.LAST_CHANCE, false, Boolean.class),
        queued,
        exchange.getClock(),
        exchange.getClock().elapsed());
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
    end(exchange, sends(exchange).messages().get(0).outcome);
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

  static Sends sends(Exchange exchange) {
    return (Sends) exchange.getMessage().getBody();
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
  }

  /** The body becomes what goes to the broker. */
  static void toBroker(Exchange exchange, ApiCall call, String header, String key, String body) {
    Message message = aside(exchange, call);
    message.setHeader(header, key);
    message.setBody(body);
  }

  private static Message aside(Exchange exchange, ApiCall call) {
    exchange.setProperty(CALL, call);
    exchange.getMessage().removeHeaders("*");
    return exchange.getMessage();
  }

  /** The body becomes the call again, with the API's reply. */
  static void reply(Exchange exchange) {
    exchange.getProperty(CALL, ApiCall.class).reply = CamelReply.of(exchange);
    back(exchange);
  }

  /** The body becomes the call again, without a reply. */
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
