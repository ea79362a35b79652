package dev.smsroutes.intake.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.camel.ExchangePattern;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The caller of a message is the user who logged in, whatever the message says. */
@Timeout(60)
class JmsCallersIT {
  private static final AtomicInteger KEYS = new AtomicInteger();

  @TempDir static Path directory;
  private static JmsBench bench;
  private static JmsBench open;

  @BeforeAll
  static void start() throws Exception {
    Path keys =
        KeysFiles.write(
            directory.resolve("keys.json"),
            KeysFiles.key("shop", Role.SEND),
            KeysFiles.key("bank", Role.SEND),
            KeysFiles.key("ops", Role.SEND, Role.OPERATE));
    bench =
        new JmsBench(
            directory.resolve("closed"),
            (request, attempt) ->
                request.messageKey().startsWith("bad")
                    ? JmsBench.refused(request)
                    : JmsBench.accepted(request),
            "sms.http.keys-file",
            keys.toString(),
            "sms.jms.authentication",
            "users");
    open = new JmsBench(directory.resolve("open"), JmsBench.always(JmsBench::accepted));
  }

  @AfterAll
  static void stop() throws Exception {
    open.close();
    bench.close();
  }

  private static String newKey() {
    return "k" + KEYS.incrementAndGet();
  }

  private static String good(String key) {
    return String.format(JmsBench.GOOD, key);
  }

  private static Optional<String> callerOf(JmsBench bench, String key) {
    await().until(() -> bench.handedOver.stream().anyMatch(each -> key.equals(each.messageKey())));
    int at = 0;
    while (!key.equals(bench.handedOver.get(at).messageKey())) {
      at++;
    }
    return bench.callers.get(at);
  }

  private interface Change {
    void to(Message message) throws JMSException;
  }

  private static void send(ConnectionFactory factory, String user, String key, Change change)
      throws JMSException {
    try (Connection connection = factory.createConnection(user, KeysFiles.secret(user))) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      TextMessage message = session.createTextMessage(good(key));
      change.to(message);
      session.createProducer(session.createQueue("sms.send")).send(message);
    }
  }

  private static ConnectionFactory core(JmsBench bench) {
    return new ActiveMQConnectionFactory("tcp://127.0.0.1:" + bench.broker.port());
  }

  private static ConnectionFactory amqp(JmsBench bench) {
    return new JmsConnectionFactory("amqp://127.0.0.1:" + bench.broker.port());
  }

  /** All that a sender can write to look like another one. */
  private static void forge(Message message) throws JMSException {
    forgeUser(message);
    replay(message);
  }

  private static void forgeUser(Message message) throws JMSException {
    message.setStringProperty("smsCaller", "bank");
    message.setStringProperty("SMSCALLER", "bank");
    if (message instanceof ActiveMQMessage core) {
      core.getCoreMessage().putStringProperty("_AMQ_VALIDATED_USER", "bank");
      message.setStringProperty("JMSXUserID", "bank");
    }
  }

  private static void replay(Message message) throws JMSException {
    message.setStringProperty("smsReplayOf", "of-bank");
  }

  @Test
  void is_the_caller_on_record_if_an_operator_replays() throws Exception {
    for (ConnectionFactory factory : new ConnectionFactory[] {core(bench), amqp(bench)}) {
      String key = newKey();
      send(factory, "ops", key, JmsCallersIT::replay);
      assertThat(callerOf(bench, key)).contains("bank");
    }
  }

  @Test
  void is_the_operator_if_nothing_is_on_record() throws Exception {
    String key = newKey();
    send(core(bench), "ops", key, message -> message.setStringProperty("smsReplayOf", "other"));
    assertThat(callerOf(bench, key)).contains("ops");
  }

  @Test
  void is_the_user_of_a_core_client() throws Exception {
    String key = newKey();
    send(core(bench), "shop", key, JmsCallersIT::forge);
    assertThat(callerOf(bench, key)).contains("shop");
  }

  @Test
  void is_the_user_of_an_amqp_client() throws Exception {
    String key = newKey();
    send(amqp(bench), "shop", key, JmsCallersIT::forge);
    assertThat(callerOf(bench, key)).contains("shop");
  }

  @Test
  void is_the_user_of_a_stomp_client() throws Exception {
    String key = newKey();
    try (StompClient stomp =
        StompClient.connect(
            bench.broker.port(), "login:shop", "passcode:" + KeysFiles.secret("shop"))) {
      stomp.writeWithBody(
          good(key),
          "SEND",
          "destination:sms.send",
          "smsCaller:bank",
          "smsReplayOf:of-bank",
          "JMSXUserID:bank",
          "_AMQ_VALIDATED_USER:bank",
          "receipt:1");
      assertThat(stomp.read()).startsWith("RECEIPT");
    }
    assertThat(callerOf(bench, key)).contains("shop");
  }

  @Test
  void is_none_where_nobody_logs_in() throws Exception {
    for (ConnectionFactory factory : new ConnectionFactory[] {core(open), amqp(open)}) {
      String key = newKey();
      send(factory, "bank", key, JmsCallersIT::forgeUser);
      assertThat(callerOf(open, key)).isEmpty();
    }
    String key = newKey();
    try (StompClient stomp = StompClient.connect(open.broker.port(), "login:bank")) {
      stomp.writeWithBody(good(key), "SEND", "destination:sms.send", "smsCaller:bank", "receipt:1");
      assertThat(stomp.read()).startsWith("RECEIPT");
    }
    assertThat(callerOf(open, key)).isEmpty();
  }

  @Test
  void is_the_caller_for_whom_the_bundle_itself_queued_it() {
    for (JmsBench each : new JmsBench[] {bench, open}) {
      String key = newKey();
      each.camel
          .createProducerTemplate()
          .send(
              "jms:queue:sms.send?transacted=false&jmsMessageType=Text",
              exchange -> {
                exchange.setPattern(ExchangePattern.InOnly);
                exchange.setProperty("smsCaller", "web");
                exchange.getMessage().setBody(good(key));
              });
      assertThat(callerOf(each, key)).contains("web");
    }
  }

  @Test
  void is_told_to_the_operator_with_a_refused_message() throws Exception {
    send(amqp(bench), "shop", "bad" + newKey(), JmsCallersIT::forge);
    assertThat(bench.take("sms.send.invalid").getStringProperty("smsCaller")).isEqualTo("shop");
  }

  @Test
  void gets_replies_in_its_own_queues_only() throws Exception {
    for (String[] to :
        new String[][] {
          {"sms.reply.bank", "none"},
          {"sms.reply.shop2", "none"},
          {"sms.send.dead", "none"},
          {"sms.reply.shop", "reply"},
          {"sms.reply.shop$1", "reply"}
        }) {
      String key = newKey();
      try (Connection connection = amqp(bench).createConnection("shop", KeysFiles.secret("shop"))) {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        TextMessage message = session.createTextMessage(good(key));
        message.setJMSReplyTo(session.createQueue(to[0]));
        session.createProducer(session.createQueue("sms.send")).send(message);
      }
      if (to[1].equals("reply")) {
        assertThat(((TextMessage) bench.take(to[0])).getText()).contains(key);
      } else {
        callerOf(bench, key);
      }
    }
    assertThat(bench.waiting("sms.send.dead")).isZero();
    for (String queue : new String[] {"sms.reply.bank", "sms.reply.shop2"}) {
      assertThat(bench.waiting(queue)).as(queue).isZero();
    }
  }
}
