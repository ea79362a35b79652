package dev.smsroutes.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies of queues, of a broker that runs and of one that does not. */
@Timeout(120)
class BrokerFolderIT {
  private static final String LONG = "ä€😀".repeat(60_000);

  @TempDir private Path folder;

  private BrokerOptions options(String name) {
    return TestBrokers.options(folder.resolve(name), Optional.empty(), queue -> false);
  }

  @Test
  void a_queue_that_is_put_back_has_each_message_as_it_was() throws Exception {
    Path lines = folder.resolve("queues.ndjson");
    List<String> before;
    try (EmbeddedBroker broker = EmbeddedBroker.start(options("old"))) {
      fill(broker);
      before = shown(broker);
      assertThat(before).hasSize(4);
      assertThat(copyRunning("old", lines)).isEqualTo(4);
      assertThat(shown(broker)).isEqualTo(before);
    }

    BrokerFolder.fill(options("new"), lines, () -> {});

    try (EmbeddedBroker broker = EmbeddedBroker.start(options("new"))) {
      assertThat(shown(broker)).isEqualTo(before);
    }
  }

  private long copyRunning(String name, Path lines) throws IOException {
    AtomicLong copied = new AtomicLong();
    try (OutputStream out = Files.newOutputStream(lines)) {
      BrokerFolder.copyRunning(folder.resolve(name), out, copied::incrementAndGet);
    }
    return copied.get();
  }

  @Test
  void a_copy_has_what_consumers_hold_and_what_waits_for_another_try() throws Exception {
    Path lines = folder.resolve("queues.ndjson");
    Set<String> sent = new TreeSet<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start(options("old"));
        Connection connection = broker.connectionFactory().createConnection();
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
      connection.start();
      MessageProducer send = session.createProducer(session.createQueue("sms.send"));
      for (int i = 0; i < 400; i++) {
        sent.add("m-" + i);
        send.send(session.createTextMessage("m-" + i));
      }
      session.commit();
      try (MessageConsumer refused = session.createConsumer(session.createQueue("sms.send"))) {
        refused.receive();
        // What it had fetched besides waits for another try, too.
        session.rollback();
      }
      try (MessageConsumer consumer = session.createConsumer(session.createQueue("sms.send"))) {
        consumer.receive();
        consumer.receive();

        assertThat(copyRunning("old", lines)).isEqualTo(400);
        // The queue holds still no longer: more than one consumer fetches ahead.
        for (int i = 0; i < 250; i++) {
          assertThat(consumer.receive(5_000)).isNotNull();
        }
      }
    }

    BrokerFolder.fill(options("new"), lines, () -> {});

