package dev.smsroutes.broker;

import dev.smsroutes.broker.BrokerOptions.Login;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** The client of an external Artemis. */
public final class ExternalBroker {
  /** Some dozens of requests. */
  private static final int PREFETCHED_BYTES = 16 * 1024;

  private ExternalBroker() {}

  /**
   * A factory of connections; it does not connect yet.
   *
   * @param url of {@code sms.jms.broker-url}: the CORE protocol, for example {@code
   *     tcp://broker:61616} or {@code (tcp://a:61616,tcp://b:61616)?ha=true&reconnectAttempts=-1}
   * @throws IllegalArgumentException if the URL cannot be parsed
   */
  public static ConnectionFactory connectionFactory(String url, Optional<Login> login) {
    return factory(url, login);
  }

  /**
   * A connection that puts requests into the queue; it does not connect yet.
   *
   * @param url as for {@link #connectionFactory}
   * @throws IllegalArgumentException if the URL cannot be parsed
   */
  public static SendingConnection sendingConnection(String url, Optional<Login> login) {
    return new SendingConnection(withTimeout(factory(url, login)));
  }

  /** A factory for who only looks: it gives up within seconds. */
  static ActiveMQConnectionFactory prompt(String url, Optional<Login> login) {
    return SendingConnection.prompt(withTimeout(factory(url, login)));
  }

  private static ActiveMQConnectionFactory withTimeout(ActiveMQConnectionFactory factory) {
    for (TransportConfiguration broker : factory.getStaticConnectors()) {
      broker
          .getParams()
          .putIfAbsent(TransportConstants.NETTY_CONNECT_TIMEOUT, SendingConnection.MAX_MILLIS);
    }
    return factory;
  }

  static ActiveMQConnectionFactory factory(String url, Optional<Login> login) {
    try {
      ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory();
      factory.setBrokerURL(url);
      return careful(factory, login);
    } catch (JMSException | RuntimeException e) {
      // The cause may quote the URL, which may hold a password.
      throw new IllegalArgumentException(
          "sms.jms.broker-url: expected a CORE URL such as tcp://broker:61616; got one that cannot be parsed ("
              + e.getClass().getSimpleName()
              + ")");
    }
  }

  /**
   * For an intake that is switched off, because Camel needs a factory even then. Nothing listens at
   * its address.
   */
  public static ConnectionFactory none() {
    return connectionFactory("tcp://127.0.0.1:1", Optional.empty());
  }

  static ActiveMQConnectionFactory careful(
      ActiveMQConnectionFactory factory, Optional<Login> login) {
    login.ifPresent(l -> factory.setUser(l.user()).setPassword(l.password()));
    // No code here opens an ObjectMessage (CVE-2026-40860); an attempt would find no allowed class.
    factory.setDeserializationDenyList("*");
    // Enough that a session finds its next messages here, and little: a rollback also puts back and
    // delays what it had not yet taken.
    factory.setConsumerWindowSize(PREFETCHED_BYTES);
    return factory;
  }
}
