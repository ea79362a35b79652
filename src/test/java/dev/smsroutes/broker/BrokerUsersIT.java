package dev.smsroutes.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.access.Keys;
import dev.smsroutes.access.Role;
import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.testing.KeysFiles;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each caller of the keys file may do on the embedded broker, and what nobody may. */
@Timeout(60)
class BrokerUsersIT {
  @TempDir static Path directory;
  private static EmbeddedBroker broker;
  private static EmbeddedBroker openBroker;
  private static Keys keys;

  @BeforeAll
  static void start() throws Exception {
    Path file =
        KeysFiles.write(
            directory.resolve("keys.json"),
            KeysFiles.key("shop", Role.SEND),
            KeysFiles.key("bank", Role.SEND),
            KeysFiles.key("tried", Role.SEND),
            KeysFiles.key("eye", Role.OBSERVE),
            KeysFiles.key("boss", Role.OPERATE),
            KeysFiles.expired("old"),
            KeysFiles.revoked("gone"));
    keys = Keys.open(file);
    PortOptions open = PortOptions.onLoopback();
    broker =
        EmbeddedBroker.start(
            options("closed", Login.of("site", "whole secret")),
            new PortOptions(
                open.host(),
                open.protocols(),
                true,
                100,
                open.loginTimeout(),
                Optional.empty(),
                (caller, queue) -> queue.equals("sms.reply." + caller)),
            Optional.of(keys));
    openBroker = EmbeddedBroker.start(options("open", Optional.empty()));
  }

  private static BrokerOptions options(String name, Optional<Login> login) {
    return TestBrokers.options(
        directory.resolve(name), login, queue -> queue.matches("sms\\.reply\\.[a-z]+"));
  }

  @AfterAll
  static void stop() {
    openBroker.close();
    broker.close();
    keys.close();
  }

  private static Connection core(EmbeddedBroker broker, String user, String password)
      throws JMSException {
    Connection connection =
        ExternalBroker.connectionFactory("tcp://127.0.0.1:" + broker.port(), Optional.empty())
            .createConnection(user, password);
    connection.start();
    return connection;
  }

