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
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPStandardMessage;
import org.apache.activemq.artemis.protocol.amqp.proton.ProtonServerSenderContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps messages away from consumers that could not read them: at their arrival, and at delivery
 * for messages that an older version wrote to disk. Thread-safe.
 */
final class ReadableMessages implements ArrivalCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ReadableMessages.class);

  private static final int MAX_PRIORITY = 9;

  private final SimpleString dead;
  private final Set<Long> moving = ConcurrentHashMap.newKeySet();
  private ActiveMQServer server;

  /**
   * @param dead the queue for messages on disk that cannot be made readable
   */
  ReadableMessages(String dead) {
    this.dead = SimpleString.of(dead);
  }

  @Override
  public void registered(ActiveMQServer broker) {
    server = broker;
  }

  @Override
  public void arrives(ServerSession session, Message message) throws ActiveMQException {
    try {
      requireTextAsId(message.getDuplicateProperty());
      limitPriority(message);
      if (makeReadable(message)) {
        LOG.info("queue={} message=rewritten JMS could not have read it", queue(message));
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("queue={} message=refused reason=\"{}\"", queue(message), e.getMessage());
      throw new ActiveMQIllegalStateException(e.getMessage());
    }
  }

  /** Artemis casts every value that is not text to bytes. */
  private static void requireTextAsId(Object id) {
    if (id != null
        && !(id instanceof String)
        && !(id instanceof SimpleString)
        && !(id instanceof byte[])) {
      throw new IllegalArgumentException(
          "Expected text in the property _AMQ_DUPL_ID; got a value of another type");
    }
  }

  /** STOMP allows any priority; Artemis acknowledges such a message and never delivers it. */
  private static void limitPriority(Message message) {
    byte priority = message.getPriority();
    if (priority < 0 || priority > MAX_PRIORITY) {
      message.setPriority((byte) Math.max(0, Math.min(priority, MAX_PRIORITY)));
    }
  }

  /**
   * @return whether the message was rewritten
   * @throws IllegalArgumentException if it stays unreadable
   */
  private static boolean makeReadable(Message message) {
    if (message instanceof AMQPStandardMessage amqp) {
      return AmqpReadability.makeReadable(amqp);
    }
    if (message instanceof ICoreMessage core) {
      return CoreReadability.makeReadable(core);
    }
    // A large AMQP message is in a file, which cannot be rewritten.
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
    // AMQP clients can read whatever AMQP clients can send.
    if (consumer.getProtocolContext() instanceof ProtonServerSenderContext) {
      return true;
    }
    try {
      // Artemis keeps counting a rewritten message at its former size, until it is gone.
      makeReadable(reference.getMessage());
      return true;
    } catch (IllegalArgumentException e) {
      putAside(reference);
      return false;
    }
  }

  /** Later, on another thread, because this one iterates over the queue. */
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
