package dev.smsroutes.broker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQIllegalStateException;
import org.apache.activemq.artemis.api.core.ICoreMessage;
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
 * Lets no message reach a consumer that could not read it: at its arrival, and, for messages that
 * an older version wrote to disk, at their delivery. Thread-safe.
 */
final class ReadableMessages implements ActiveMQServerMessagePlugin {
  private static final Logger LOG = LoggerFactory.getLogger(ReadableMessages.class);

  private static final int MOST_PRIORITY = 9;

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
    try {
      requireTextAsId(message.getDuplicateProperty());
      limitPriority(message);
      if (makeReadable(message)) {
        LOG.info("queue={} message=rewritten it was not one that JMS can read", queue(message));
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("queue={} message=refused reason=\"{}\"", queue(message), e.getMessage());
      throw new ActiveMQIllegalStateException(e.getMessage());
    }
  }

  /** Artemis takes whatever is not text for bytes. */
  private static void requireTextAsId(Object id) {
    if (id != null
        && !(id instanceof String)
        && !(id instanceof SimpleString)
        && !(id instanceof byte[])) {
      throw new IllegalArgumentException(
          "Expected text in the property _AMQ_DUPL_ID; got a value of another type");
    }
  }

  /** STOMP senders may write any; Artemis acknowledges such a message and never delivers it. */
  private static void limitPriority(Message message) {
    byte priority = message.getPriority();
    if (priority < 0 || priority > MOST_PRIORITY) {
      message.setPriority((byte) Math.max(0, Math.min(priority, MOST_PRIORITY)));
    }
  }

  /**
   * @return whether the message had to be rewritten
   * @throws IllegalArgumentException when that does not help
   */
  private static boolean makeReadable(Message message) {
    if (message instanceof AMQPStandardMessage amqp) {
      return AmqpReadability.makeReadable(amqp);
    }
    if (message instanceof ICoreMessage core) {
      return CoreReadability.makeReadable(core);
    }
    // Large ones of AMQP: they are in a file, which is as it is.
    if (message instanceof AMQPMessage amqp && !AmqpReadability.isReadable(amqp)) {
      throw new IllegalArgumentException("Expected a message of JMS types; got other ones");
    }
    return false;
  }

  private static String queue(Message message) {
    return LogText.shown(String.valueOf(message.getAddress()));
  }

  @Override
  public boolean canAccept(ServerConsumer consumer, MessageReference reference) {
    // AMQP clients can read all that AMQP clients can send.
    if (consumer.getProtocolContext() instanceof ProtonServerSenderContext) {
      return true;
    }
    try {
      // Artemis goes on counting a rewritten message at its former size, until it is gone.
      makeReadable(reference.getMessage());
      return true;
    } catch (IllegalArgumentException e) {
      putAside(reference);
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
                if (queue.moveReference(id, dead, null, false)) {
                  LOG.warn("queue={} message=unreadable movedTo={}", queue.getName(), dead);
                }
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
