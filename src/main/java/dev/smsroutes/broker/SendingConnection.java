package dev.smsroutes.broker;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.connection.CachingConnectionFactory;

/**
 * One connection to a broker for all who put messages into its queues, with sessions that are used
 * again. Never has anybody wait for long: a broker that is full, slow or gone is an exception
 * within seconds. Thread-safe; {@link #destroy} closes it.
 */
public final class SendingConnection extends CachingConnectionFactory {
  private static final Logger LOG = LoggerFactory.getLogger(SendingConnection.class);

  /** For the broker to answer, and for a connection to it. */
  static final int MOST_MILLIS = 5_000;

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SESSIONS = 32;

  /** When it may be tried to connect again; guarded by the lock under which Spring connects. */
  private long nextConnect = System.nanoTime();

  /**
   * @param factory whose settings are changed: it must be nobody else's
   */
  SendingConnection(ActiveMQConnectionFactory factory) {
    super(prompt(factory));
    setSessionCacheSize(SESSIONS);
    setReconnectOnException(true);
  }

  private static ActiveMQConnectionFactory prompt(ActiveMQConnectionFactory factory) {
    // A send returns when the message is on disk, whatever a URL says.
    factory.setBlockOnDurableSend(true);
    factory.setCallTimeout(MOST_MILLIS);
    factory.setCallFailoverTimeout(MOST_MILLIS);
    // Whoever sends is told at once that the broker is gone; the next one connects again.
    factory.setReconnectAttempts(0);
    factory.setInitialConnectAttempts(1);
    // With a window, a producer would wait without end for a full broker to give it credit.
    factory.setProducerWindowSize(-1);
    return factory;
  }

  /** Those who wait for a connection that then fails must not try it one after the other. */
  @Override
  protected Connection doCreateConnection() throws JMSException {
    if (System.nanoTime() - nextConnect < 0) {
      throw new JMSException("The broker could not be reached a moment ago");
    }
    try {
      return super.doCreateConnection();
    } catch (JMSException e) {
      nextConnect = System.nanoTime() + PAUSE_NANOS;
      throw e;
    }
  }

  @Override
  public void onException(JMSException failure) {
    LOG.warn("broker=lost failure={} it is connected again when needed", failure.getErrorCode());
    resetConnection();
  }
}
