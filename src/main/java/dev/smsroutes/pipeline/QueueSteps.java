package dev.smsroutes.pipeline;

import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Message;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a request that is queued. Thread-safe: all state is in the exchange's properties.
 */
public final class QueueSteps {
  /** The property of the message in which the JMS intake, and a person, find the key. */
  private static final String MESSAGE_KEY = "messageKey";

  private static final Logger LOG = LoggerFactory.getLogger(QueueSteps.class);

  private final StatusTable table;
  private final int maxBytes;

  /**
   * @param maxBytes the longest body that the JMS intake takes
   */
  QueueSteps(StatusTable table, int maxBytes) {
    this.table = table;
    this.maxBytes = maxBytes;
  }

  /**
   * Whether the queue can hold the request: what the JMS intake would refuse must not be taken.
   *
   * @throws InvalidRequestException if it is to be queued and too long for that
   */
  public void check(Exchange exchange) {
    if (!exchange.getProperty(SendState.QUEUED, false, Boolean.class)) {
      return;
    }
    String json = RequestJson.write(exchange.getProperty(SendState.REQUEST, SendRequest.class));
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    if (length > maxBytes) {
      throw new InvalidRequestException(
          new Fault(
              "",
              ErrorCode.BAD_VALUE,
              "Expected a request of at most "
                  + maxBytes
                  + " bytes for the queue (sms.jms.max-body-bytes); one of "
                  + length
                  + " came"));
    }
  }

  /** The body becomes the message for the queue: the request as it was asked for. */
  public void write(Exchange exchange) {
    SendRequest request = exchange.getProperty(SendState.REQUEST, SendRequest.class);
    org.apache.camel.Message message = exchange.getMessage();
    message.removeHeaders("*");
    message.setHeader(MESSAGE_KEY, request.messageKey());
    message.setBody(RequestJson.write(request));
  }

  /** The broker has it on disk. */
  public void queued(Exchange exchange) {
    Message message = exchange.getProperty(SendState.MESSAGE, Message.class);
    end(exchange, table.queued(message.requestId(), message.messageKey(), uncertain(exchange)));
  }

  /** The broker refused it, cannot be reached, or did not say in time that it has it. */
  public void notQueued(Exchange exchange) {
    Message message = exchange.getProperty(SendState.MESSAGE, Message.class);
    Throwable root = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    // Only the class: the words of a broker may quote what it was sent.
    LOG.warn(
        "requestId={} not queued failure={}", message.requestId(), root.getClass().getSimpleName());
    end(exchange, table.notQueued(message.requestId(), message.messageKey(), uncertain(exchange)));
  }

  private static void end(Exchange exchange, Outcome outcome) {
    exchange.getMessage().removeHeaders("*");
    exchange.getMessage().setBody(outcome);
  }

  private static boolean uncertain(Exchange exchange) {
    return exchange.getProperty(SendState.UNCERTAIN, false, Boolean.class);
  }
}
