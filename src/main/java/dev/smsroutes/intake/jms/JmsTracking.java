package dev.smsroutes.intake.jms;

import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.TraceContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.apache.camel.Exchange;

/**
 * The properties with which a sender finds its request again. One that is malformed counts as none:
 * it must never keep a message from being sent. Stateless.
 */
final class JmsTracking {
  static final String TRACEPARENT = "traceparent";
  static final String REQUEST_ID = "callerRequestId";

  private JmsTracking() {}

  /** Notes for the hand-over what a received message has of them. */
  static void read(Message message, Exchange exchange) throws JMSException {
    TraceContext.of(text(message, TRACEPARENT))
        .ifPresent(trace -> exchange.setProperty(HandOver.TRACEPARENT, trace));
    Correlation.callerRequestId(text(message, REQUEST_ID))
        .ifPresent(id -> exchange.setProperty(HandOver.CALLER_REQUEST_ID, id));
  }

  private static String text(Message message, String property) throws JMSException {
    return message.getObjectProperty(property) instanceof String text ? text : null;
  }

  /** Gives them to the reply, with the place where the trace goes on. */
  static void write(Exchange exchange, Message reply) throws JMSException {
    Object own = exchange.getProperty(HandOver.SPAN);
    if ((own == null ? exchange.getProperty(HandOver.TRACEPARENT) : own)
        instanceof TraceContext trace) {
      reply.setStringProperty(TRACEPARENT, trace.traceparent());
    }
    if (exchange.getProperty(HandOver.CALLER_REQUEST_ID) instanceof String id) {
      reply.setStringProperty(REQUEST_ID, id);
    }
  }
}