  private static Connection amqp(EmbeddedBroker broker, String user, String password)
      throws JMSException {
    Connection connection =
        new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port())
            .createConnection(user, password);
    connection.start();
    return connection;
  }

  private static Connection as(String user) throws JMSException {
    return user.equals("site")
        ? core(broker, user, "whole secret")
        : core(broker, user, KeysFiles.secret(user));
  }

  private enum Act {
    SEND,
    CONSUME,
    BROWSE
  }

  static Stream<Arguments> acts() {
    return Stream.of(
            "shop    sms.send         SEND",
            "eye     sms.send         BROWSE",
            "eye     sms.send.invalid BROWSE",
            "eye     sms.send.dead    BROWSE",
            "boss    sms.send         BROWSE",
            "boss    sms.send.invalid BROWSE CONSUME",
            "boss    sms.send.dead    BROWSE CONSUME",
            "site    sms.send         SEND BROWSE CONSUME",
            "site    sms.send.invalid SEND BROWSE CONSUME",
            "site    sms.send.dead    SEND BROWSE CONSUME",
            "shop    sms.send.invalid",
            "shop    sms.send.dead",
            "shop    sms.reply.shop   BROWSE CONSUME",
            "shop    sms.reply.bank",
            "eye     sms.reply.bank   BROWSE",
            "boss    sms.reply.bank   BROWSE CONSUME",
            "site    sms.reply.bank   SEND BROWSE CONSUME",
            "nobody  sms.send         SEND BROWSE",
            "nobody  sms.send.invalid BROWSE CONSUME",
            "nobody  sms.send.dead    BROWSE CONSUME",
            "nobody  sms.reply.bank   SEND BROWSE CONSUME")
        .map(line -> line.split(" +", 3))
        .map(parts -> arguments(parts[0], parts[1], parts.length > 2 ? parts[2] : ""));
  }

  /** {@code nobody} is a client of a broker that asks for no login. */
  @ParameterizedTest
  @MethodSource("acts")
  void each_caller_may_do_this_and_no_more(String user, String queue, String allowed)
      throws Exception {
    try (Connection inside =
            (user.equals("nobody") ? openBroker : broker).connectionFactory().createConnection();
        Connection connection = user.equals("nobody") ? core(openBroker, "x", "y") : as(user)) {
      // So that the queue is there.
      inside
          .createSession(false, Session.AUTO_ACKNOWLEDGE)
          .createProducer(session(inside).createQueue(queue))
          .close();
      for (Act act : Act.values()) {
        boolean done = tryTo(act, session(connection), queue);
        assertThat(done).as(act + " on " + queue).isEqualTo(allowed.contains(act.name()));
      }
    }
  }

  private static Session session(Connection connection) throws JMSException {
    return connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
  }

  private static boolean tryTo(Act act, Session session, String queue) {
    try {
      switch (act) {
        case SEND ->
            session.createProducer(session.createQueue(queue)).send(session.createTextMessage("x"));
        case CONSUME -> session.createConsumer(session.createQueue(queue)).close();
        case BROWSE -> session.createBrowser(session.createQueue(queue)).getEnumeration();
      }
      return true;
    } catch (JMSException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"old", "gone", "stranger", "<sms-routes>", ""})
  void lets_in_nobody_without_valid_credentials(String user) {
    for (String password : new String[] {KeysFiles.secret(user.isEmpty() ? "x" : user), ""}) {
      assertThatThrownBy(() -> core(broker, user, password).close())
          .isInstanceOf(JMSException.class);
      assertThatThrownBy(() -> amqp(broker, user, password).close())
          .isInstanceOf(JMSException.class);
    }
    // Nor as this process, where nobody is asked.
    if (user.equals("<sms-routes>")) {
      assertThatThrownBy(() -> core(openBroker, user, "x").close())
          .isInstanceOf(JMSException.class);
    }
  }

  @Test
  void takes_the_secret_alone_or_with_the_id_before_it() throws Exception {
    core(broker, "shop", KeysFiles.secret("shop")).close();
    core(broker, "shop", KeysFiles.shown("shop")).close();
    amqp(broker, "shop", KeysFiles.shown("shop")).close();
  }

  @Test
  void a_sender_cannot_take_over_a_reply_queue_as_a_temporary_one() throws Exception {
    try (Connection connection = as("shop")) {
      ActiveMQSession session = (ActiveMQSession) session(connection);
      for (String name : new String[] {"sms.reply.bank", "sms.reply.other", "sms.send"}) {
        assertThatThrownBy(
                () ->
                    session
                        .getCoreSession()
                        .createQueue(
                            QueueConfiguration.of(name)
                                .setRoutingType(RoutingType.ANYCAST)
                                .setTemporary(true)
                                .setDurable(false)))
            .isNotNull();
      }
    }
  }

  @Test
  void a_temporary_queue_is_read_by_its_owner_only() throws Exception {
    try (Connection shop = as("shop");
        Connection bank = as("bank");
        Connection inside = broker.connectionFactory().createConnection()) {
      Session session = session(shop);
      var queue = session.createTemporaryQueue();
      MessageConsumer consumer = session.createConsumer(queue);
      Session other = session(bank);
      assertThatThrownBy(() -> other.createConsumer(other.createQueue(queue.getQueueName())))
          .isInstanceOf(JMSException.class);
      Session bundle = session(inside);
      bundle
          .createProducer(bundle.createQueue(queue.getQueueName()))
          .send(bundle.createTextMessage("reply"));
      assertThat(consumer.receive(5_000)).isNotNull();
    }
  }

  @Test
  void looks_at_no_further_passwords_after_ten_wrong_ones() throws Exception {
    try (Connection before = as("tried")) {
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> core(broker, "tried", "wrong").close())
            .isInstanceOf(JMSException.class);
      }
      assertThatThrownBy(() -> as("tried").close()).isInstanceOf(JMSException.class);
      // Others get in, and who is in stays in.
      as("shop").close();
      Session session = session(before);
      assertThat(tryTo(Act.SEND, session, "sms.send")).isTrue();
    }
  }
}
