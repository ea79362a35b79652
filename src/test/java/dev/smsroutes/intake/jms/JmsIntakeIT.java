package dev.smsroutes.intake.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.BytesMessage;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class JmsIntakeIT {
  @TempDir Path directory;

  private static String good(String key) {
    return String.format(JmsBench.GOOD, key);
  }

  @Test
  void hands_over_a_text_message() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      bench.send(bench.text(good("k1")));
      await().until(() -> bench.handedOver.size() == 1);
      assertThat(bench.handedOver.get(0).messageKey()).isEqualTo("k1");
      assertThat(bench.handedOver.get(0).definitionKey()).isEqualTo("welcome");
      await().until(() -> bench.depth("sms.send") == 0);
      assertThat(bench.depth("sms.send.invalid")).isZero();
    }
  }

  @Test
  void hands_over_a_bytes_message_of_utf_8() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      BytesMessage message = bench.session.createBytesMessage();
      message.writeBytes(good("schlüssel-€").getBytes(StandardCharsets.UTF_8));
      bench.send(message);
      await().until(() -> bench.handedOver.size() == 1);
      assertThat(bench.handedOver.get(0).messageKey()).isEqualTo("schlüssel-€");
    }
  }

  @Test
  void moves_a_refused_text_with_its_reason() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::refused))) {
      TextMessage message = bench.text(good("k1"));
      message.setStringProperty("orderNumber", "4711");
      message.setStringProperty("smsReason", "written by the sender");
      message.setStringProperty("CAmelHttpUri", "http://evil.example");
      message.setJMSCorrelationID("corr-1");
      bench.send(message);

      TextMessage moved = (TextMessage) bench.take("sms.send.invalid");
      assertThat(moved.getText()).isEqualTo(good("k1"));
      assertThat(moved.getJMSCorrelationID()).isEqualTo("corr-1");
      assertThat(moved.getJMSMessageID()).isEqualTo(message.getJMSMessageID());
      assertThat(JmsBench.properties(moved))
          .contains(
              entry("orderNumber", "4711"),
              entry("smsState", "REFUSED"),
              entry("smsErrorCode", 109111),
              entry("smsFields", "definitionKey,recipient.to"),
              entry(
                  "smsReason",
                  "definitionKey: No such definition; recipient.to: Expected a mobile number"),
              entry("smsRequestId", "r1"),
              entry("smsMessageKey", "k1"))
          .doesNotContainKey("CAmelHttpUri");
      assertThat(bench.depth("sms.send")).isZero();
    }
  }

  @Test
  void moves_refused_bytes_byte_for_byte() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::refused))) {
      BytesMessage message = bench.session.createBytesMessage();
      message.writeBytes(good("k€").getBytes(StandardCharsets.UTF_8));
      bench.send(message);
      assertThat(JmsBench.utf8((BytesMessage) bench.take("sms.send.invalid")))
          .isEqualTo(good("k€"));
    }
  }

  @Test
  void moves_a_message_without_what_steers_a_broker() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::refused))) {
      TextMessage message = bench.text("{}");
      message.setStringProperty("_AMQ_DUPL_ID", "order-4711");
      bench.send(message);
      Message moved = bench.take("sms.send.invalid");
      assertThat(moved.getStringProperty("smsMessageKey")).isEqualTo("order-4711");
      assertThat(moved.propertyExists("_AMQ_DUPL_ID"))
          .as("it would keep the repaired message from being put back")
          .isFalse();
    }
  }

  @Test
  void moves_a_large_body_whole_after_it_was_read() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::refused))) {
      String large = "{\"definitionKey\":\"" + "€".repeat(60_000) + "\"}";
      BytesMessage bytes = bench.session.createBytesMessage();
      bytes.writeBytes(large.getBytes(StandardCharsets.UTF_8));
      bench.send(bytes);
      assertThat(JmsBench.utf8((BytesMessage) bench.take("sms.send.invalid"))).isEqualTo(large);
      bench.send(bench.text(large));
      assertThat(((TextMessage) bench.take("sms.send.invalid")).getText()).isEqualTo(large);
      assertThat(bench.handedOver).hasSize(2);
    }
  }

  @Test
  void moves_messages_beyond_the_size_limit_unread_and_whole() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      String big = "x".repeat(300_000);
      bench.send(bench.text(big));
      TextMessage text = (TextMessage) bench.take("sms.send.invalid");
      assertThat(text.getText()).isEqualTo(big);
      assertThat(text.getStringProperty("smsReason")).contains("262144").contains("max-body-bytes");

      BytesMessage bytes = bench.session.createBytesMessage();
      bytes.writeBytes(big.getBytes(StandardCharsets.UTF_8));
      bench.send(bytes);
      assertThat(JmsBench.utf8((BytesMessage) bench.take("sms.send.invalid"))).isEqualTo(big);

      bench.send(bench.session.createObjectMessage(new Canary(big)));
      Message object = bench.take("sms.send.invalid");
      assertThat(object).isInstanceOf(ObjectMessage.class);
      assertThat(bench.handedOver).isEmpty();
    }
  }

  /** A gadget, if it were deserialised. */
  static final class Canary implements Serializable {
    private static final long serialVersionUID = 1L;
    static final AtomicBoolean SANG = new AtomicBoolean();
    private final String load;

    Canary(String load) {
      this.load = load;
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      SANG.set(!load.isEmpty());
    }
  }

  @Test
  void moves_an_object_message_without_deserialising_it() throws Exception {
    Canary.SANG.set(false);
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      bench.send(bench.session.createObjectMessage(new Canary("x")));
      Message moved = bench.take("sms.send.invalid");
      assertThat(moved).isInstanceOf(ObjectMessage.class);
      assertThat(moved.getIntProperty("smsErrorCode")).isEqualTo(10001);
      assertThat(moved.getStringProperty("smsReason")).contains("got an object message");
      assertThat(Canary.SANG).isFalse();
      assertThat(bench.handedOver).isEmpty();
    }
  }

  @Test
  void moves_map_stream_and_empty_messages_with_their_content() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      MapMessage map = bench.session.createMapMessage();
      map.setString("to", "somebody");
      bench.send(map);
      MapMessage movedMap = (MapMessage) bench.take("sms.send.invalid");
      assertThat(movedMap.getString("to")).isEqualTo("somebody");

      StreamMessage stream = bench.session.createStreamMessage();
      stream.writeInt(7);
      bench.send(stream);
      StreamMessage movedStream = (StreamMessage) bench.take("sms.send.invalid");
      assertThat(movedStream.readInt()).isEqualTo(7);

      bench.send(bench.session.createMessage());
      assertThat(bench.take("sms.send.invalid").getStringProperty("smsReason"))
          .contains("without a body");
      assertThat(bench.handedOver).isEmpty();
    }
  }

  @Test
  void moves_malformed_json_with_where_it_breaks() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      bench.send(bench.text("{\"definitionKey\":"));
      Message moved = bench.take("sms.send.invalid");
      assertThat(moved.getIntProperty("smsErrorCode")).isEqualTo(10004);
      assertThat(moved.getStringProperty("smsReason")).contains("line 1");
      assertThat(moved.getStringProperty("smsMessageKey")).startsWith("jms-");
    }
  }

  @Test
  void moves_a_message_when_a_sites_reader_fails() throws Exception {
    JmsRequestReader failing =
        (json, key) -> {
          throw new IllegalStateException("Zaphod");
        };
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted), failing)) {
      bench.send(bench.text(good("k1")));

      Message moved = bench.take("sms.send.invalid");
      assertThat(moved.getIntProperty("smsErrorCode")).isEqualTo(10004);
      assertThat(moved.getStringProperty("smsReason")).doesNotContain("Zaphod");
    }
  }

  @Test
  void takes_the_key_from_property_duplicate_id_or_message_id() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      String keyless = "{\"definitionKey\":\"welcome\"}";
      TextMessage property = bench.text(keyless);
      property.setStringProperty("messageKey", "from property");
      property.setStringProperty("_AMQ_DUPL_ID", "dup-1");
      bench.send(property);
      TextMessage duplicateId = bench.text(keyless);
      duplicateId.setStringProperty("_AMQ_DUPL_ID", "dup-2");
      bench.send(duplicateId);
      TextMessage messageId = bench.text(keyless);
      bench.send(messageId);
      await().until(() -> bench.handedOver.size() == 3);
      assertThat(bench.handedOver)
          .extracting(SendRequest::messageKey)
          .containsExactlyInAnyOrder(
              "from property", "dup-2", "jms-" + messageId.getJMSMessageID().substring(3));
    }
  }

  @Test
  void refuses_two_keys_that_differ() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      TextMessage message = bench.text(good("k1"));
      message.setStringProperty("messageKey", "k2");
      bench.send(message);
      Message moved = bench.take("sms.send.invalid");
      assertThat(moved.getIntProperty("smsErrorCode")).isEqualTo(109108);
      assertThat(moved.getStringProperty("smsFields")).isEqualTo("messageKey");

      TextMessage same = bench.text(good("k3"));
      same.setStringProperty("messageKey", "k3");
      bench.send(same);
      await().until(() -> bench.handedOver.size() == 2);
      assertThat(bench.handedOver.get(1).unreadable()).isEmpty();
    }
  }

  @Test
  void leaves_a_waiting_request_to_the_broker() throws Exception {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    lines.start();
    root.addAppender(lines);
    try (JmsBench bench =
        new JmsBench(
            directory,
            (request, attempt) ->
                attempt < 3 ? JmsBench.waiting(request) : JmsBench.accepted(request))) {
      bench.send(bench.text(good("k1")));
      await().until(() -> bench.handedOver.size() == 3);
      await().until(() -> bench.depth("sms.send") == 0);
      assertThat(bench.depth("sms.send.dead")).isZero();
    } finally {
      root.detachAppender(lines);
    }
    List<ILoggingEvent> about =
        List.copyOf(lines.list).stream()
            .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
            .filter(line -> !line.getLoggerName().endsWith("EmbeddedBroker"))
            .toList();
    assertThat(about)
        .extracting(ILoggingEvent::getFormattedMessage)
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("jms=later").contains("messageKey=k1"));
    assertThat(about).allSatisfy(line -> assertThat(line.getThrowableProxy()).isNull());
  }

  @Test
  void makes_a_dead_letter_after_the_last_attempt() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::waiting))) {
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(bench.session.createQueue("sms.reply.me"));
      bench.send(message);
      TextMessage dead = (TextMessage) bench.take("sms.send.dead");
      assertThat(dead.getText()).isEqualTo(good("k1"));
      assertThat(JmsBench.properties(dead))
          .contains(
              entry("smsState", "WAITING"),
              entry("smsErrorCode", 503),
              entry("smsReason", "The API is unavailable"));
      assertThat(bench.handedOver).hasSize(3);
      assertThat(bench.lastChances).containsExactly(false, false, true);
      bench.take("sms.reply.me");
      assertThat(bench.depth("sms.reply.me")).isZero();
    }
  }

  @Test
  void records_the_origin_of_a_request() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      bench.send(bench.text(good("k1")));
      await().until(() -> !bench.handedOver.isEmpty());
      assertThat(bench.origins).containsExactly(Origin.of("jms", "sms.send"));
    }
  }

  @Test
  void replies_accepted_to_a_redelivered_accepted_message() throws Exception {
    try (JmsBench bench =
        new JmsBench(
            directory,
            JmsBench.always(
                request -> new Outcome.Accepted("r1", Optional.of(request.messageKey()), true)))) {
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(bench.session.createQueue("sms.reply.shop"));
      bench.send(message);
      assertThat(((TextMessage) bench.take("sms.reply.shop")).getText()).contains("Accepted");
      await().until(() -> bench.depth("sms.send") == 0);
      assertThat(bench.depth("sms.send.invalid") + bench.depth("sms.send.dead")).isZero();
    }
  }

  @Test
  void moves_a_parked_request_to_the_dead_queue_at_once() throws Exception {
    try (JmsBench bench =
        new JmsBench(
            directory,
            JmsBench.always(
                request ->
                    new Outcome.Parked(
                        "r1", Optional.of(request.messageKey()), 30000, "A person decides")))) {
      bench.send(bench.text(good("k1")));
      assertThat(bench.take("sms.send.dead").getStringProperty("smsState")).isEqualTo("PARKED");
      assertThat(bench.handedOver).hasSize(1);
    }
  }

  @Test
  void leaves_a_broken_delivery_to_the_brokers_dead_letter() throws Exception {
    try (JmsBench bench =
        new JmsBench(
            directory,
            (request, attempt) -> {
              throw new IllegalStateException("a fault of the program");
            })) {
      bench.send(bench.text(good("k1")));
      TextMessage dead = (TextMessage) bench.take("sms.send.dead");
      assertThat(dead.getText()).isEqualTo(good("k1"));
      assertThat(bench.handedOver).hasSize(3);
    }
  }

  @Test
  void replies_to_an_allowed_queue_with_the_correlation_id() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(bench.session.createQueue("sms.reply.shop"));
      message.setJMSCorrelationID("corr-1");
      bench.send(message);
      TextMessage reply = (TextMessage) bench.take("sms.reply.shop");
      assertThat(reply.getJMSCorrelationID()).isEqualTo("corr-1");
      assertThat(reply.getText()).contains("Accepted").contains("k1");
      assertThat(reply.getJMSExpiration()).isPositive();

      TextMessage second = bench.text(good("k2"));
      second.setJMSReplyTo(bench.session.createQueue("sms.reply.shop"));
      bench.send(second);
      assertThat(bench.take("sms.reply.shop").getJMSCorrelationID())
          .isEqualTo(second.getJMSMessageID());
    }
  }

  @Test
  void replies_to_a_refused_request_too() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::refused))) {
      TextMessage message = bench.text("{");
      message.setJMSReplyTo(bench.session.createQueue("sms.reply.shop"));
      bench.send(message);
      assertThat(((TextMessage) bench.take("sms.reply.shop")).getText()).contains("Refused");
      bench.take("sms.send.invalid");
    }
  }

  @Test
  void does_not_reply_to_a_queue_that_is_not_allowed() throws Exception {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger log = (Logger) LoggerFactory.getLogger(JmsAnswering.class);
    lines.start();
    log.addAppender(lines);
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(bench.session.createQueue("orders.in"));
      bench.send(message);
      await().until(() -> !bench.handedOver.isEmpty() && bench.depth("sms.send") == 0);
      assertThat(bench.waiting("orders.in")).isZero();
      assertThat(List.copyOf(lines.list))
          .extracting(ILoggingEvent::getFormattedMessage)
          .anySatisfy(line -> assertThat(line).contains("no-reply").contains("replyTo=orders.in"));
    } finally {
      log.detachAppender(lines);
    }
  }

  @Test
  void replies_to_a_temporary_queue_only_when_switched_on() throws Exception {
    try (JmsBench bench =
        new JmsBench(
            directory, JmsBench.always(JmsBench::accepted), "sms.jms.reply-to-temporary", "true")) {
      TemporaryQueue queue = bench.session.createTemporaryQueue();
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(queue);
      try (MessageConsumer consumer = bench.session.createConsumer(queue)) {
        bench.send(message);
        assertThat(consumer.receive(10_000)).isNotNull();
      }
    }
    try (JmsBench bench =
        new JmsBench(directory.resolve("off"), JmsBench.always(JmsBench::accepted))) {
      TemporaryQueue queue = bench.session.createTemporaryQueue();
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(queue);
      bench.send(message);
      await().until(() -> !bench.handedOver.isEmpty() && bench.depth("sms.send") == 0);
      assertThat(bench.depth(queue.getQueueName())).isZero();
    }
  }

  @Test
  void ignores_a_senders_claim_of_a_temporary_queue() throws Exception {
    try (JmsBench bench =
        new JmsBench(
            directory, JmsBench.always(JmsBench::accepted), "sms.jms.reply-to-temporary", "true")) {
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(ActiveMQDestination.createTemporaryQueue("sms.send.invalid"));
      bench.send(message);
      await().until(() -> !bench.handedOver.isEmpty() && bench.depth("sms.send") == 0);
      assertThat(bench.depth("sms.send.invalid")).isZero();
    }
  }

  @Test
  void settles_a_message_whose_temporary_reply_queue_is_gone() throws Exception {
    try (JmsBench bench =
        new JmsBench(
            directory, JmsBench.always(JmsBench::accepted), "sms.jms.reply-to-temporary", "true")) {
      TemporaryQueue queue = bench.session.createTemporaryQueue();
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(queue);
      queue.delete();
      bench.send(message);
      await().until(() -> !bench.handedOver.isEmpty() && bench.depth("sms.send") == 0);
      assertThat(bench.handedOver).hasSize(1);
    }
  }

  @Test
  void moves_and_acknowledges_in_one_transaction() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::refused))) {
      bench.crashesAfterAnswer.set(1);
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(bench.session.createQueue("sms.reply.shop"));
      bench.send(message);
      await().until(() -> bench.depth("sms.send.invalid") > 0);
      assertThat(bench.crashesAfterAnswer).hasValue(0);
      await().until(() -> bench.depth("sms.send") == 0);
      assertThat(bench.depth("sms.send.invalid")).isEqualTo(1);
      assertThat(bench.depth("sms.reply.shop")).isEqualTo(1);
    }
  }

  /** The ledger answers a settled request; the reply may be what breaks the commit. */
  @Test
  void repeats_a_failed_commit_without_the_reply() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      bench.crashesAfterAnswer.set(2);
      TextMessage message = bench.text(good("k1"));
      message.setJMSReplyTo(bench.session.createQueue("sms.reply.shop"));
      bench.send(message);
      await().until(() -> bench.handedOver.size() == 3 && bench.depth("sms.send") == 0);
      assertThat(bench.depth("sms.send.dead")).isZero();
      assertThat(bench.depth("sms.reply.shop")).as("given up after two").isZero();
    }
  }

  @Test
  void lets_no_property_of_a_sender_reach_the_pipeline() throws Exception {
    try (JmsBench bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted))) {
      TextMessage message = bench.text(good("k1"));
      for (String name :
          List.of(
              "CamelHttpUri",
              "camelhttpuri",
              "CAMELHTTPPATH",
              "CAmelHttpMethod",
              "CamelRestHttpUri",
              "CamelJmsDestinationName",
              "CAMELJMSDESTINATIONNAME",
              "JMSDestinationName",
              "CamelRedeliveryCounter",
              "Authorization",
              "smsHandOver")) {
        message.setStringProperty(name, "http://evil.example/{{env:HOME}}");
      }
      message.setStringProperty("messageKey", "k1");
      message.setJMSType("evil");
      bench.send(message);
      await().until(() -> bench.handedOver.size() == 1);
      assertThat(bench.headersSeen).containsExactly(Map.of());
    }
  }
}
