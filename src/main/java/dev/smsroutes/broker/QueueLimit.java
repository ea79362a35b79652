package dev.smsroutes.broker;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;

/**
 * Refuses new requests when too many wait, or when the disk is nearly full: what is left of it is
 * for those that have been taken. Artemis' own limits do not do: on a full disk it lets senders
 * wait without end, and of large messages it counts no more than the head.
 */
final class QueueLimit implements ActiveMQServerMessagePlugin {
  private final String queue;
  private final long mostBytes;
  private final LongSupplier bytes;
  private final BooleanSupplier diskFull;

  /**
   * @param queue of the requests; others are not limited
   * @param bytes how many lie there, those that wait for another delivery included
   */
  QueueLimit(String queue, long mostBytes, LongSupplier bytes, BooleanSupplier diskFull) {
    this.queue = queue;
    this.mostBytes = mostBytes;
    this.bytes = bytes;
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
    if (!queue.equals(message.getAddress())) {
      return;
    }
    if (bytes.getAsLong() >= mostBytes) {
      throw new ActiveMQAddressFullException(
          "Expected at most " + mostBytes + " bytes in the queue (sms.jms.max-queue-bytes)");
    }
    if (diskFull.getAsBoolean()) {
      throw new ActiveMQAddressFullException("The disk is nearly full; no requests are taken");
    }
  }
}
