package dev.smsroutes.broker;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQIOErrorException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;

/**
 * Refuses messages that are too large for consumers: a JMS client reads a whole text into the heap
 * before its length can be checked.
 */
final class MessageSizeLimit implements ActiveMQServerMessagePlugin {
  private final long maxBytes;

  MessageSizeLimit(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public void beforeSend(
      ServerSession session,
      Transaction tx,
      Message message,
      boolean direct,
      boolean noAutoCreateQueue)
      throws ActiveMQException {
    long size = message.getPersistentSize();
    if (size > maxBytes) {
      throw new ActiveMQIOErrorException(
          "Expected a message of at most " + maxBytes + " bytes; got " + size);
    }
  }
}
