package dev.smsroutes.broker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQIllegalStateException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPStandardMessage;
import org.apache.activemq.artemis.protocol.amqp.proton.ProtonServerSenderContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets no AMQP message reach a consumer that could not read it: at its arrival, and, for messages
 * that an older version wrote to disk, at their delivery. Thread-safe.
 */
final class ReadableMessages implements ActiveMQServerMessagePlugin {
  private static final Logger LOG = LoggerFactory.getLogger(ReadableMessages.class);

  private final SimpleString dead;
  private final Set<Long> moving = ConcurrentHashMap.newKeySet();
  private ActiveMQServer server;

  /**
   * @param dead queue for messages from disk that cannot be made readable
   */
  ReadableMessages(String dead) {
    this.dead = SimpleString.of(dead);
  }

  @Override
  public void registered(ActiveMQServer broker) {
    server = broker;
  }

  @Override
  public void beforeSend(
      ServerSession session,
      Transaction tx,
      Message message,
      boolean direct,
      boolean noAutoCreateQueue)
      throws ActiveMQException {
    if (message instanceof AMQPStandardMessage amqp) {
      try {
        if (AmqpReadability.makeReadable(amqp)) {
          LOG.info("queue={} message=rewritten it held types that JMS lacks", queue(message));
        }
      } catch (IllegalArgumentException e) {
        LOG.warn("queue={} message=refused reason=\"{}\"", queue(message), e.getMessage());
        throw new ActiveMQIllegalStateException(e.getMessage());
      }
    }
  }

  private static String queue(Message message) {
    return LogText.shown(String.valueOf(message.getAddress()));
  }

  @Override
  public boolean canAccept(ServerConsumer consumer, MessageReference reference) {
    if (!(reference.getMessage() instanceof AMQPMessage message)
        || consumer.getProtocolContext() instanceof ProtonServerSenderContext) {
      return true;
    }
    if (isReadableNow(message)) {
      return true;
    }
    putAside(reference);
    return false;
  }

  private static boolean isReadableNow(AMQPMessage message) {
    if (!(message instanceof AMQPStandardMessage standard)) {
      return AmqpReadability.isReadable(message);
    }
    try {
      // Artemis goes on counting the message at its former size, until it is gone.
      AmqpReadability.makeReadable(standard);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Later, on another thread: this one is in the midst of the queue. */
  private void putAside(MessageReference reference) {
    Queue queue = reference.getQueue();
    long id = reference.getMessageID();
    if (queue.getName().equals(dead) || !moving.add(id)) {
      return;
    }
    server
        .getExecutorFactory()
        .getExecutor()
        .execute(
            () -> {
              try {
                queue.moveReference(id, dead, null, false);
                LOG.warn("queue={} message=unreadable movedTo={}", queue.getName(), dead);
              } catch (Exception e) {
                LOG.error(
                    "queue={} message=unreadable not moved failure={}",
                    queue.getName(),
                    e.getClass().getName());
              } finally {
                moving.remove(id);
              }
            });
  }
}
