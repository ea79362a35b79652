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
 * The queue of requests in the hands of a person: puts a request there, for the process that serves
 * to send it, and takes away what lies of it on the two queues beside. Used by one thread.
 */
public final class RequestQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RequestQueue.class);
  private static final String MESSAGE_KEY = "messageKey";

  private final ActiveMQConnectionFactory factory;
  private final Connection connection;
  private final Session session;
  private final Queues queues;
  private final List<String> beside = new ArrayList<>();

  private RequestQueue(ActiveMQConnectionFactory factory, Connection connection, Queues queues)
      throws JMSException {
    this.factory = factory;
    this.connection = connection;
    this.session = connection.createSession(true, Session.SESSION_TRANSACTED);
    this.queues = queues;
  }

  /**
   * Connects, without trying for long.
   *
   * @param url CORE URL, as for {@link ExternalBroker#connectionFactory}
   * @throws JMSException when nobody answers there, refuses us, or has no such queue
   */
  public static RequestQueue connect(String url, Optional<Login> login, Queues queues)
      throws JMSException {
    ActiveMQConnectionFactory factory = ExternalBroker.factory(url, login);
    // Whatever the URL says: a person waits, and tries again.
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
    if (!ArtemisMessages.exists(session, queues.send())) {
      throw new JMSException("There is no queue " + queues.send());
    }
    for (String queue : List.of(queues.dead(), queues.invalid())) {
      if (ArtemisMessages.waiting(session, queue) > 0) {
        beside.add(queue);
      }
    }
    connection.start();
  }

  /** Whether anybody takes requests from the queue at the moment. */
  public boolean isServed() throws JMSException {
    return ArtemisMessages.consumers(session, queues.send()) > 0;
  }

  /**
   * Looks at the message that lies beside, without taking it.
   *
   * @param messageKey the key with which its request ended there
   * @param requestId of that end; empty for any
   * @return its body; empty if there is none that can be read as text
   */
  public Optional<byte[]> find(String messageKey, Optional<String> requestId) throws JMSException {
    for (String name : beside) {
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
   * Puts a request on the queue and takes what lies beside of it away: both, or nothing.
   *
   * @param messageKey the key under which it is to be sent
   * @param json the request
   * @param replacedKey as for {@link #find}
   * @param replacedId as for {@link #find}
   * @throws JMSException when that failed; or when it is not known whether it did
   */
  public void put(String messageKey, String json, String replacedKey, Optional<String> replacedId)
      throws JMSException {
    try {
      for (String name : beside) {
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
        // Gone with the commit.
      }
    }
  }

  /**
   * The id of the outcome too: another request with the same key lies there in its own right, with
   * an id of its own.
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

  /** What was not committed has not happened. */
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
