package dev.smsroutes.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.smsroutes.broker.BrokerOptions.Login;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.BrokerOptions.Redelivery;
import dev.smsroutes.broker.RequestQueue.Search;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RequestQueueIT {
  private static final Queues QUEUES = new Queues("sms.send", "sms.send.invalid", "sms.send.dead");

  @TempDir private Path directory;
  private EmbeddedBroker broker;

  @BeforeEach
  void start() {
    broker = start(Optional.empty());
  }

  private EmbeddedBroker start(Optional<Login> login) {
    return EmbeddedBroker.start(
        new BrokerOptions(
            directory.resolve(login.isPresent() ? "closed" : "open"),
            0,
            login,
            QUEUES,
            Duration.ZERO,
            Duration.ZERO,
            new Redelivery(Duration.ofMillis(20), 2, Duration.ofMillis(50), 3),
            1024 * 1024,
            name -> false));
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private RequestQueue connect() throws JMSException {
    return RequestQueue.connect(url(broker), Optional.empty(), QUEUES);
  }

  private static String url(EmbeddedBroker broker) {
    return "tcp://127.0.0.1:" + broker.port();
  }

  /** A refused message, as the intake moves it. */
  private void beside(String queue, String body, String key, String requestId, String state)
      throws Exception {
    try (Connection connection = broker.connectionFactory().createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
      BytesMessage message = session.createBytesMessage();
      message.writeBytes(body.getBytes(StandardCharsets.UTF_8));
      message.setStringProperty("smsMessageKey", key);
      message.setStringProperty("smsRequestId", requestId);
      message.setStringProperty("smsState", state);
      session.createProducer(session.createQueue(queue)).send(message);
    }
  }

  private List<Message> drained(String queue) throws JMSException {
    List<Message> messages = new ArrayList<>();
    try (Connection connection = broker.connectionFactory().createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
      connection.start();
      for (Message next = consumer.receiveNoWait(); next != null; next = consumer.receiveNoWait()) {
        messages.add(next);
      }
    }
    return messages;
  }

  @Test
  void puts_a_request_that_outlives_the_broker() throws Exception {
    try (RequestQueue queue = connect()) {
      queue.put("key", "{}", "key", Optional.empty());
    }

    List<Message> messages = drained("sms.send");
    assertThat(messages).hasSize(1);
    assertThat(messages.get(0).getBody(String.class)).isEqualTo("{}");
    assertThat(messages.get(0).getStringProperty("messageKey")).isEqualTo("key");
    assertThat(messages.get(0).getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
  }

  @Test
  void takes_a_refused_message_only_with_its_replay() throws Exception {
    beside("sms.send.dead", "first", "it's", "id-1", "UNCERTAIN");
    beside("sms.send.invalid", "again", "it's", "id-1", "REFUSED");
    beside("sms.send.dead", "another end", "it's", "id-2", "PARKED");
    beside("sms.send.dead", "another key", "its", "id-1", "PARKED");
    try (RequestQueue queue = connect()) {
      assertThat(queue.find("it's", Optional.of("id-1"))).contains(bytes("first"));
      assertThat(queue.find("it's", Optional.of("id-1"))).contains(bytes("first"));
      assertThat(queue.find("it's", Optional.of("id-3"))).isEmpty();

      queue.put("new", "{}", "it's", Optional.of("id-1"));
      assertThat(queue.find("it's", Optional.of("id-1"))).isEmpty();
    }

    assertThat(drained("sms.send")).hasSize(1);
    assertThat(drained("sms.send.dead")).hasSize(2);
    assertThat(drained("sms.send.invalid")).isEmpty();
  }

  @Test
  void leaves_another_request_alone_without_an_outcome_id() throws Exception {
    beside("sms.send.invalid", "another request", "key", "id-1", "DUPLICATE");
    beside("sms.send.dead", "given up", "key", "id-2", "WAITING");
    try (RequestQueue queue = connect()) {
      assertThat(queue.find("key", Optional.empty())).contains(bytes("given up"));
      queue.put("key", "{}", "key", Optional.empty());
    }

    assertThat(drained("sms.send.dead")).isEmpty();
    assertThat(drained("sms.send.invalid")).hasSize(1);
  }

  @Test
  void searches_a_queue_to_its_end() throws Exception {
    try (Connection connection = broker.connectionFactory().createConnection();
        Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageProducer dead = session.createProducer(session.createQueue("sms.send.dead"))) {
      for (int i = 0; i < 1_000; i++) {
        dead.send(session.createTextMessage("m-" + i));
      }
      session.commit();
    }
    try (RequestQueue queue = connect()) {
      assertThat(
              queue.remove(
                  "sms.send.dead",
                  body -> Set.of("m-0", "m-999").contains(new String(body, StandardCharsets.UTF_8)),
                  true,
                  () -> {}))
          .isEqualTo(new Search(1_000, 2, 2, 0));
    }
  }

  @Test
  void knows_whether_the_queue_has_a_consumer() throws Exception {
    try (RequestQueue queue = connect()) {
      assertThat(queue.isServed()).isFalse();
      try (Connection connection = broker.connectionFactory().createConnection();
          Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
          MessageConsumer consumer = session.createConsumer(session.createQueue("sms.send"))) {
        assertThat(consumer.getMessageSelector()).isNull();
        assertThat(queue.isServed()).isTrue();
      }
    }
  }

  @Test
  void fails_fast_without_a_broker_whatever_the_url_says() {
    String patient = url(broker) + "?reconnectAttempts=-1&initialConnectAttempts=-1";
    broker.close();

    assertThatThrownBy(() -> RequestQueue.connect(patient, Optional.empty(), QUEUES))
        .isInstanceOf(JMSException.class);
  }

  @Test
  void reports_a_lost_broker() throws Exception {
    try (RequestQueue queue = connect()) {
      broker.close();

      assertThatThrownBy(() -> queue.put("key", "{}", "key", Optional.empty()))
          .isInstanceOf(JMSException.class);
    }
  }

  @Test
  void reports_a_refused_login() {
    try (EmbeddedBroker closed = start(Optional.of(new Login("gate", "keeper")))) {
      assertThatThrownBy(() -> RequestQueue.connect(url(closed), Optional.empty(), QUEUES))
          .isInstanceOf(JMSSecurityException.class);
    }
  }

  @Test
  void reports_a_missing_queue_and_creates_none() throws Exception {
    Queues others = new Queues("other", "other.invalid", "other.dead");

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> RequestQueue.connect(url(broker), Optional.empty(), others))
          .isInstanceOf(JMSException.class)
          .hasMessageContaining("Expected queue other");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
