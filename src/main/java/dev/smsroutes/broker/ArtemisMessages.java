package dev.smsroutes.broker;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;

/**
 * What JMS itself cannot say of a message or do with it, and Artemis' own client can. Stateless;
 * messages and sessions are used by the thread that received them, as JMS asks.
 */
public final class ArtemisMessages {
  /** Where the AMQP side of the broker puts a message id that is not a UUID. */
  private static final String AMQP_MESSAGE_ID = "NATIVE_MESSAGE_ID";

  /** They say how the body is encoded, so they go where the body goes. */
  private static final Set<String> OF_THE_BODY =
      Set.of("_amq_large_compressed", "_amq_large_size", "_amq_content_type");

  private ArtemisMessages() {}

  /** Where a sender wants its reply; the label {@code temporary} is the sender's own claim. */
  public record ReplyTo(String queue, boolean temporary, boolean topic) {
    /** The name without {@code /queue/} or {@code queue://}, for which a sender may have it. */
    public String withoutPrefix() {
      return KnownQueues.withoutPrefix(queue);
    }
  }

  /** Number of the message within its broker: the same at each delivery, never used twice. */
  public static long number(Message message) {
    return core(message).getMessageID();
  }

  /**
   * The id that the sender gave to the message, the same at each delivery: JMSMessageID of CORE
   * clients, message-id of AMQP clients. STOMP clients give none, and AMQP clients need not.
   */
  public static Optional<String> messageId(Message message) throws JMSException {
    // First, because the broker makes a new JMSMessageID for an AMQP message at every delivery: a
    // key made of that one would send again what has been sent.
    Object id = message.getObjectProperty(AMQP_MESSAGE_ID);
    return Optional.ofNullable(id instanceof String text ? text : message.getJMSMessageID());
  }

  /** The {@code JMSReplyTo} of a message, from whatever protocol it came. */
  public static Optional<ReplyTo> replyTo(Message message) throws JMSException {
    Destination destination = message.getJMSReplyTo();
    if (!(destination instanceof ActiveMQDestination to)) {
      return Optional.empty();
    }
    boolean topic =
        to.getType() == ActiveMQDestination.TYPE.TOPIC
            || to.getType() == ActiveMQDestination.TYPE.TEMP_TOPIC;
    return Optional.of(new ReplyTo(to.getAddress(), to.isTemporary(), topic));
  }

  /**
   * Whether the broker itself holds a temporary queue of this name. A sender's word for it does not
   * count: {@code temp-queue://any.name} is easily written.
   */
  public static boolean isTemporaryQueue(Session session, String queue) throws JMSException {
    ClientSession.QueueQuery query = query(session, queue);
    return query.isExists() && query.isTemporary();
  }

  /** Whether the broker has a queue of this name. */
  static boolean exists(Session session, String queue) throws JMSException {
    return query(session, queue).isExists();
  }

  /** How many messages a queue holds; 0 if there is none of this name. */
  static long waiting(Session session, String queue) throws JMSException {
    return query(session, queue).getMessageCount();
  }

  /** How many consumers a queue has; 0 if there is none of this name. */
  static int consumers(Session session, String queue) throws JMSException {
    return query(session, queue).getConsumerCount();
  }

  private static ClientSession.QueueQuery query(Session session, String queue) throws JMSException {
    try {
      return core(session).queueQuery(SimpleString.of(queue));
    } catch (ActiveMQException e) {
      throw failed("Queue " + queue + " could not be looked up", e);
    }
  }

  /**
   * Sends a received message on as it is, within the transaction that received it. The body's bytes
   * are copied, never read: an object stays serialised. Properties stay too, but those that would
   * steer a broker or Camel. The copy is persistent, never expires, and is delivered at once.
   *
   * @param queue must exist, or the broker must make it
   * @param added properties that say why; names that begin like these prefixes are ours alone
   * @throws JMSException when it could not be sent; the transaction should be rolled back
   */
  public static void forward(
      Session session, Message message, String queue, Map<String, Object> added)
      throws JMSException {
    // Makes the queue when it is missing and may be made, and fails otherwise: without a queue the
    // broker would drop the copy in silence.
    session.createProducer(session.createQueue(queue)).close();

    ClientMessage copy = core(message);
    for (SimpleString name : new ArrayList<>(copy.getPropertyNames())) {
      if (steers(name.toString())) {
        copy.removeProperty(name);
      }
    }
    added.forEach((name, value) -> copy.putObjectProperty(SimpleString.of(name), value));
    copy.setDurable(true);
    copy.setExpiration(0);
    copy.setRoutingType(RoutingType.ANYCAST);
    try (ClientProducer producer = core(session).createProducer(SimpleString.of(queue))) {
      producer.send(copy);
    } catch (ActiveMQException e) {
      throw failed("The message could not be moved to queue " + queue, e);
    }
  }

  private static boolean steers(String property) {
    String name = property.toLowerCase(Locale.ROOT);
    return name.startsWith("camel")
        || name.startsWith("org.apache.camel")
        // Ours: a sender must not be able to write a reason.
        || name.startsWith("sms")
        || ((name.startsWith("_amq") || name.startsWith("__amq") || name.startsWith("_hq"))
            && !OF_THE_BODY.contains(name));
  }

  private static JMSException failed(String what, ActiveMQException cause) {
    JMSException failure = new JMSException(what, cause.getType().name());
    failure.initCause(cause);
    failure.setLinkedException(cause);
    return failure;
  }

  private static ClientMessage core(Message message) {
    return ((ActiveMQMessage) message).getCoreMessage();
  }

  private static ClientSession core(Session session) {
    return ((ActiveMQSession) session).getCoreSession();
  }
}
