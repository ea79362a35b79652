package dev.smsroutes.pipeline;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.model.TraceContext;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of a request that is queued. Thread-safe: all state is in the {@link InFlight}. */
final class QueueSteps {
  /** The property of the message in which the JMS intake, and a person, find the key. */
  private static final String MESSAGE_KEY = "messageKey";

  /** The properties from which the JMS intake takes them. */
  private static final String TRACEPARENT = "traceparent";

  private static final String CALLER_REQUEST_ID = "callerRequestId";

  private static final Logger LOG = LoggerFactory.getLogger(QueueSteps.class);

  private final int maxBytes;

  /**
   * @param maxBytes the longest body that the JMS intake takes
   */
  QueueSteps(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Whether the queue can hold the request: what the JMS intake would refuse must not be taken.
   *
   * @throws InvalidRequestException if it is to be queued and too long for that
   */
  void check(InFlight message) {
    if (!message.envelope().handling().queued()) {
      return;
    }
    String json = RequestJson.write(message.request());
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    if (length > maxBytes) {
      throw new InvalidRequestException(
          new Fault(
              "",
              ErrorCode.BAD_VALUE,
              "Expected a request of at most "
                  + maxBytes
                  + " bytes for the queue (sms.jms.max-body-bytes); got "
                  + length));
    }
  }

  /** The body becomes the message for the queue: the request as it was asked for. */
  void write(Exchange exchange) {
    ApiCall call = ExchangeAdapter.call(exchange);
    InFlight message = call.first();
    SendRequest request = message.request();
    Map<String, Object> properties = new HashMap<>();
    properties.put(MESSAGE_KEY, request.messageKey());
    message
        .trace()
        .map(TraceContext::traceparent)
        .ifPresent(trace -> properties.put(TRACEPARENT, trace));
    message.correlation().callerRequestId().ifPresent(id -> properties.put(CALLER_REQUEST_ID, id));
    ExchangeAdapter.toBroker(exchange, call, properties, RequestJson.write(request));
  }

  /** The broker has it on disk. */
  void queued(Exchange exchange) {
    InFlight message = ExchangeAdapter.back(exchange).first();
    message.outcome =
        Unsettled.queued(message.requestId(), message.request().messageKey(), message.uncertain());
  }

  /** The broker refused it, cannot be reached, or did not say in time that it has it. */
  void notQueued(Exchange exchange) {
    ApiCall call = ExchangeAdapter.failed(exchange);
    InFlight message = call.first();
    Throwable root = call.failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    // Only the class: the words of a broker may quote what it was sent.
    LOG.warn(
        "requestId={} not queued failure={}", message.requestId(), root.getClass().getSimpleName());
    message.outcome =
        Unsettled.notQueued(
            message.requestId(), message.request().messageKey(), message.uncertain());
  }
}
