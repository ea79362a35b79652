package dev.smsroutes.intake.jms;

import static dev.smsroutes.intake.jms.AmqpClient.encoded;
import static dev.smsroutes.intake.jms.AmqpClient.mapSection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.broker.ExternalBroker;
import dev.smsroutes.intake.jms.AmqpClient.AmqpAnswer;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.SendRequest;
import jakarta.jms.Connection;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal64;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in a property: the key, if it is one; else nothing, whatever its name and type. */
@Timeout(60)
class JmsPropertiesIT {
  private static final String KEYLESS = "{\"definitionKey\":\"%s\"}";
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final int PROPERTIES = 0x74;

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

  /** Sends a request whose property is this one, and waits until it was handed over. */
  private static SendRequest overAmqp(String name, Object value) throws Exception {
    String mark = "d" + NUMBERS.incrementAndGet();
    AmqpValue body = new AmqpValue(String.format(KEYLESS, mark));
    try (AmqpClient client = new AmqpClient(bench.broker.port())) {
      assertThat(client.send("sms.send", encoded(mapSection(PROPERTIES, name, value), body)))
          .isEqualTo(new AmqpAnswer(true, "", ""));
    }
    return handedOver(mark);
  }

  private static SendRequest overStomp(byte[]... headerLine) throws Exception {
    String mark = "d" + NUMBERS.incrementAndGet();
    try (StompClient stomp = StompClient.connect(bench.broker.port())) {
      stomp.writeRaw(
          "SEND\ndestination:sms.send\n".getBytes(StandardCharsets.UTF_8),
          headerLine[0],
          ("\n\n" + String.format(KEYLESS, mark) + "\0").getBytes(StandardCharsets.UTF_8));
      return handedOver(mark);
    }
  }

  private static SendRequest handedOver(String mark) {
    await().pollInterval(Duration.ofMillis(5)).until(() -> find(mark).isPresent());
    return find(mark).orElseThrow();
  }

  private static Optional<SendRequest> find(String mark) {
    return bench.handedOver.stream().filter(r -> mark.equals(r.definitionKey())).findAny();
  }

  static Stream<Arguments> wholeNumbers() {
    return Stream.of(
        arguments((byte) 47, "47"),
        arguments((short) 4711, "4711"),
        arguments(4711, "4711"),
        arguments(4_711_000_000_000L, "4711000000000"),
        arguments(0, "0"),
        arguments(-1, "-1"),
        arguments(UnsignedByte.valueOf((byte) -1), "255"),
        arguments(UnsignedShort.valueOf((short) -1), "65535"),
        arguments(UnsignedInteger.valueOf(-1), "4294967295"),
        arguments(UnsignedLong.valueOf(4711), "4711"),
        arguments(Symbol.valueOf("order-1"), "order-1"),
        arguments("order-1", "order-1"),
        arguments(
            UUID.fromString("8a2b7c3d-0000-4000-8000-000000000001"),
            "8a2b7c3d-0000-4000-8000-000000000001"));
  }

