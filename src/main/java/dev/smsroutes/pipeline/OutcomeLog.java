package dev.smsroutes.pipeline;

import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first and the last step: gives the request its id, and writes the line that tells its end.
 */
public final class OutcomeLog {
  private static final Logger LOG = LoggerFactory.getLogger("dev.smsroutes.outcome");
  private static final int LONGEST_KEY = 100;

  /** What could break the line, forge a field of it, or change how a terminal shows it. */
  private static final Pattern STRANGE = Pattern.compile("[\\p{C}\\p{Z}\\s=]");

  private final StatusTable table;

  OutcomeLog(StatusTable table) {
    this.table = table;
  }

  /** Notes the request and gives its handling an id. */
  public void begin(Exchange exchange) {
    exchange.removeProperties(SendState.ALL);
    exchange.setProperty(SendState.REQUEST_ID, UUID.randomUUID().toString());
    // A row of a file has the clock of its file, which may have been running for hours.
    exchange.setProperty(SendState.BEGAN, exchange.getClock().elapsed());
    SendRequest request = request(exchange);
    exchange.setProperty(SendState.REQUEST, request);
    exchange.getMessage().setBody(request);
  }

  /** A fault of ours: the log gets all of it, the caller an id to ask about. */
  public Outcome failed(Exchange exchange) {
    return failed(
        exchange.getProperty(SendState.REQUEST, SendRequest.class),
        exchange.getProperty(SendState.REQUEST_ID, String.class),
        exchange.getProperty(SendState.ATTEMPTS, 0, Integer.class) > 0,
        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
  }

  Outcome failed(SendRequest request, String requestId, boolean attempted, Exception cause) {
    LOG.error("requestId={} failed inside", requestId, cause);
    return table.failedInside(requestId, Optional.ofNullable(request.messageKey()), attempted);
  }

  /** The ledger cannot be written; it says why in the log, once, and to the health check. */
  public Outcome unrecorded(Exchange exchange) {
    return table.unrecorded(
        exchange.getProperty(SendState.REQUEST_ID, String.class),
        exchange.getProperty(SendState.REQUEST, SendRequest.class).messageKey(),
        exchange.getProperty(SendState.ATTEMPTS, 0, Integer.class) > 0
            || exchange.getProperty(SendState.UNCERTAIN, false, Boolean.class));
  }

  /** An intake that hands over anything else has a fault in its route; it gets an outcome too. */
  private static SendRequest request(Exchange exchange) {
    Object body = exchange.getMessage().getBody();
    if (body instanceof SendRequest request) {
      return request;
    }
    LOG.error(
        "route={} handed over a {}, expected a SendRequest",
        exchange.getFromRouteId(),
        body == null ? "null" : body.getClass().getName());
    return new SendRequest(null, null, null, null);
  }

  /** One line for each request; without number, attributes and text. */
  public void end(Exchange exchange) {
    tell(
        exchange,
        exchange.getProperty(SendState.REQUEST, SendRequest.class),
        exchange.getMessage().getBody(Outcome.class));
  }

  void tell(Exchange exchange, SendRequest request, Outcome outcome) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    LOG.info(
        "requestId={} route={} messageKey={} definitionKey={} outcome={} code={} fields={} ms={}",
        outcome.requestId(),
        exchange.getFromRouteId(),
        loggable(request.messageKey()),
        loggable(request.definitionKey()),
        outcome.state(),
        outcome.errorCode(),
        outcome.faults().stream().map(fault -> loggable(fault.field())).toList(),
        exchange.getClock().elapsed() - exchange.getProperty(SendState.BEGAN, Long.class));
  }

  /** A stranger's text must neither break the line nor fill the log. */
  private static String loggable(String text) {
    if (text == null) {
      return "-";
    }
    String shown = text.length() <= LONGEST_KEY ? text : text.substring(0, LONGEST_KEY) + "…";
    return STRANGE.matcher(shown).replaceAll("_");
  }
}
