package dev.smsroutes.broker;

import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.jms.ActiveMQJMSConstants;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of requests for commands: puts a request there for the serving process to send, and
 * removes its copy from the queues of refused messages and dead letters. Used by one thread.
 */
public final class RequestQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RequestQueue.class);
  private static final String MESSAGE_KEY = "messageKey";

  private final ActiveMQConnectionFactory factory;
  private final Connection connection;
  private final Session session;
  private final Queues queues;
  private final List<String> failedQueues = new ArrayList<>();

  private RequestQueue(ActiveMQConnectionFactory factory, Connection connection, Queues queues)
      throws JMSException {
    this.factory = factory;
    this.connection = connection;
    this.session = connection.createSession(true, Session.SESSION_TRANSACTED);
    this.queues = queues;
  }

  /**
   * Connects, and fails fast.
   *
   * @param url CORE URL, as for {@link ExternalBroker#connectionFactory}
   * @throws JMSException if the broker does not answer, refuses the login, or lacks the queue
   */
  public static RequestQueue connect(String url, Optional<Login> login, Queues queues)
      throws JMSException {
    return of(ExternalBroker.factory(url, login), queues);
  }

  /**
   * As {@link #connect}.
   *
   * @param factory is closed with the queue
   */
  static RequestQueue of(ActiveMQConnectionFactory factory, Queues queues) throws JMSException {
    // Overrides the URL: a person waits, and can try again.
    factory.setInitialConnectAttempts(1);
    factory.setReconnectAttempts(0);
    // What is said to be removed is removed.
    factory.setBlockOnAcknowledge(true);
    RequestQueue queue = null;
    try {
      queue = new RequestQueue(factory, factory.createConnection(), queues);
      queue.open();
      return queue;
    } catch (JMSException e) {
      if (queue == null) {
        factory.close();
      } else {
        queue.close();
      }
      throw e;
    }
  }

  private void open() throws JMSException {
    if (!ArtemisMessages.query(session, queues.send()).isExists()) {
      throw new JMSException(
          "Expected queue " + queues.send() + "; the broker has none of this name");
    }
    for (String queue : List.of(queues.dead(), queues.invalid())) {
      if (ArtemisMessages.query(session, queue).getMessageCount() > 0) {
        failedQueues.add(queue);
      }
    }
    connection.start();
  }

  /** How many messages a queue has, with those in delivery and those that wait for another try. */
  public long count(String queue) throws JMSException {
    return ArtemisMessages.query(session, queue).getMessageCount();
  }

  /** Whether the queue has a consumer at the moment. */
  public boolean isServed() throws JMSException {
    return ArtemisMessages.query(session, queues.send()).getConsumerCount() > 0;
  }

  /**
   * Browses the queues of refused messages and dead letters, without taking the message.
   *
   * @param messageKey the key with which its request ended there
   * @param requestId the request id of that outcome; empty for any
   * @return its body; empty if no message can be read as text
   */
  public Optional<byte[]> find(String messageKey, Optional<String> requestId) throws JMSException {
    for (String name : failedQueues) {
      try (QueueBrowser browser =
          session.createBrowser(session.createQueue(name), selector(messageKey, requestId))) {
        Enumeration<?> messages = browser.getEnumeration();
        while (messages.hasMoreElements()) {
          Optional<byte[]> body = body((Message) messages.nextElement());
          if (body.isPresent()) {
            return body;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** A queue of messages that were not sent. */
  public enum Failed {
    DEAD,
    INVALID
  }

  /**
   * A message on such a queue, without its body.
   *
   * @param sent by the clock of its sender
   * @param messageKey empty if nobody could read one, or the broker moved the message
   * @param state the state of its outcome; empty if the broker moved it
   * @param code of its outcome
   * @param reason of its outcome, for a person; the API's own text may quote a number
   * @param expired whether the broker moved it because it expired
   */
  public record Letter(
      Optional<Instant> sent,
      Optional<String> messageKey,
      Optional<String> state,
      Optional<Integer> code,
      Optional<String> reason,
      boolean expired) {
    /** Without the reason. */
    @Override
    public String toString() {
      return "Letter[messageKey=" + messageKey + ", state=" + state + "]";
    }
  }

  /**
   * @param queue its name
   * @param messages how many it has
   * @param first the first of them
   */
  public record Letters(String queue, long messages, List<Letter> first) {
    public Letters {
      first = List.copyOf(first);
    }
  }

  /**
   * Looks at messages that were not sent, without taking one. One that is in delivery is not seen.
   *
   * @param most how many
   */
  public Letters letters(Failed which, int most) throws JMSException {
    String name = which == Failed.DEAD ? queues.dead() : queues.invalid();
    List<Letter> first = new ArrayList<>();
    try (QueueBrowser browser = session.createBrowser(session.createQueue(name))) {
      Enumeration<?> messages = browser.getEnumeration();
      while (first.size() < most && messages.hasMoreElements()) {
        first.add(letter((Message) messages.nextElement()));
      }
    }
    return new Letters(name, count(name), first);
  }

  private static Letter letter(Message message) throws JMSException {
    return new Letter(
        Optional.of(message.getJMSTimestamp()).filter(at -> at > 0).map(Instant::ofEpochMilli),
        text(message, "smsMessageKey"),
        text(message, "smsState"),
        message.getObjectProperty("smsErrorCode") instanceof Integer code
            ? Optional.of(code)
            : Optional.empty(),
        text(message, "smsReason"),
        message.propertyExists("_AMQ_ACTUAL_EXPIRY"));
  }

  private static Optional<String> text(Message message, String property) throws JMSException {
    return message.getObjectProperty(property) instanceof String text && !text.isEmpty()
        ? Optional.of(text)
        : Optional.empty();
  }

  private static Optional<byte[]> body(Message message) throws JMSException {
    if (message instanceof TextMessage text && text.getText() != null) {
      return Optional.of(text.getText().getBytes(StandardCharsets.UTF_8));
    }
    if (message instanceof BytesMessage bytes) {
      byte[] body = new byte[(int) bytes.getBodyLength()];
      bytes.readBytes(body);
      return Optional.of(body);
    }
    return Optional.empty();
  }

  /**
   * Puts a request on the queue and removes its copy from the other queues, in one transaction.
   *
   * @param messageKey the key under which to send it
   * @param json the request
   * @param replacedKey as for {@link #find}
   * @param replacedId as for {@link #find}
   * @throws JMSException if that failed, or if it is unknown whether it did
   */
  public void put(String messageKey, String json, String replacedKey, Optional<String> replacedId)
      throws JMSException {
    try {
      for (String name : failedQueues) {
        take(name, selector(replacedKey, replacedId));
      }
      try (MessageProducer producer = session.createProducer(session.createQueue(queues.send()))) {
        TextMessage message = session.createTextMessage(json);
        message.setStringProperty(MESSAGE_KEY, messageKey);
        message.setStringProperty(ArtemisMessages.REPLAY_OF, replacedKey);
        producer.setDeliveryMode(DeliveryMode.PERSISTENT);
        producer.send(message);
      }
      session.commit();
    } catch (JMSException e) {
      session.rollback();
      throw e;
    }
  }

  /**
   * What a search of a queue came to.
   *
   * @param messages how many it has
   * @param found how many of them are meant
   * @param removed how many of those were removed; the others were taken meanwhile
   * @param unreadable how many bodies are no text, so that nobody can say whether they are meant
   */
  public record Search(long messages, long found, long removed, long unreadable) {}

  /**
   * Searches a queue, and removes messages. A request that waits for its redelivery cannot be seen.
   *
   * @param meant by the body
   * @param remove false: only counts
   * @param searched called for each message
   */
  public Search remove(String queue, Predicate<byte[]> meant, boolean remove, Runnable searched)
      throws JMSException {
    long messages = 0;
    long found = 0;
    long unreadable = 0;
    long removed = 0;
    Set<Long> times = new TreeSet<>();
    try (QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
      Enumeration<?> all = browser.getEnumeration();
      while (all.hasMoreElements()) {
        Message message = (Message) all.nextElement();
        searched.run();
        messages++;
        Optional<byte[]> body = body(message);
        unreadable += body.isPresent() ? 0 : 1;
        if (body.isPresent() && meant.test(body.get())) {
          found++;
          times.add(message.getJMSTimestamp());
        }
      }
    }
    if (remove) {
      for (long time : times) {
        removed += removeOf(queue, time, meant);
      }
    }
    return new Search(messages, found, removed, unreadable);
  }

  /**
   * What a copy of a queue has.
   *
   * @param messages how many
   * @param unseen at most so many were in delivery, or wait for their redelivery, so that nobody
   *     but the broker can read them
   */
  public record Copied(long messages, long unseen) {}

  /**
   * Copies a queue while the broker runs, a line a message, without taking one.
   *
   * @param copied called for each message
   * @throws IOException if the lines cannot be written
   */
  public Copied copy(String queue, OutputStream lines, Runnable copied)
      throws JMSException, IOException {
    long there = ArtemisMessages.query(session, queue).getMessageCount();
    long messages = 0;
    try (ClientConsumer browser = ArtemisMessages.core(session).createConsumer(queue, true)) {
      for (ClientMessage message = browser.receiveImmediate();
          message != null;
          message = browser.receiveImmediate()) {
        lines.write(StoredMessage.write(queue, message));
        lines.write('\n');
        messages++;
        copied.run();
      }
    } catch (ActiveMQException e) {
      throw ArtemisMessages.failed("The queue " + queue + " could not be copied", e);
    }
    return new Copied(messages, Math.max(0, there - messages));
  }

  /**
   * No property of a message identifies it in all protocols. So those of the same millisecond are
   * received, and only those that are meant are acknowledged; the others return to the queue.
   */
  private long removeOf(String queue, long time, Predicate<byte[]> meant) throws JMSException {
    long removed = 0;
    try (Session each =
            connection.createSession(false, ActiveMQJMSConstants.INDIVIDUAL_ACKNOWLEDGE);
        MessageConsumer consumer =
            each.createConsumer(each.createQueue(queue), "JMSTimestamp = " + time)) {
      for (Message message = consumer.receiveNoWait();
          message != null;
          message = consumer.receiveNoWait()) {
        if (body(message).filter(meant).isPresent()) {
          message.acknowledge();
          removed++;
        }
      }
    }
    return removed;
  }

  private void take(String queue, String selector) throws JMSException {
    try (MessageConsumer consumer = session.createConsumer(session.createQueue(queue), selector)) {
      while (consumer.receiveNoWait() != null) {
        // The commit removes it.
      }
    }
  }

  /**
   * Also selects by request id: another request with the same key may be there, with another id.
   */
  private static String selector(String messageKey, Optional<String> requestId) {
    return "smsMessageKey = "
        + quoted(messageKey)
        + requestId
            .map(id -> " AND smsRequestId = " + quoted(id))
            .orElse(" AND smsState <> 'DUPLICATE'");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** Rolls back what was not committed. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (JMSException e) {
      LOG.debug("The connection could not be closed", e);
    } finally {
      factory.close();
    }
  }
}
