package dev.smsroutes.broker;

import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.time.Instant;
import java.util.Enumeration;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * The queues of an external broker, looked at over one connection that is made again after it
 * broke. Takes no message. Used by one thread at a time.
 */
public final class ExternalQueues implements AutoCloseable {
  private final ActiveMQConnectionFactory factory;
  private final Queues queues;
  private Connection connection;
  private Session session;

  /**
   * Does not connect yet.
   *
   * @param url as for {@link ExternalBroker#connectionFactory}
   */
  public ExternalQueues(String url, Optional<Login> login, Queues queues) {
    this.factory = ExternalBroker.prompt(url, login);
    this.queues = queues;
  }

  /**
   * Looks now.
   *
   * @throws JMSException if the broker does not answer within some seconds, or refuses the login
   */
  public synchronized QueueStates look() throws JMSException {
    try {
      if (connection == null) {
        connection = factory.createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      }
      return new QueueStates(state(queues.send()), state(queues.invalid()), state(queues.dead()));
    } catch (JMSException e) {
      disconnect();
      throw e;
    }
  }

  private QueueState state(String queue) throws JMSException {
    long messages = ArtemisMessages.query(session, queue).getMessageCount();
    OptionalLong ready = OptionalLong.empty();
    Optional<Instant> oldest = Optional.empty();
    if (messages > 0) {
      // A browser sees no message that waits for another delivery.
      try (QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
        Enumeration<?> found = browser.getEnumeration();
        boolean any = found.hasMoreElements();
        ready = OptionalLong.of(any ? 1 : 0);
        if (any) {
          oldest =
              Optional.of(Instant.ofEpochMilli(((Message) found.nextElement()).getJMSTimestamp()));
        }
      } catch (JMSException e) {
        // This login may not browse: how many there are is known all the same.
      }
    }
    return new QueueState(messages, ready, OptionalLong.empty(), oldest);
  }

  private void disconnect() {
    if (connection != null) {
      try {
        connection.close();
      } catch (JMSException e) {
        // It is broken already.
      }
    }
    connection = null;
    session = null;
  }

  @Override
  public synchronized void close() {
    disconnect();
    factory.close();
  }
}