  @ParameterizedTest
  @MethodSource("wholeNumbers")
  void reads_whole_numbers_and_texts_as_keys(Object value, String key) throws Exception {
    SendRequest request = overAmqp("messageKey", value);
    assertThat(request.messageKey()).isEqualTo(key);
    assertThat(request.unreadable()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(classes = {Byte.class, Short.class, Integer.class, Long.class})
  void a_whole_number_of_jms_is_a_key(Class<?> type) throws Exception {
    String mark = "d" + NUMBERS.incrementAndGet();
    TextMessage message = bench.text(String.format(KEYLESS, mark));
    Object value = type.getMethod("valueOf", String.class).invoke(null, "42");
    message.setObjectProperty("messageKey", value);
    bench.send(message);
    assertThat(handedOver(mark).messageKey()).isEqualTo("42");
  }

  static Stream<Object> noKeys() {
    return Stream.of(
        true,
        1.0f,
        4711.0,
        new Decimal64(4711),
        'x',
        new Date(0),
        new Binary(new byte[] {1}),
        List.of("k"),
        Map.of("k", 1),
        AmqpClient.intArray(1),
        "");
  }

  @ParameterizedTest
  @MethodSource("noKeys")
  void a_value_of_another_type_is_refused(Object value) throws Exception {
    SendRequest request = overAmqp("messageKey", value);
    assertThat(request.unreadable())
        .extracting(Fault::field, Fault::code)
        .containsExactly(tuple("messageKey", ErrorCode.INVALID_MESSAGE_KEY));
    assertThat(request.unreadable().get(0).message())
        .contains("Expected text or a whole number in the property messageKey; got ");
  }

  @Test
  void a_null_key_is_absent() throws Exception {
    assertThat(overAmqp("messageKey", new byte[] {0x40}).unreadable()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"MessageKey", "MESSAGEKEY", "messagekey", "messageKEY"})
  void a_key_under_a_name_of_other_case_is_refused(String name) throws Exception {
    assertThat(overAmqp(name, "k").unreadable())
        .extracting(Fault::code)
        .containsExactly(ErrorCode.INVALID_MESSAGE_KEY);
    SendRequest stomp = overStomp((name + ":k").getBytes(StandardCharsets.UTF_8));
    assertThat(stomp.unreadable())
        .extracting(Fault::code)
        .containsExactly(ErrorCode.INVALID_MESSAGE_KEY);
  }

  @Test
  void a_key_in_latin_1_is_refused() throws Exception {
    SendRequest request = overStomp("messageKey:schlüssel".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(request.unreadable())
        .extracting(Fault::code)
        .containsExactly(ErrorCode.INVALID_MESSAGE_KEY);
    assertThat(request.unreadable().get(0).message()).contains("character 5");
  }

  /** Names with which a broker or JMS itself is steered. */
  static Stream<String> names() {
    return Stream.of(
        "_AMQ_LARGE_COMPRESSED",
        "_AMQ_LARGE_SIZE",
        "_AMQ_ROUTING_TYPE",
        "_AMQ_GROUP_ID",
        "_AMQ_GROUP_SEQUENCE",
        "_AMQ_DUPL_ID",
        "_AMQ_LVQ_NAME",
        "_AMQ_SCHED_DELIVERY",
        "_AMQ_VALIDATED_USER",
        "_AMQ_BRIDGE_DUP",
        "_AMQ_INGRESS_TIMESTAMP",
        "_AMQ_PREFIX",
        "_AMQ_CONTENT_TYPE",
        "_AMQ_ORIG_ADDRESS",
        "_AMQ_AD",
        "__AMQ_CID",
        "JMSReplyTo",
        "JMSCorrelationID",
        "JMSMessageID",
        "JMSTimestamp",
        "JMSType",
        "JMSDeliveryMode",
        "JMSPriority",
        "JMSExpiration",
        "JMSRedelivered",
        "JMSXDeliveryCount",
        "JMSXGroupID",
        "JMSXGroupSeq",
        "JMSXUserID",
        "JMSXConsumerTXID",
        "NATIVE_MESSAGE_ID",
        "JMS_AMQP_ORIGINAL_ENCODING",
        "JMS_AMQP_ContentType",
        "smsReason",
        "CamelJmsDestination",
        "priority",
        "",
        " ",
        "a b",
        "select");
  }

  /** Sent, but for an id of the wrong type, which the broker itself asks for. */
  @ParameterizedTest
  @MethodSource("names")
  void ignores_properties_of_any_name_and_type(String name) throws Exception {
    List<String> sent = new ArrayList<>();
    try (AmqpClient client = new AmqpClient(bench.broker.port())) {
      for (Object value :
          new Object[] {
            "text of " + name,
            "true",
            "1",
            true,
            (byte) 1,
            1,
            1L,
            1.5,
            'x',
            new Date(0),
            UUID.randomUUID(),
            new Binary(new byte[] {1, 2}),
            List.of(1),
            new byte[] {0x40}
          }) {
        String mark = "d" + NUMBERS.incrementAndGet();
        byte[] message =
            encoded(
                mapSection(PROPERTIES, name, value), new AmqpValue(String.format(KEYLESS, mark)));
        AmqpAnswer answer = client.send("sms.send", message);
        if (answer.accepted()) {
          sent.add(mark);
        } else {
          assertThat(name).isEqualTo("_AMQ_DUPL_ID");
          assertThat(answer.description()).contains("Expected text in the property _AMQ_DUPL_ID");
        }
      }
    }
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> sent.stream().allMatch(mark -> find(mark).isPresent()));
  }

  @ParameterizedTest
  @MethodSource("names")
  void no_header_of_stomp_keeps_a_message_from_being_sent(String name) throws Exception {
    List<String> sent = new ArrayList<>();
    for (String value : new String[] {"header " + name, "true ", "true", "-1", "99", ""}) {
      String mark = "d" + NUMBERS.incrementAndGet();
      try (StompClient stomp = StompClient.connect(bench.broker.port())) {
        stomp.writeWithBody(
            String.format(KEYLESS, mark),
            "SEND",
            "destination:sms.send",
            "receipt:r",
            name + ":" + (name.equals("_AMQ_DUPL_ID") ? mark : value));
        if (stomp.read().startsWith("RECEIPT")) {
          sent.add(mark);
        }
      } catch (IOException e) {
        // Refused, and the connection is closed.
      }
    }
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> sent.stream().allMatch(mark -> find(mark).isPresent()));
  }

  /** As a client writes that builds CORE messages by hand. */
  @Test
  void no_core_message_of_a_wrong_make_holds_up_others() throws Exception {
    try (Connection connection =
        ExternalBroker.connectionFactory("tcp://127.0.0.1:" + bench.broker.port(), Optional.empty())
            .createConnection()) {
      ActiveMQSession jms =
          (ActiveMQSession) connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      ClientSession session = jms.getCoreSession();
      for (byte type : new byte[] {0, 2, 3, 4, 5, 6, 7, 8, 99, -1}) {
        for (byte[] body : new byte[][] {{}, {1}, {1, 0, 0, 0, 9, 1}, {0}, {-1, -1, -1, -1, -1}}) {
          ClientMessage message = session.createMessage(type, true);
          message.getBodyBuffer().writeBytes(body);
          try {
            session.createProducer("sms.send").send(message);
          } catch (ActiveMQException e) {
            assertThat(type).isNotEqualTo(Message.BYTES_TYPE);
          }
        }
      }
    }
    String mark = "d" + NUMBERS.incrementAndGet();
    bench.send(bench.text(String.format(KEYLESS, mark)));
    handedOver(mark);
    await().until(() -> bench.depth("sms.send") == 0);
  }
}
