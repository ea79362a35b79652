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
 * Facts and actions that need Artemis' own client, because JMS lacks them. Stateless; messages and
 * sessions belong to the thread that received them, as JMS requires.
 */
public final class ArtemisMessages {
  /** The property in which the broker keeps an AMQP message id that is not a UUID. */
  private static final String AMQP_MESSAGE_ID = "NATIVE_MESSAGE_ID";

  /** They say how the body is encoded, so they must be copied with it. */
  private static final Set<String> OF_THE_BODY =
      Set.of("_amq_large_compressed", "_amq_large_size", "_amq_content_type");

  /**
   * The property with the caller's id. The embedded broker writes it into each message, whatever
   * the sender wrote; through an external broker anyone can write it.
   */
  public static final String CALLER = "smsCaller";

  /**
   * The property with the key of the message that an operator replays with this one. The embedded
   * broker takes it from operators only; through an external broker anyone can write it.
   */
  static final String REPLAY_OF = "smsReplayOf";

  /** The property with the user who sent the message, if the broker is told to write it. */
  private static final String BROKER_USER = "JMSXUserID";

  private ArtemisMessages() {}

  /** The queue for the reply; {@code temporary} is only the sender's claim. */
  public record ReplyTo(String queue, boolean temporary, boolean topic) {
    /** The name without {@code /queue/} or {@code queue://}, which some senders add. */
    public String withoutPrefix() {
      return KnownQueues.withoutPrefix(queue);
    }
  }

  /** The number of the message within its broker: the same at each delivery, and unique. */
  public static long number(Message message) {
    return core(message).getMessageID();
  }

  /** Whether the body comes piece by piece, and only until the next message is received. */
  public static boolean isLarge(Message message) {
    return core(message).isLargeMessage();
  }

  /** Whether the broker can still be asked through this session. */
  public static boolean isOpen(Session session) {
    return !core(session).isClosed();
  }

  /**
   * The id that the sender gave to the message, the same at each delivery: JMSMessageID of CORE
   * clients, message-id of AMQP clients. STOMP clients give none, and AMQP clients need not.
   */
  public static Optional<String> messageId(Message message) throws JMSException {
    // First, because the broker makes a new JMSMessageID for an AMQP message at every delivery. A
    // message key made from that id would cause a second send.
    Object id = message.getObjectProperty(AMQP_MESSAGE_ID);
    return Optional.ofNullable(id instanceof String text ? text : message.getJMSMessageID());
  }

  /** Who sent a message that came through the embedded broker; empty if it asks for no login. */
  public static Optional<String> caller(Message message) throws JMSException {
    return Optional.ofNullable(message.getStringProperty(CALLER)).filter(id -> !id.isEmpty());
  }

  /**
   * Who sent a message that came through an external broker, which writes the sender's user into
   * each message.
   *
   * @param own the user of this process, who forwards requests for callers
   */
  public static Optional<String> caller(Message message, String own) throws JMSException {
    Optional<String> user = Optional.ofNullable(message.getStringProperty(BROKER_USER));
    return user.filter(own::equals).isPresent() ? caller(message) : user;
  }

  /** The key of the message that is replayed with this one, which came through our broker. */
  public static Optional<String> replayOf(Message message) throws JMSException {
    return message.getObjectProperty(REPLAY_OF) instanceof String key && !key.isEmpty()
        ? Optional.of(key)
        : Optional.empty();
  }

  /**
   * As {@link #replayOf(Message)}, of a message that came through an external broker.
   *
   * @param own the user of this process, with whom operators replay
   */
  public static Optional<String> replayOf(Message message, String own) throws JMSException {
    return own.equals(message.getStringProperty(BROKER_USER))
        ? replayOf(message)
        : Optional.empty();
  }

  /** The {@code JMSReplyTo} of a message of any protocol. */
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
   * Whether the broker itself holds a temporary queue of this name. A sender's claim does not
   * count, because any sender can write {@code temp-queue://any.name}.
   */
  public static boolean isTemporaryQueue(Session session, String queue) throws JMSException {
    ClientSession.QueueQuery query = query(session, queue);
    return query.isExists() && query.isTemporary();
  }

  /** What the broker knows of a queue; no messages and no consumers if it does not exist. */
  static ClientSession.QueueQuery query(Session session, String queue) throws JMSException {
    try {
      return core(session).queueQuery(SimpleString.of(queue));
    } catch (ActiveMQException e) {
      throw failed("The broker could not be asked about queue " + queue, e);
    }
  }

  /**
   * Moves a received message unchanged, within the transaction that received it. The body's bytes
   * are copied, never read: an object stays serialised. Properties are copied, except those that
   * control a broker or Camel. The copy is persistent, never expires, and is delivered at once.
   *
   * @param queue must exist, or the broker must be allowed to create it
   * @param added properties with the reason; a sender's properties of such names are dropped
   * @throws JMSException if it could not be sent; the caller should roll the transaction back
   */
  public static void forward(
      Session session, Message message, String queue, Map<String, Object> added)
      throws JMSException {
    // Creates a missing queue if that is allowed, and fails otherwise. Without a queue the broker
    // would drop the copy without notice.
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
        // Only the bundle may write these: a sender must not be able to forge a reason.
        || name.startsWith("sms")
        || ((name.startsWith("_amq") || name.startsWith("__amq") || name.startsWith("_hq"))
            && !OF_THE_BODY.contains(name));
  }

  static JMSException failed(String what, ActiveMQException cause) {
    JMSException failure = new JMSException(what, cause.getType().name());
    failure.initCause(cause);
    failure.setLinkedException(cause);
    return failure;
  }

  private static ClientMessage core(Message message) {
    return ((ActiveMQMessage) message).getCoreMessage();
  }

  static ClientSession core(Session session) {
    return ((ActiveMQSession) session).getCoreSession();
  }
}
