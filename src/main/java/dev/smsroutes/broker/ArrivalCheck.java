package dev.smsroutes.broker;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;

/** Checks each message before the broker takes it. */
@FunctionalInterface
interface ArrivalCheck extends ActiveMQServerMessagePlugin {
  /**
   * @throws ActiveMQException to refuse the message
   */
  void arrives(ServerSession session, Message message) throws ActiveMQException;

  @Override
  default void beforeSend(
      ServerSession session,
      Transaction tx,
      Message message,
      boolean direct,
      boolean noAutoCreateQueue)
      throws ActiveMQException {
    arrives(session, message);
  }
}
