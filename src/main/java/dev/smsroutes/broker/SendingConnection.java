package dev.smsroutes.broker;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.connection.CachingConnectionFactory;

/**
 * One shared connection that puts messages into the queues of a broker, with a pool of sessions. It
 * fails fast: a broker that is full, slow or gone causes an exception within seconds. Thread-safe;
 * {@link #destroy} closes it.
 */
public final class SendingConnection extends CachingConnectionFactory {
  private static final Logger LOG = LoggerFactory.getLogger(SendingConnection.class);

  /** The time-out for answers of the broker and for connecting, in milliseconds. */
  static final int MAX_MILLIS = 5_000;

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int SESSIONS = 32;

  /** The earliest time of the next attempt to connect; guarded by Spring's connection lock. */
  private long nextConnect = System.nanoTime();

  /**
   * @param factory its settings are changed, so it must not be shared
   */
  SendingConnection(ActiveMQConnectionFactory factory) {
    super(prompt(factory));
    setSessionCacheSize(SESSIONS);
    setReconnectOnException(true);
  }

  static ActiveMQConnectionFactory prompt(ActiveMQConnectionFactory factory) {
    // A send returns when the message is on disk, whatever the URL says.
    factory.setBlockOnDurableSend(true);
    factory.setCallTimeout(MAX_MILLIS);
    factory.setCallFailoverTimeout(MAX_MILLIS);
    // A sender learns at once that the broker is gone; the next one connects again.
    factory.setReconnectAttempts(0);
    factory.setInitialConnectAttempts(1);
    // With a window, a producer would wait forever for a full broker to give it credit.
    factory.setProducerWindowSize(-1);
    return factory;
  }

  /** Threads that wait for a connection that fails must not each try again, one after another. */
  @Override
  protected Connection doCreateConnection() throws JMSException {
    if (System.nanoTime() - nextConnect < 0) {
      throw new JMSException("The broker was unreachable a moment ago; not tried again yet");
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
    LOG.warn("broker=lost failure={} the next sender connects again", failure.getErrorCode());
    resetConnection();
  }
}
