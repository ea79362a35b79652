package dev.smsroutes.intake.jms;

import dev.smsroutes.broker.ArtemisMessages;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;

/**
 * A message in the hands of the intake, with the session whose transaction received it. Used by the
 * one thread that received it.
 */
record JmsDelivery(Message message, Session session) {
  /** The first delivery is 1. */
  int attempt() throws JMSException {
    return message.propertyExists("JMSXDeliveryCount")
        ? message.getIntProperty("JMSXDeliveryCount")
        : 1;
  }

  /**
   * The same at each delivery of the message, and of no other message: brokers of a cluster number
   * their messages each from one, so the number alone is not enough.
   */
  String identity() throws JMSException {
    return ArtemisMessages.number(message)
        + "/"
        + message.getJMSTimestamp()
        + "/"
        + ArtemisMessages.messageId(message).orElse("-");
  }
}
