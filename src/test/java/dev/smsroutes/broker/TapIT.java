package dev.smsroutes.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No client gets a copy of the requests of others, whatever it subscribes to. */
@Timeout(60)
class TapIT {
  @TempDir static Path directory;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = TestBrokers.withReplyQueues(directory);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  static Stream<Arguments> names() {
    return Stream.of("sms.#", "sms.*", "*.send", "#", "*.*", "sms.reply.#", "sms.send.#")
        .flatMap(name -> Stream.of(RoutingType.values()).map(type -> arguments(name, type)));
  }

  @ParameterizedTest
  @MethodSource("names")
  void core_gets_no_copy_under(String name, RoutingType type) throws Exception {
    try (Connection connection =
        ExternalBroker.connectionFactory("tcp://127.0.0.1:" + broker.port(), Optional.empty())
            .createConnection()) {
      connection.start();
      ClientSession session =
          ((ActiveMQSession) connection.createSession(false, Session.AUTO_ACKNOWLEDGE))
              .getCoreSession();
      ClientConsumer tap = null;
      try {
        session.createQueue(
            QueueConfiguration.of(name).setRoutingType(type).setTemporary(true).setDurable(false));
        tap = session.createConsumer(name);
      } catch (ActiveMQException refused) {
        // All the better.
      }
      sendAndTake();
      assertThat(tap == null ? null : tap.receiveImmediate()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void amqp_gets_no_copy_under(String name, RoutingType type) throws Exception {
    try (Connection connection =
        new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port()).createConnection()) {
      connection.start();
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageConsumer tap = null;
      try {
        tap =
            session.createConsumer(
                type == RoutingType.ANYCAST
                    ? session.createQueue(name)
                    : session.createTopic(name));
      } catch (JMSException refused) {
        // All the better.
      }
      sendAndTake();
      assertThat(tap == null ? null : tap.receiveNoWait()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void stomp_gets_no_copy_under(String name, RoutingType type) throws Exception {
    for (String more :
        new String[] {
          "", "durable-subscription-name:a\n", "activemq.subscriptionName:a\n", "ack:client\n"
        }) {
      try (Socket socket = new Socket("127.0.0.1", broker.port())) {
        socket.setSoTimeout(10_000);
        write(socket, "CONNECT\naccept-version:1.2\nhost:localhost\nclient-id:a\n\n\0");
        assertThat(frame(socket)).startsWith("CONNECTED");
        write(
            socket,
            "SUBSCRIBE\nid:1\ndestination:"
                + name
                + "\nsubscription-type:"
                + type
                + "\n"
                + more
                + "receipt:s\n\n\0");
        assertThat(frame(socket)).as(more).startsWith("ERROR");
        sendAndTake();
      }
    }
  }

  private static void write(Socket socket, String frame) throws IOException {
    socket.getOutputStream().write(frame.getBytes(StandardCharsets.UTF_8));
  }

  private static String frame(Socket socket) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    for (int b = in.read(); b > 0 || b == 0 && frame.size() == 0; b = in.read()) {
      frame.write(b);
    }
    return frame.toString(StandardCharsets.UTF_8).trim();
  }

  /** A request of another, which the bundle takes. */
  private static void sendAndTake() throws JMSException {
    try (Connection connection = broker.connectionFactory().createConnection()) {
      connection.start();
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      session
          .createProducer(session.createQueue("sms.send"))
          .send(session.createTextMessage("secret"));
      assertThat(session.createConsumer(session.createQueue("sms.send")).receive(5_000))
          .isNotNull();
    }
  }
}