    try (EmbeddedBroker broker = EmbeddedBroker.start(options("new"))) {
      assertThat(texts(broker)).containsExactlyInAnyOrderElementsOf(sent);
    }
  }

  @Test
  void a_body_that_a_client_compressed_is_put_back_readable() throws Exception {
    Path lines = folder.resolve("queues.ndjson");
    try (EmbeddedBroker broker = EmbeddedBroker.start(options("old"));
        ActiveMQConnectionFactory factory =
            new ActiveMQConnectionFactory(
                "tcp://127.0.0.1:"
                    + broker.port()
                    + "?compressLargeMessages=true&minLargeMessageSize=1000");
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
      StringBuilder noise = new StringBuilder();
      new Random(7).ints(200_000, 'a', 'z').forEach(noise::appendCodePoint);
      String text = noise.toString();
      session.createProducer(session.createQueue("sms.send")).send(session.createTextMessage(text));

      assertThat(copyRunning("old", lines)).isEqualTo(1);
      BrokerFolder.fill(options("new"), lines, () -> {});

      try (EmbeddedBroker restored = EmbeddedBroker.start(options("new"))) {
        assertThat(texts(restored)).containsExactly(text);
      }
    }
  }

  @Test
  void a_broker_that_does_not_run_cannot_be_asked() {
    assertThatThrownBy(() -> copyRunning("old", folder.resolve("lines")))
        .isInstanceOf(IOException.class);
  }

  private static List<String> texts(EmbeddedBroker broker) throws JMSException {
    List<String> texts = new ArrayList<>();
    try (Connection connection = broker.connectionFactory().createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue("sms.send"))) {
      connection.start();
      long messages = broker.queues().send().messages();
      for (long i = 0; i < messages; i++) {
        texts.add(consumer.receive(5_000).getBody(String.class));
      }
    }
    return texts;
  }

  @Test
  void the_folder_of_a_broker_that_does_not_run_is_copied_with_all_it_has() throws Exception {
    Path old = folder.resolve("old");
    Path copy = folder.resolve("copy");
    List<String> before;
    try (EmbeddedBroker broker = EmbeddedBroker.start(options("old"))) {
      fill(broker);
      before = shown(broker);

      assertThat(BrokerFolder.copy(old, copy)).isEmpty();
      assertThat(copy).doesNotExist();
    }

    assertThat(BrokerFolder.copy(old, copy)).isPresent();
    BrokerFolder.putBack(copy, folder.resolve("new"));

    try (EmbeddedBroker broker = EmbeddedBroker.start(options("new"))) {
      assertThat(shown(broker)).isEqualTo(before);
    }
  }

  private static void fill(EmbeddedBroker broker) throws JMSException {
    try (Connection connection = broker.connectionFactory().createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
      MessageProducer send = session.createProducer(session.createQueue("sms.send"));
      Message text = session.createTextMessage("{\"a\":\"ä€😀\"}");
      text.setStringProperty(ArtemisMessages.CALLER, "shop");
      text.setIntProperty("number", 7);
      text.setBooleanProperty("flag", true);
      text.setJMSCorrelationID("c-1");
      text.setJMSReplyTo(session.createQueue("sms.reply.a"));
      send.setPriority(7);
      send.send(text);
      BytesMessage bytes = session.createBytesMessage();
      bytes.writeBytes(new byte[] {0, -1, 127, 10});
      send.send(bytes);
      // Larger than what Artemis keeps in one piece.
      send.send(session.createTextMessage(LONG));
      Message dead = session.createTextMessage("{}");
      dead.setStringProperty("smsMessageKey", "k");
      session.createProducer(session.createQueue("sms.send.dead")).send(dead);
    }
  }

  /** All that a consumer can see of each message. */
  private static List<String> shown(EmbeddedBroker broker) throws JMSException {
    List<String> all = new ArrayList<>();
    try (Connection connection = broker.connectionFactory().createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
      connection.start();
      for (String queue : List.of("sms.send", "sms.send.invalid", "sms.send.dead")) {
        QueueBrowser browser = session.createBrowser(session.createQueue(queue));
        Enumeration<?> messages = browser.getEnumeration();
        while (messages.hasMoreElements()) {
          all.add(queue + " " + shown((Message) messages.nextElement()));
        }
      }
    }
    return all;
  }

  private static String shown(Message message) throws JMSException {
    StringBuilder shown = new StringBuilder();
    shown
        .append(message.getJMSMessageID())
        .append(' ')
        .append(message.getJMSTimestamp())
        .append(' ')
        .append(message.getJMSPriority())
        .append(' ')
        .append(message.getJMSCorrelationID())
        .append(' ')
        .append(message.getJMSReplyTo())
        .append(' ')
        .append(message.getJMSDeliveryMode());
    for (Object name : new TreeSet<>(names(message))) {
      Object value = message.getObjectProperty((String) name);
      shown.append(' ').append(name).append('=').append(value).append(value.getClass());
    }
    if (message instanceof TextMessage text) {
      return shown.append(" text ").append(text.getText().hashCode()).toString();
    }
    BytesMessage bytes = (BytesMessage) message;
    byte[] body = new byte[(int) bytes.getBodyLength()];
    bytes.readBytes(body);
    return shown
        .append(" bytes ")
        .append(new String(body, StandardCharsets.ISO_8859_1).hashCode())
        .toString();
  }

  private static List<String> names(Message message) throws JMSException {
    List<String> names = new ArrayList<>();
    Enumeration<?> all = message.getPropertyNames();
    while (all.hasMoreElements()) {
      names.add((String) all.nextElement());
    }
    // How often it was delivered is the broker's.
    names.remove("JMSXDeliveryCount");
    return names;
  }
}
