package dev.smsroutes.intake.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.model.SendRequest;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are not ours put a message on the queue and get their reply. */
class JmsForeignClientsIT {
  @TempDir Path directory;

  @Test
  void an_amqp_client_gets_its_reply() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted));
        Connection connection =
            new JmsConnectionFactory("amqp://127.0.0.1:" + bench.broker.port())
                .createConnection()) {
      connection.start();
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      Queue replies = session.createQueue("sms.reply.amqp");
      MessageConsumer consumer = session.createConsumer(replies);

      TextMessage text = session.createTextMessage(String.format(JmsBench.GOOD, "k1"));
      text.setJMSReplyTo(replies);
      text.setJMSCorrelationID("corr-1");
      session.createProducer(session.createQueue("sms.send")).send(text);
      TextMessage reply = (TextMessage) consumer.receive(10_000);
      assertThat(reply.getText()).contains("Accepted").contains("k1");
      assertThat(reply.getJMSCorrelationID()).isEqualTo("corr-1");

      BytesMessage bytes = session.createBytesMessage();
      bytes.writeBytes("{\"definitionKey\":\"welcome\"}".getBytes(StandardCharsets.UTF_8));
      bytes.setJMSReplyTo(replies);
      session.createProducer(session.createQueue("sms.send")).send(bytes);
      TextMessage second = (TextMessage) consumer.receive(10_000);
      assertThat(second.getJMSCorrelationID()).isEqualTo(bytes.getJMSMessageID());
      assertThat(bench.handedOver.get(1).messageKey()).matches("jms-[A-Za-z0-9._-]+");
    }
  }

  @Test
  void replies_to_amqp_temporary_queues_when_switched_on() throws Exception {
    try (JmsBench bench =
            new JmsBench(
                directory,
                JmsBench.always(JmsBench::accepted),
                "sms.jms.reply-to-temporary",
                "true");
        Connection connection =
            new JmsConnectionFactory("amqp://127.0.0.1:" + bench.broker.port())
                .createConnection()) {
      connection.start();
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      Queue replies = session.createTemporaryQueue();
      MessageConsumer consumer = session.createConsumer(replies);
      TextMessage text = session.createTextMessage(String.format(JmsBench.GOOD, "k1"));
      text.setJMSReplyTo(replies);
      session.createProducer(session.createQueue("sms.send")).send(text);
      assertThat(consumer.receive(10_000)).isInstanceOf(TextMessage.class);
    }
  }

  @Test
  void derives_the_same_amqp_key_at_each_delivery() throws Exception {
    try (JmsBench bench =
            new JmsBench(
                directory,
                (request, attempt) ->
                    attempt < 3 ? JmsBench.waiting(request) : JmsBench.accepted(request));
        Connection connection =
            new JmsConnectionFactory("amqp://127.0.0.1:" + bench.broker.port())
                .createConnection()) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      TextMessage text = session.createTextMessage("{\"definitionKey\":\"welcome\"}");
      session.createProducer(session.createQueue("sms.send")).send(text);
      await().until(() -> bench.handedOver.size() == 3);
      assertThat(bench.handedOver.stream().map(SendRequest::messageKey).distinct())
          .containsExactly(JmsKeys.ofId(text.getJMSMessageID()));
    }
  }

  @Test
  void an_amqp_message_that_is_refused_keeps_its_body() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::refused));
        Connection connection =
            new JmsConnectionFactory("amqp://127.0.0.1:" + bench.broker.port())
                .createConnection()) {
      connection.start();
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      TextMessage text = session.createTextMessage(String.format(JmsBench.GOOD, "k€"));
      session.createProducer(session.createQueue("sms.send")).send(text);
      TextMessage moved =
          (TextMessage)
              session.createConsumer(session.createQueue("sms.send.invalid")).receive(10_000);
      assertThat(moved.getText()).isEqualTo(text.getText());
      assertThat(moved.getIntProperty("smsErrorCode")).isEqualTo(109111);
    }
  }

  @Test
  void a_stomp_client_gets_its_reply() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted));
        StompClient stomp = StompClient.connect(bench.broker.port())) {
      stomp.write("SUBSCRIBE", "id:1", "destination:sms.reply.stomp", "receipt:r1");
      assertThat(stomp.read()).startsWith("RECEIPT");
      stomp.writeWithBody(
          String.format(JmsBench.GOOD, "k1"),
          "SEND",
          "destination:sms.send",
          "persistent:true",
          "correlation-id:corr-1",
          "reply-to:sms.reply.stomp");
      assertThat(stomp.read())
          .startsWith("MESSAGE")
          .contains("correlation-id:corr-1")
          .contains("Accepted")
          .contains("k1");
      await().until(() -> bench.depth("sms.send") == 0);
      assertThat(bench.handedOver.get(0).messageKey()).isEqualTo("k1");
    }
  }

  @Test
  void accepts_a_stomp_key_header_and_a_bytes_body() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted));
        StompClient stomp = StompClient.connect(bench.broker.port())) {
      String body = "{\"definitionKey\":\"€\"}";
      stomp.writeWithBody(
          body,
          "SEND",
          "destination:sms.send",
          "messageKey:k1",
          "content-length:" + body.getBytes(StandardCharsets.UTF_8).length);
      await().until(() -> bench.handedOver.size() == 1);
      assertThat(bench.handedOver.get(0).messageKey()).isEqualTo("k1");
      assertThat(bench.handedOver.get(0).definitionKey()).isEqualTo("€");

      stomp.writeWithBody("{\"definitionKey\":\"keyless\"}", "SEND", "destination:sms.send");
      await().until(() -> bench.handedOver.size() == 2);
      assertThat(bench.handedOver.get(1).messageKey())
          .as("STOMP messages have no id of their own")
          .isNull();
    }
  }

  /** Whether it fits into a packet, is compressed, or becomes a file: it is a text. */
  @Test
  void a_long_text_is_sent_over_every_protocol() throws Exception {
    String regular = "x".repeat(200_000);
    String wild =
        new Random(7)
            .ints(200_000, 'a', 'z')
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted));
        StompClient stomp = StompClient.connect(bench.broker.port());
        Connection amqp =
            new JmsConnectionFactory("amqp://127.0.0.1:" + bench.broker.port()).createConnection();
        ActiveMQConnectionFactory factory =
            new ActiveMQConnectionFactory("tcp://127.0.0.1:" + bench.broker.port())) {
      factory.setCompressLargeMessage(true);
      try (Connection core = factory.createConnection()) {
        for (String text : List.of(regular, wild)) {
          String request = "{\"messageKey\":\"k\",\"definitionKey\":\"" + text + "\"}";
          for (Connection connection : List.of(amqp, core)) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            session
                .createProducer(session.createQueue("sms.send"))
                .send(session.createTextMessage(request));
          }
          stomp.writeWithBody(request, "SEND", "destination:sms.send", "receipt:r");
          assertThat(stomp.read()).startsWith("RECEIPT");
        }
        await().until(() -> bench.handedOver.size() == 6);
        assertThat(bench.handedOver)
            .extracting(SendRequest::definitionKey)
            .containsOnly(regular, wild);
      }
    }
  }
}
