package dev.smsroutes.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerOptions.Redelivery;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.management.ResourceNames;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
  private static final Queues QUEUES = new Queues("sms.send", "sms.send.invalid", "sms.send.dead");
  private static final Redelivery QUICK =
      new Redelivery(Duration.ofMillis(20), 2, Duration.ofMillis(50), 3);

  @TempDir Path folder;
  private Path directory;

  @BeforeEach
  void makeRoom() {
    directory = folder.resolve("broker");
  }

  private BrokerOptions options(int port, Optional<Login> login) {
    return new BrokerOptions(
        directory,
        port,
        login,
        QUEUES,
        Duration.ZERO,
        Duration.ZERO,
        QUICK,
        1024 * 1024,
        name -> name.startsWith("sms.reply."));
  }

  private EmbeddedBroker start() {
    return EmbeddedBroker.start(options(0, Optional.empty()));
  }

  private static ConnectionFactory tcp(EmbeddedBroker broker) {
    return ExternalBroker.connectionFactory("tcp://127.0.0.1:" + broker.port(), Optional.empty());
  }

  private static Session session(Connection connection) throws JMSException {
    connection.start();
    return connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
  }

  @Test
  void has_its_messages_again_after_a_restart() throws Exception {
    try (EmbeddedBroker broker = start();
        Connection connection = tcp(broker).createConnection()) {
      Session session = session(connection);
      session
          .createProducer(session.createQueue("sms.send"))
          .send(session.createTextMessage("still here"));
    }
    try (EmbeddedBroker broker = start();
        Connection connection = broker.connectionFactory().createConnection()) {
      Session session = session(connection);
      MessageConsumer consumer = session.createConsumer(session.createQueue("sms.send"));
      assertThat(((TextMessage) consumer.receive(5_000)).getText()).isEqualTo("still here");
    }
  }

  @Test
  void keeps_dead_letters_in_their_queue() throws Exception {
    try (EmbeddedBroker broker = start();
        Connection connection = broker.connectionFactory().createConnection()) {
      connection.start();
      Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
      session.createProducer(session.createQueue("sms.send")).send(session.createMessage());
      session.commit();
      MessageConsumer consumer = session.createConsumer(session.createQueue("sms.send"));
      for (int attempt = 1; attempt <= 3; attempt++) {
        Message message = consumer.receive(5_000);
        assertThat(message.getIntProperty("JMSXDeliveryCount")).isEqualTo(attempt);
        session.rollback();
      }
      assertThat(session.createConsumer(session.createQueue("sms.send.dead")).receive(5_000))
          .isNotNull();
    }
  }

  @Test
  void moves_an_expired_request_to_the_dead_letter_queue() throws Exception {
    try (EmbeddedBroker broker = start();
        Connection connection = broker.connectionFactory().createConnection()) {
      Session session = session(connection);
      MessageProducer producer = session.createProducer(session.createQueue("sms.send"));
      producer.setTimeToLive(1);
      producer.send(session.createTextMessage("late"));
      // The broker notices the expiry when a client asks for the message.
      assertThat(session.createConsumer(session.createQueue("sms.send")).receive(200)).isNull();
      assertThat(session.createConsumer(session.createQueue("sms.send.dead")).receive(5_000))
          .isNotNull();
    }
  }

  @Test
  void deletes_refused_messages_and_dead_letters_after_their_retention_whatever_a_sender_said()
      throws Exception {
    Duration month = Duration.ofDays(30);
    try (EmbeddedBroker broker =
            EmbeddedBroker.start(
                new BrokerOptions(
                    directory,
                    0,
                    Optional.empty(),
                    QUEUES,
                    month,
                    month,
                    QUICK,
                    1024 * 1024,
                    name -> false));
        Connection connection = broker.connectionFactory().createConnection()) {
      Session session = session(connection);
      for (String queue : List.of("sms.send.invalid", "sms.send.dead")) {
        for (long timeToLive : new long[] {0, 1, Duration.ofDays(999).toMillis()}) {
          MessageProducer producer = session.createProducer(session.createQueue(queue));
          producer.setTimeToLive(timeToLive);
          producer.send(session.createTextMessage("kept"));
        }
      }
      MessageProducer late = session.createProducer(session.createQueue("sms.send"));
      late.setTimeToLive(1);
      late.send(session.createTextMessage("expired, and moved by the broker"));
      assertThat(session.createConsumer(session.createQueue("sms.send")).receive(200)).isNull();

      assertThat(lives(session, "sms.send.invalid")).hasSize(3).allMatch(month::equals);
      assertThat(lives(session, "sms.send.dead")).hasSize(4).allMatch(month::equals);
    }
  }

  /** How long each message of a queue stays, in whole days. */
  private static List<Duration> lives(Session session, String queue) throws JMSException {
    List<Duration> lives = new ArrayList<>();
    Enumeration<?> messages = session.createBrowser(session.createQueue(queue)).getEnumeration();
    while (messages.hasMoreElements()) {
      Message message = (Message) messages.nextElement();
      // A minute more, because it counts from when the broker took it.
      long life = message.getJMSExpiration() - message.getJMSTimestamp() + 60_000;
      lives.add(Duration.ofDays(Duration.ofMillis(life).toDays()));
    }
    return lives;
  }

  @Test
  void lets_in_only_the_configured_user_once_there_is_one() throws Exception {
    Optional<Login> login = Login.of("shop", "secret");
    try (EmbeddedBroker broker = EmbeddedBroker.start(options(0, login))) {
      assertThatThrownBy(() -> tcp(broker).createConnection("shop", "wrong"))
          .isInstanceOf(JMSSecurityException.class);
      assertThatThrownBy(() -> tcp(broker).createConnection())
          .isInstanceOf(JMSSecurityException.class);
      String amqp = "amqp://127.0.0.1:" + broker.port();
      assertThatThrownBy(
              () -> {
                try (Connection connection =
                    new JmsConnectionFactory(amqp).createConnection("shop", "wrong")) {
                  connection.start();
                }
              })
          .isInstanceOf(JMSSecurityException.class);
      tcp(broker).createConnection("shop", "secret").close();
      broker.connectionFactory().createConnection().close();
      try (Connection connection =
          new JmsConnectionFactory(amqp).createConnection("shop", "secret")) {
        connection.start();
      }
    }
  }

  @Test
  void refuses_half_a_login() {
    assertThatThrownBy(() -> Login.of("shop", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("only sms.jms.user is set");
    assertThat(new Login("shop", "secret").toString()).doesNotContain("secret");
  }

  @Test
  void listens_on_loopback_only() throws Exception {
    try (EmbeddedBroker broker = start()) {
      for (InetAddress address :
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(a -> !a.isLoopbackAddress())
              .toList()) {
        assertThatThrownBy(() -> connect(address, broker.port()))
            .as("a connection to " + address)
            .isInstanceOf(IOException.class);
      }
      connect(InetAddress.getByName("127.0.0.1"), broker.port());
    }
  }

  private static void connect(InetAddress address, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 2_000);
    }
  }

  @Test
  void cannot_be_managed_by_messages() throws Exception {
    try (EmbeddedBroker broker = start();
        Connection connection = tcp(broker).createConnection()) {
      Session session = session(connection);
      TextMessage message = session.createTextMessage("[]");
      message.setStringProperty("_AMQ_ResourceName", ResourceNames.BROKER);
      message.setStringProperty("_AMQ_OperationName", "listNetworkTopology");
      assertThatThrownBy(
              () ->
                  session.createProducer(session.createQueue("activemq.management")).send(message))
          .isInstanceOf(JMSSecurityException.class);
      assertThatThrownBy(
              () -> session.createConsumer(session.createTopic("activemq.notifications")))
          .isInstanceOf(JMSSecurityException.class);
    }
  }

  @Test
  void forbids_deleting_the_three_queues() throws Exception {
    try (EmbeddedBroker broker = start();
        Connection connection = tcp(broker).createConnection()) {
      ActiveMQSession session = (ActiveMQSession) session(connection);
      for (String queue : List.of("sms.send", "sms.send.invalid", "sms.send.dead")) {
        assertThatThrownBy(() -> session.getCoreSession().deleteQueue(SimpleString.of(queue)))
            .hasMessageContaining("does not have permission");
      }
    }
  }

  @Test
  void refuses_a_message_that_no_consumer_could_hold() throws Exception {
    try (EmbeddedBroker broker = start();
        Connection connection = tcp(broker).createConnection()) {
      Session session = session(connection);
      TextMessage huge =
          session.createTextMessage("x".repeat(EmbeddedBroker.MAX_MESSAGE_BYTES + 1));
      assertThatThrownBy(() -> session.createProducer(session.createQueue("sms.send")).send(huge))
          .isInstanceOf(JMSException.class)
          .hasMessageContaining("at most");
      assertThat(session.createBrowser(session.createQueue("sms.send")).getEnumeration())
          .matches(messages -> !messages.hasMoreElements());
    }
  }

  @Test
  void refuses_requests_of_all_senders_above_its_limit() throws Exception {
    try (EmbeddedBroker broker = start();
        Connection connection = tcp(broker).createConnection()) {
      Session session = session(connection);
      MessageProducer producer = session.createProducer(session.createQueue("sms.send"));
      TextMessage large = session.createTextMessage("x".repeat(300_000));
      producer.send(large);
      producer.send(large);
      assertThatThrownBy(() -> producer.send(large))
          .isInstanceOf(JMSException.class)
          .hasMessageContaining("sms.jms.max-queue-bytes");
      assertThatThrownBy(
              () -> session.createProducer(session.createQueue("sms.send::sms.send")).send(large))
          .isInstanceOf(JMSException.class);
      session.createProducer(session.createQueue("sms.reply.x")).send(large);
      try (Connection amqp =
          new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port()).createConnection()) {
        Session theirs = session(amqp);
        assertThatThrownBy(
                () ->
                    theirs
                        .createProducer(theirs.createQueue("sms.send"))
                        .send(theirs.createTextMessage("small")))
            .isInstanceOf(JMSException.class);
      }

      SendingConnection sending = broker.sendingConnection();
      try (Connection ours = sending.createConnection()) {
        Session other = session(ours);
        assertThatThrownBy(
                () ->
                    other
                        .createProducer(other.createQueue("sms.send"))
                        .send(other.createTextMessage("small")))
            .isInstanceOf(JMSException.class);
        assertThat(other.createConsumer(other.createQueue("sms.send")).receive(5_000)).isNotNull();
        await()
            .ignoreExceptions()
            .until(
                () -> {
                  other
                      .createProducer(other.createQueue("sms.send"))
                      .send(other.createTextMessage("small"));
                  return true;
                });
      } finally {
        sending.destroy();
      }
    }
  }

  /** Artemis would let a sender wait for room without end. */
  @Test
  void refuses_only_requests_on_a_nearly_full_disk() {
    AtomicBoolean full = new AtomicBoolean(true);
    QueueLimit limit = new QueueLimit("sms.send", 1, () -> 0, full::get);
    CoreMessage request = new CoreMessage(1, 100).setAddress("sms.send");
    CoreMessage reply = new CoreMessage(2, 100).setAddress("sms.reply.x");

    assertThatThrownBy(() -> limit.beforeSend(null, null, request, false, false))
        .isInstanceOf(ActiveMQAddressFullException.class);
    assertThatCode(() -> limit.beforeSend(null, null, reply, false, false))
        .doesNotThrowAnyException();
    full.set(false);
    assertThatCode(() -> limit.beforeSend(null, null, request, false, false))
        .doesNotThrowAnyException();
  }

  @Test
  void has_acknowledged_messages_on_disk() throws Exception {
    try (EmbeddedBroker broker = start()) {
      SendingConnection sending = broker.sendingConnection();
      try (Connection connection = sending.createConnection()) {
        Session session = session(connection);
        session
            .createProducer(session.createQueue("sms.send"))
            .send(session.createTextMessage("still here"));
      }
      // Copies the disk at this moment, without an orderly stop.
      copy(directory, directory.resolveSibling("copy"));
      sending.destroy();
    }
    BrokerOptions copied =
        new BrokerOptions(
            directory.resolveSibling("copy"),
            0,
            Optional.empty(),
            QUEUES,
            Duration.ZERO,
            Duration.ZERO,
            QUICK,
            1024 * 1024,
            name -> name.startsWith("sms.reply."));
    try (EmbeddedBroker broker = EmbeddedBroker.start(copied);
        Connection connection = broker.connectionFactory().createConnection()) {
      Session session = session(connection);
      MessageConsumer consumer = session.createConsumer(session.createQueue("sms.send"));
      assertThat(((TextMessage) consumer.receive(5_000)).getText()).isEqualTo("still here");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (Files.isRegularFile(file)) {
          Files.copy(file, target);
        }
      }
    }
  }

  @Test
  void names_the_key_when_the_port_is_taken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(
              () -> EmbeddedBroker.start(options(taken.getLocalPort(), Optional.empty())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("sms.jms.port")
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
    start().close();
  }

  @Test
  void names_the_directory_when_another_broker_has_it() {
    try (EmbeddedBroker broker = start()) {
      assertThat(broker.port()).isPositive();
      assertThatThrownBy(this::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("sms.jms.directory")
          .hasMessageContaining("in use");
    }
  }

  @Test
  void opens_no_object_message_with_our_connections() throws Exception {
    try (EmbeddedBroker broker = start();
        Connection connection = broker.connectionFactory().createConnection()) {
      Session session = session(connection);
      session
          .createProducer(session.createQueue("sms.reply.x"))
          .send(session.createObjectMessage(new ArrayList<>(List.of("x"))));
      ObjectMessage message =
          (ObjectMessage) session.createConsumer(session.createQueue("sms.reply.x")).receive(5_000);
      assertThatThrownBy(message::getObject).isInstanceOf(JMSException.class);
    }
  }
}
