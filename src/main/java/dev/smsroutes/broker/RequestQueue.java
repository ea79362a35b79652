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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
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
    ActiveMQConnectionFactory factory = ExternalBroker.factory(url, login);
    // Overrides the URL: a person waits, and can try again.
    factory.setInitialConnectAttempts(1);
    factory.setReconnectAttempts(0);
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
        producer.setDeliveryMode(DeliveryMode.PERSISTENT);
        producer.send(message);
      }
      session.commit();
    } catch (JMSException e) {
      session.rollback();
      throw e;
    }
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
