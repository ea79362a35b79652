package dev.smsroutes.intake.jms;

import dev.smsroutes.broker.ArtemisMessages;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;

/**
 * A received message, and the session whose transaction received it. Used by the thread that
 * received it.
 */
record JmsDelivery(Message message, Session session) {
  /** The first delivery is 1. */
  int attempt() throws JMSException {
    return attempt(message);
  }

  static int attempt(Message message) throws JMSException {
    return message.propertyExists("JMSXDeliveryCount")
        ? message.getIntProperty("JMSXDeliveryCount")
        : 1;
  }

  /**
   * The same at each delivery of the message, and unique to it. The number alone would not do: each
   * broker of a cluster counts its messages from one.
   */
  String identity() throws JMSException {
    return identity(message);
  }

  static String identity(Message message) throws JMSException {
    return ArtemisMessages.number(message)
        + "/"
        + message.getJMSTimestamp()
        + "/"
        + ArtemisMessages.messageId(message).orElse("-");
  }
}
