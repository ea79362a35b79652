package dev.smsroutes.intake.jms;

import static dev.smsroutes.intake.jms.AmqpClient.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.broker.ExternalBroker;
import dev.smsroutes.intake.jms.AmqpClient.AmqpAnswer;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request is on the queue with the consumer, or its sender gets an error. */
@Timeout(60)
class JmsQueueNamesIT {
  private static final AtomicInteger KEYS = new AtomicInteger();

  @TempDir static Path directory;
  private static JmsBench bench;

  @BeforeAll
  static void start() throws Exception {
    bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted));
  }

  @AfterAll
  static void stop() throws Exception {
    bench.close();
  }

  private static String newKey() {
    return "k" + KEYS.incrementAndGet();
  }

  private static String good(String key) {
    return String.format(JmsBench.GOOD, key);
  }

  private static void assertHandedOver(String key) {
    await().until(() -> bench.handedOver.stream().anyMatch(r -> key.equals(r.messageKey())));
  }

  private static Connection core() throws JMSException {
    return ExternalBroker.connectionFactory(
            "tcp://127.0.0.1:" + bench.broker.port(), Optional.empty())
        .createConnection();
  }

  private static Connection qpid() throws JMSException {
    return new JmsConnectionFactory("amqp://127.0.0.1:" + bench.broker.port()).createConnection();
  }

  static Stream<String> names() {
    return Stream.of("sms.send", "/queue/sms.send", "queue://sms.send", "sms.send::sms.send");
  }

  @ParameterizedTest
  @MethodSource("names")
  void stomp_reaches_the_queue_and_its_reply_under(String name) throws Exception {
    String key = newKey();
    String wire = name.replace(":", "\\c");
    String replies = wire.replace("sms.send", "sms.reply.names");
    try (StompClient stomp = StompClient.connect(bench.broker.port())) {
      stomp.write("SUBSCRIBE", "id:1", "destination:" + replies, "receipt:s");
      assertThat(stomp.read()).startsWith("RECEIPT");
      stomp.writeWithBody(
          good(key),
          "SEND",
          "destination:" + wire,
          "persistent:true",
          "receipt:r",
          "reply-to:" + replies.replaceFirst("(\\\\c){2}.*", ""));
      assertThat(stomp.read() + stomp.read()).contains("RECEIPT").contains("Accepted");
    }
    assertHandedOver(key);
  }

  @ParameterizedTest
  @MethodSource("names")
  void amqp_reaches_the_queue_and_its_reply_under(String name) throws Exception {
    String key = newKey();
    Properties properties = new Properties();
    properties.setReplyTo(name.replaceFirst("sms.send.*", "sms.reply.amqp-names"));
    properties.setCorrelationId(key);
    byte[] message = encoded(properties, new AmqpValue(good(key)));
    try (AmqpClient amqp = new AmqpClient(bench.broker.port())) {
      assertThat(amqp.send(name, message)).isEqualTo(new AmqpAnswer(true, "", ""));
    }
    assertHandedOver(key);
    assertThat(bench.take("sms.reply.amqp-names").getJMSCorrelationID()).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sms.send", "/queue/sms.send", "queue://sms.send"})
  void the_anonymous_relay_reaches_the_queue_under(String name) throws Exception {
    String key = newKey();
    Properties properties = new Properties();
    properties.setTo(name);
    byte[] message = encoded(properties, new AmqpValue(good(key)));
    try (AmqpClient amqp = new AmqpClient(bench.broker.port())) {
      assertThat(amqp.send(null, message)).isEqualTo(new AmqpAnswer(true, "", ""));
    }
    assertHandedOver(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sms.send", "/queue/sms.send", "queue://sms.send"})
  void core_reaches_the_queue_under(String name) throws Exception {
    String key = newKey();
    try (Connection connection = core()) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      session.createProducer(session.createQueue(name)).send(session.createTextMessage(good(key)));
    }
    assertHandedOver(key);
  }

  static Stream<String> wrongNames() {
    return Stream.of(
        "SMS.SEND",
        "Sms.Send",
        "sms.send ",
        " sms.send",
        "sms.send\u00a0",
        "sms.send/",
        "/sms.send",
        "sms/send",
        "sms_send",
        "sms.sent",
        "orders.in",
        "/topic/sms.send",
        "topic://sms.send",
        "/Queue/sms.send",
        "jms.queue.sms.send",
        "queue:sms.send",
        "/exchange/sms.send",
        "sms.send::other",
        "other::sms.send",
        "sms.#",
        "sms.*",
        "sms.reply",
        "sms.reply.a::b",
        "temp-queue://sms.x",
        "DLQ");
  }

  @ParameterizedTest
  @MethodSource("wrongNames")
  void stomp_is_refused_under(String name) throws Exception {
    String wire = name.replace(":", "\\c");
    try (StompClient stomp = StompClient.connect(bench.broker.port())) {
      stomp.writeWithBody(good(newKey()), "SEND", "destination:" + wire, "receipt:r1");
      assertThat(stomp.read()).startsWith("ERROR").contains("receipt-id:r1");
    }
    try (StompClient stomp = StompClient.connect(bench.broker.port())) {
      stomp.write("SUBSCRIBE", "id:1", "destination:" + wire, "receipt:r1");
      assertThat(stomp.read()).startsWith("ERROR");
    }
    assertNothingMade();
  }

  @ParameterizedTest
  @MethodSource("wrongNames")
  void amqp_is_refused_under(String name) throws Exception {
    byte[] message = encoded(new AmqpValue(good(newKey())));
    try (AmqpClient amqp = new AmqpClient(bench.broker.port())) {
      AmqpAnswer answer = amqp.send(name, message);
      assertThat(answer.accepted()).isFalse();
      assertThat(answer.condition()).isEqualTo("amqp:not-found");
      assertThat(amqp.receiveFrom(name).accepted()).as("as a consumer").isFalse();
    }
    Properties to = new Properties();
    to.setTo(name);
    try (AmqpClient amqp = new AmqpClient(bench.broker.port())) {
      AmqpAnswer answer = amqp.send(null, encoded(to, new AmqpValue(good(newKey()))));
      assertThat(answer.accepted()).as("on the anonymous relay").isFalse();
      assertThat(answer.description()).isNotBlank();
    }
    assertNothingMade();
  }

  @ParameterizedTest
  @MethodSource("wrongNames")
  void core_is_refused_under(String name) throws Exception {
    try (Connection connection = core()) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      assertThatThrownBy(
              () ->
                  session
                      .createProducer(session.createQueue(name))
                      .send(session.createTextMessage(good(newKey()))))
          .isInstanceOf(JMSException.class);
      MessageProducer anyone = session.createProducer(null);
      assertThatThrownBy(
              () ->
                  anyone.send(session.createQueue(name), session.createTextMessage(good(newKey()))))
          .isInstanceOf(JMSException.class);
      assertThatThrownBy(() -> session.createConsumer(session.createQueue(name)))
          .isInstanceOf(JMSException.class);
    }
    assertNothingMade();
  }

  /** As a client writes that knows no JMS and does not ask before. */
  @ParameterizedTest
  @MethodSource("wrongNames")
  void a_core_client_that_does_not_ask_is_refused_under(String name) throws Exception {
    try (Connection connection = core()) {
      ActiveMQSession jms =
          (ActiveMQSession) connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      ClientSession session = jms.getCoreSession();
      assertThatThrownBy(() -> session.createProducer().send(name, session.createMessage(true)))
          .hasMessageContaining("Expected queue sms.send");
      assertThatThrownBy(() -> session.createQueue(QueueConfiguration.of(name))).isNotNull();
      // Of address::queue, Artemis takes the address, which is there.
      if (!name.contains("::")) {
        assertThatThrownBy(
                () -> session.createAddress(SimpleString.of(name), RoutingType.ANYCAST, false))
            .hasMessageContaining("Expected queue sms.send");
      }
    }
    assertNothingMade();
  }

  static Stream<Arguments> secondQueues() {
    return Stream.of(
        arguments("sms.send", "other", RoutingType.ANYCAST, false),
        arguments("sms.send", "other", RoutingType.ANYCAST, true),
        arguments("sms.send", "other", RoutingType.MULTICAST, false),
        arguments("sms.send.invalid", "other", RoutingType.ANYCAST, false),
        arguments("sms.send.dead", "sms.reply.x", RoutingType.ANYCAST, false),
        arguments("sms.reply.x", "other", RoutingType.ANYCAST, false),
        arguments("sms.reply.y", "sms.reply.y", RoutingType.MULTICAST, false));
  }

  @ParameterizedTest
  @MethodSource("secondQueues")
  void refuses_a_second_queue_behind_a_known_one(
      String address, String queue, RoutingType type, boolean temporary) throws Exception {
    try (Connection connection = core()) {
      ActiveMQSession jms =
          (ActiveMQSession) connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      assertThatThrownBy(
              () ->
                  jms.getCoreSession()
                      .createQueue(
                          QueueConfiguration.of(queue)
                              .setAddress(address)
                              .setRoutingType(type)
                              .setTemporary(temporary)
                              .setDurable(!temporary)))
          .isNotNull();
    }
    assertNothingMade();
  }

  @Test
  void refuses_to_make_a_topic_of_it() throws Exception {
    String good = good(newKey());
    try (Connection connection = core()) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      assertThatThrownBy(
              () ->
                  session
                      .createProducer(session.createTopic("sms.send"))
                      .send(session.createTextMessage(good)))
          .isInstanceOf(JMSException.class);
      ClientSession core = ((ActiveMQSession) session).getCoreSession();
      ClientMessage asTopic = core.createMessage(true);
      asTopic.setRoutingType(RoutingType.MULTICAST);
      assertThatThrownBy(() -> core.createProducer("sms.send").send(asTopic))
          .hasMessageContaining("got topic://sms.send");
    }
    try (Connection connection = qpid()) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      assertThatThrownBy(
              () ->
                  session
                      .createProducer(session.createTopic("sms.send"))
                      .send(session.createTextMessage(good)))
          .isInstanceOf(JMSException.class);
    }
    try (AmqpClient amqp = new AmqpClient(bench.broker.port())) {
      AmqpValue body = new AmqpValue(good);
      assertThat(amqp.send("sms.send", encoded(body), "topic").accepted()).isFalse();
      for (Object topic : new Object[] {(byte) 0, UnsignedByte.valueOf((byte) 0), 0}) {
        byte[] annotation =
            AmqpClient.mapSection(0x72, Symbol.valueOf("x-opt-routing-type"), topic);
        assertThat(amqp.send("sms.send", encoded(annotation, body)).accepted()).isFalse();
      }
    }
    for (String header : new String[] {"destination-type:MULTICAST", "_AMQ_ROUTING_TYPE:0"}) {
      try (StompClient stomp = StompClient.connect(bench.broker.port())) {
        stomp.writeWithBody(good, "SEND", "destination:sms.send", header, "receipt:r");
        assertThat(stomp.read()).as(header).startsWith("ERROR");
      }
    }
    String after = newKey();
    bench.send(bench.text(good(after)));
    assertHandedOver(after);
    assertNothingMade();
  }

  @Test
  void lets_a_client_use_its_temporary_queue() throws Exception {
    for (Connection connection : new Connection[] {core(), qpid()}) {
      try (connection) {
        connection.start();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        var queue = session.createTemporaryQueue();
        session.createProducer(queue).send(session.createTextMessage("to myself"));
        assertThat(session.createConsumer(queue).receive(5_000)).isInstanceOf(TextMessage.class);
      }
    }
  }

  /** Whatever was tried: requests still arrive, each once, on the one queue. */
  private static void assertNothingMade() throws Exception {
    try (Connection connection = core()) {
      ActiveMQSession jms =
          (ActiveMQSession) connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      ClientSession.AddressQuery query =
          jms.getCoreSession().addressQuery(SimpleString.of("sms.send"));
      assertThat(query.getQueueNames()).containsExactly(SimpleString.of("sms.send"));
      assertThat(query.isSupportsMulticast()).isFalse();
      assertThat(jms.getCoreSession().addressQuery(SimpleString.of("other")).isExists()).isFalse();
    }
    assertThat(bench.handedOver.stream().map(SendRequest::messageKey)).doesNotHaveDuplicates();
  }
}
