package dev.smsroutes.intake.jms;

import static dev.smsroutes.intake.jms.AmqpClient.encoded;
import static dev.smsroutes.intake.jms.AmqpClient.mapSection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.smsroutes.broker.ExternalBroker;
import dev.smsroutes.intake.jms.AmqpClient.AmqpAnswer;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What an older version has on disk, unread, is dealt with by this one. */
@Timeout(120)
class JmsOlderMessagesIT {
  private static final int PROPERTIES = 0x74;

  @TempDir Path directory;

  private static byte[] message(String key, Object... between) {
    Header header = new Header();
    header.setDurable(true);
    Properties properties = new Properties();
    properties.setReplyTo("sms.reply.older");
    properties.setCorrelationId(key);
    Object[] sections = new Object[between.length + 2];
    sections[0] = header;
    sections[1] = properties;
    System.arraycopy(between, 0, sections, 2, between.length);
    return encoded(sections);
  }

  private static AmqpValue good(String key) {
    return new AmqpValue(String.format(JmsBench.GOOD, key));
  }

  private static byte[] property(Object value) {
    return mapSection(PROPERTIES, "createdAt", value);
  }

  @Test
  void sends_or_puts_aside_what_no_consumer_could_read() throws Exception {
    try (PlainBroker older = new PlainBroker(directory);
        AmqpClient client = new AmqpClient(older.port())) {
      AmqpAnswer accepted = new AmqpAnswer(true, "", "");
      for (int i = 0; i < 10; i++) {
        Object value = i % 2 == 0 ? new Date(0) : UUID.randomUUID();
        byte[] odd = message("odd" + i, property(value), good("odd" + i));
        assertThat(client.send("sms.send", odd)).isEqualTo(accepted);
        byte[] bad = message("bad" + i, new AmqpValue(Map.of("a", Map.of("b", new Date(0)))));
        assertThat(client.send("sms.send", bad)).isEqualTo(accepted);
        byte[] next = message("good" + i, good("good" + i));
        assertThat(client.send("sms.send", next)).isEqualTo(accepted);
      }
      byte[] broken = message("x", mapSection(PROPERTIES, 1, "x"), new AmqpValue("{}"));
      assertThat(client.send("sms.send", broken)).isEqualTo(accepted);
      // Large enough for Artemis to keep it in a file.
      byte[] large = message("large", property(new Date(0)), new AmqpValue("x".repeat(200_000)));
      assertThat(client.send("sms.send", large)).isEqualTo(accepted);
      sendGarbage(older.port());
    }
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      await().until(() -> bench.handedOver.size() == 20);
      for (int i = 0; i < 30; i++) {
        TextMessage reply = (TextMessage) bench.take("sms.reply.older");
        boolean bad = reply.getJMSCorrelationID().startsWith("bad");
        assertThat(reply.getText()).contains(bad ? "Refused" : "Accepted");
      }
      for (int i = 0; i < 10; i++) {
        Message moved = bench.take("sms.send.invalid");
        assertThat(moved.getIntProperty("smsErrorCode")).isEqualTo(10001);
      }
      assertThat(bench.handedOver.stream().map(SendRequest::messageKey)).doesNotHaveDuplicates();
      await().until(() -> bench.depth("sms.send") == 0);
      await().until(() -> bench.waiting("sms.send.dead") == 3);
      // Nor do they get in the way there.
      assertThat(bench.depth("sms.send.dead")).isZero();
      bench.send(bench.text(String.format(JmsBench.GOOD, "after")));
      await().until(() -> bench.handedOver.size() == 21);
    }
  }

  @Test
  void says_which_queues_have_no_consumer() throws Exception {
    try (PlainBroker older = new PlainBroker(directory);
        AmqpClient client = new AmqpClient(older.port())) {
      for (String wrong : new String[] {"SMS.SEND", "sms.send::other", "sms.reply.mine"}) {
        client.send(wrong, message("k", good("k")), "queue");
      }
    }
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger log = (Logger) LoggerFactory.getLogger("dev.smsroutes.broker");
    lines.start();
    log.addAppender(lines);
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      assertThat(bench.waiting("SMS.SEND")).isEqualTo(1);
      assertThat(List.copyOf(lines.list))
          .extracting(ILoggingEvent::getFormattedMessage)
          .filteredOn(line -> line.contains("no consumer reads"))
          .hasSize(2)
          .anySatisfy(line -> assertThat(line).contains("queue=\"SMS.SEND\""))
          .anySatisfy(line -> assertThat(line).contains("queue=\"other\" address=\"sms.send\""));
    } finally {
      log.detachAppender(lines);
    }
  }

  private static void sendGarbage(int port) throws Exception {
    try (Connection connection =
        ExternalBroker.connectionFactory("tcp://127.0.0.1:" + port, Optional.empty())
            .createConnection()) {
      ActiveMQSession jms =
          (ActiveMQSession) connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      ClientMessage garbage =
          jms.getCoreSession()
              .createMessage(org.apache.activemq.artemis.api.core.Message.TEXT_TYPE, true);
      garbage.getBodyBuffer().writeBytes(new byte[] {1, 2});
      jms.getCoreSession().createProducer("sms.send").send(garbage);
    }
  }
}
