package dev.smsroutes.broker;

import java.util.function.BooleanSupplier;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;

/**
 * Refuses new requests while the disk is nearly full: what is left of it is for those that have
 * been taken. Artemis itself only gives such a sender no more credit, and so lets it wait without
 * end.
 */
final class DiskReserve implements ActiveMQServerMessagePlugin {
  private final String queue;
  private final BooleanSupplier diskFull;

  /**
   * @param queue of the requests; others are not held up
   */
  DiskReserve(String queue, BooleanSupplier diskFull) {
    this.queue = queue;
    this.diskFull = diskFull;
  }

  @Override
  public void beforeSend(
      ServerSession session,
      Transaction tx,
      Message message,
      boolean direct,
      boolean noAutoCreateQueue)
      throws ActiveMQException {
    if (queue.equals(message.getAddress()) && diskFull.getAsBoolean()) {
      throw new ActiveMQAddressFullException("The disk is nearly full; no requests are taken");
    }
  }
}
