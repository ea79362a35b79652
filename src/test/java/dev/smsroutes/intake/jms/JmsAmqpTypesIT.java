package dev.smsroutes.intake.jms;

import static dev.smsroutes.intake.jms.AmqpClient.described;
import static dev.smsroutes.intake.jms.AmqpClient.encoded;
import static dev.smsroutes.intake.jms.AmqpClient.intArray;
import static dev.smsroutes.intake.jms.AmqpClient.mapSection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.smsroutes.intake.jms.AmqpClient.AmqpAnswer;
import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Decimal128;
import org.apache.qpid.proton.amqp.Decimal32;
import org.apache.qpid.proton.amqp.Decimal64;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AMQP knows more types than JMS: whatever comes is sent, or refused; nothing holds up others. */
@Timeout(60)
class JmsAmqpTypesIT {
  private static final String REPLIES = "sms.reply.types";
  private static final AtomicInteger KEYS = new AtomicInteger();

  private static final int DELIVERY_ANNOTATIONS = 0x71;
  private static final int ANNOTATIONS = 0x72;
  private static final int PROPERTIES = 0x74;
  private static final int FOOTER = 0x78;

  @TempDir static Path directory;
  private static JmsBench bench;
  private AmqpClient client;

  @BeforeAll
  static void start() throws Exception {
    bench = new JmsBench(directory, JmsBench.always(JmsBench::accepted));
  }

  @AfterAll
  static void stop() throws Exception {
    bench.close();
  }

  @BeforeEach
  void connect() throws Exception {
    client = new AmqpClient(bench.broker.port());
  }

  @AfterEach
  void disconnect() throws Exception {
    client.close();
  }

  /** Every type of AMQP 1.0, part 1.6, as its bytes or as Proton writes it. */
  private static Map<String, Object> everyType() {
    Map<String, Object> types = new LinkedHashMap<>();
    types.put("null", new byte[] {0x40});
    types.put("boolean", true);
    types.put("ubyte", UnsignedByte.valueOf((byte) -1));
    types.put("ushort", UnsignedShort.valueOf((short) -1));
    types.put("uint", UnsignedInteger.valueOf(-1));
    types.put("ulong", UnsignedLong.valueOf(-1L));
    types.put("byte", (byte) -1);
    types.put("short", (short) -1);
    types.put("int", -1);
    types.put("long", Long.MIN_VALUE);
    types.put("float", Float.NaN);
    types.put("double", Double.MAX_VALUE);
    types.put("decimal32", new Decimal32(1));
    types.put("decimal64", new Decimal64(1));
    types.put("decimal128", new Decimal128(1, 1));
    types.put("char", 'x');
    types.put("char of two units", new byte[] {0x73, 0, 1, (byte) 0xF6, 0});
    types.put("timestamp", new Date(1_764_000_000_000L));
    types.put("timestamp before 1970", new Date(-1));
    types.put("uuid", UUID.fromString("8a2b7c3d-0000-4000-8000-000000000001"));
    types.put("binary", new Binary(new byte[] {1, 2, 3}));
    types.put("string", "text");
    types.put("empty string", "");
    types.put("long string", "x".repeat(300));
    types.put("symbol", Symbol.valueOf("symbol"));
    types.put("list", List.of(1, "two", new Date(0)));
    types.put("empty list", new byte[] {0x45});
    types.put("map", Map.of("a", 1));
    types.put("map of maps", Map.of(1, Map.of(UUID.randomUUID(), List.of(new Date(0)))));
    types.put("array", intArray(1, 2, 3));
    types.put("array of symbols", new Symbol[] {Symbol.valueOf("a"), Symbol.valueOf("b")});
    types.put("described", described(Symbol.valueOf("com.example:price"), 12));
    types.put("described by a number", described(UnsignedLong.valueOf(77), List.of("x")));
    return types;
  }

  static Stream<Arguments> placesAndTypes() {
    return Stream.of(
            arguments("property", PROPERTIES, "createdAt"),
            arguments("annotation", ANNOTATIONS, Symbol.valueOf("x-opt-made")),
            arguments("delivery time", ANNOTATIONS, Symbol.valueOf("x-opt-delivery-delay")),
            arguments("delivery annotation", DELIVERY_ANNOTATIONS, Symbol.valueOf("x-opt-made")),
            arguments("footer", FOOTER, Symbol.valueOf("x-opt-crc")))
        .flatMap(
            place ->
                everyType().entrySet().stream()
                    // Asks for the message to be sent weeks later.
                    .filter(type -> !isLongDelay(place.get()[0], type.getKey()))
                    .map(
                        type ->
                            arguments(
                                place.get()[0],
                                type.getKey(),
                                place.get()[1],
                                place.get()[2],
                                type.getValue())));
  }

  private static boolean isLongDelay(Object place, String type) {
    return place.equals("delivery time")
        && List.of(
                "ubyte",
                "ushort",
                "uint",
                "double",
                "timestamp",
                "decimal64",
                "decimal128",
                "decimal32")
            .contains(type);
  }

  @ParameterizedTest(name = "{0} of type {1}")
  @MethodSource("placesAndTypes")
  void sends_and_replies_with_any_sections_around_the_body(
      String place, String type, int section, Object name, Object value) throws Exception {
    String key = "k" + KEYS.incrementAndGet();
    byte[] extra = mapSection(section, name, value);
    Properties properties = properties(key);
    AmqpValue body = new AmqpValue(String.format(JmsBench.GOOD, key));
    byte[] message =
        switch (section) {
          case FOOTER -> encoded(durable(), properties, body, extra);
          case PROPERTIES -> encoded(durable(), properties, extra, body);
          default -> encoded(durable(), extra, properties, body);
        };
    assertThat(client.send("sms.send", message)).isEqualTo(new AmqpAnswer(true, "", ""));
    assertThat(reply(key).getText()).contains("Accepted").contains(key);
    assertThat(bench.handedOver.stream().filter(r -> key.equals(r.messageKey()))).hasSize(1);
  }

  static Stream<Arguments> bodies() {
    Date time = new Date(0);
    return Stream.of(
        arguments("null", encoded(new byte[] {0, 0x53, 0x77, 0x40}), 10004),
        arguments("a number", encoded(new AmqpValue(7)), 10001),
        arguments("a time", encoded(new AmqpValue(time)), 10001),
        arguments("a uuid", encoded(new AmqpValue(UUID.randomUUID())), 10001),
        arguments("a symbol", encoded(new AmqpValue(Symbol.valueOf("{}"))), 10001),
        arguments("a flat map", encoded(new AmqpValue(Map.of("to", "x"))), 10001),
        arguments("a nested map", encoded(new AmqpValue(Map.of("a", Map.of("b", 1)))), 10001),
        arguments("a map with a time", encoded(new AmqpValue(Map.of("a", time))), 10001),
        arguments("a map with number keys", encoded(new AmqpValue(Map.of(1, "x"))), 10001),
        arguments("a flat list", encoded(new AmqpValue(List.of("x"))), 10001),
        arguments("a list of lists", encoded(new AmqpValue(List.of(List.of(1)))), 10001),
        arguments("an array", encoded(new byte[] {0, 0x53, 0x77}, intArray(1, 2)), 10001),
        arguments(
            "a described value",
            encoded(new byte[] {0, 0x53, 0x77}, described(Symbol.valueOf("a:b"), "{}")),
            10001),
        arguments("a sequence", encoded(new AmqpSequence(List.of("x"))), 10001),
        arguments("a sequence of times", encoded(new AmqpSequence(List.of(time))), 10001),
        arguments("a sequence of maps", encoded(new AmqpSequence(List.of(Map.of()))), 10001),
        arguments("two sequences", encoded(sequence(), sequence()), 10001),
        arguments("two data sections", encoded(data("{\"a\":"), data("1}")), 10001),
        arguments("two whole data sections", encoded(data("{}"), data("{}")), 10001),
        arguments("two values", encoded(new AmqpValue("{}"), new AmqpValue("{}")), 10004),
        arguments("a value and data", encoded(new AmqpValue(7), data("{}")), 10001),
        arguments("a section of its own", described(Symbol.valueOf("my:body"), "{}"), 10001),
        arguments("no string", amqpString('{', 0xFC, '}'), 10004),
        arguments("half an umlaut", amqpString('{', 0xC3), 10004),
        arguments("no string of 300 bytes", longAmqpString(300), 10004),
        arguments("no text", encoded(new Data(new Binary(latin1("{\"ü\":1}")))), 10004),
        arguments("nothing", new byte[0], 10004));
  }

  private static AmqpSequence sequence() {
    return new AmqpSequence(List.of("x"));
  }

  private static Data data(String text) {
    return new Data(new Binary(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] amqpString(int... bytes) {
    byte[] section = new byte[5 + bytes.length];
    System.arraycopy(
        new byte[] {0, 0x53, 0x77, (byte) 0xA1, (byte) bytes.length}, 0, section, 0, 5);
    for (int i = 0; i < bytes.length; i++) {
      section[5 + i] = (byte) bytes[i];
    }
    return section;
  }

  /** With the descriptor written in the longest way. */
  private static byte[] longAmqpString(int length) {
    byte[] section = new byte[15 + length];
    Arrays.fill(section, 15, section.length, (byte) 0xE4);
    section[1] = (byte) 0x80;
    section[9] = 0x77;
    section[10] = (byte) 0xB1;
    section[13] = (byte) (length >> 8);
    section[14] = (byte) length;
    return section;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void refuses_a_body_that_is_not_text_with_a_reason(String what, byte[] body, int code)
      throws Exception {
    String key = "k" + KEYS.incrementAndGet();
    int before = bench.handedOver.size();
    byte[] message =
        encoded(durable(), properties(key), mapSection(PROPERTIES, "at", new Date(0)), body);
    assertThat(client.send("sms.send", message)).isEqualTo(new AmqpAnswer(true, "", ""));
    assertThat(reply(key).getText()).contains("Refused");
    Message moved = bench.take("sms.send.invalid");
    assertThat(moved.getIntProperty("smsErrorCode")).isEqualTo(code);
    assertThat(moved.getStringProperty("smsReason")).contains("Expected");
    assertThat(bench.handedOver).hasSize(before);
  }

  @Test
  void keeps_unreadable_bodies_in_amqp_encoding() throws Exception {
    byte[] body = encoded(new AmqpValue(Map.of("a", List.of(new Date(0)))));
    client.send("sms.send", encoded(durable(), body));
    BytesMessage moved = (BytesMessage) bench.take("sms.send.invalid");
    byte[] kept = new byte[(int) moved.getBodyLength()];
    moved.readBytes(kept);
    assertThat(kept).isEqualTo(body);
  }

  @Test
  void keeps_the_properties_of_a_refused_message() throws Exception {
    String uuid = "8a2b7c3d-0000-4000-8000-000000000001";
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("order", 4711);
    values.put("trace", UUID.fromString(uuid));
    values.put("made", new Date(0));
    client.send(
        "sms.send", encoded(durable(), new ApplicationProperties(values), new AmqpValue("{")));
    Message moved = bench.take("sms.send.invalid");
    assertThat(moved.getIntProperty("order")).isEqualTo(4711);
    assertThat(moved.getStringProperty("trace")).isEqualTo(uuid);
    assertThat(moved.getObjectProperty("made")).isEqualTo(encoded(new Date(0)));
  }

  static Stream<Arguments> brokenMessages() {
    AmqpValue body = new AmqpValue("{}");
    return Stream.of(
        arguments("a property whose name is a number", mapSection(PROPERTIES, 1, "x"), body),
        arguments("a property whose name is a symbol", mapSection(PROPERTIES, sym(), "x"), body),
        arguments(
            "a property that is no string",
            mapSection(PROPERTIES, "a", new byte[] {(byte) 0xA1, 1, (byte) 0xFC}),
            body),
        arguments("a message id that is true", messageId(true), body),
        arguments("a message id that is a list", messageId(List.of(1)), body),
        arguments("bytes behind the body", encoded(body), new byte[] {1, 2, 3}));
  }

  private static Symbol sym() {
    return Symbol.valueOf("a");
  }

  private static byte[] messageId(Object id) {
    return encoded(new byte[] {0, 0x53, 0x73}, List.of(id));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenMessages")
  void refuses_what_is_no_amqp_message_at_the_door(String what, Object first, Object second)
      throws Exception {
    int before = bench.handedOver.size();
    AmqpAnswer answer = client.send("sms.send", encoded(durable(), first, second));
    assertThat(answer.accepted()).isFalse();
    assertThat(answer.description()).contains("Expected");
    assertThat(bench.depth("sms.send")).isZero();
    assertThat(bench.handedOver).hasSize(before);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unreadableHeads")
  void outlives_a_head_that_it_cannot_even_take_apart(String what, byte[] head) throws Exception {
    assertThat(sendOrLoseConnection(encoded(head, new AmqpValue("{}")))).isFalse();
    try (AmqpClient other = new AmqpClient(bench.broker.port())) {
      String key = "k" + KEYS.incrementAndGet();
      AmqpValue good = new AmqpValue(String.format(JmsBench.GOOD, key));
      other.send("sms.send", encoded(durable(), properties(key), good));
      assertThat(reply(key).getText()).contains("Accepted");
    }
  }

  static Stream<Arguments> unreadableHeads() {
    return Stream.of(
        arguments("an annotation whose name is a number", mapSection(ANNOTATIONS, true, 1)),
        arguments("garbage", new byte[] {1, 2, 3}),
        arguments(
            "a subject that is no string",
            new byte[] {0, 0x53, 0x73, (byte) 0xC0, 7, 4, 0x40, 0x40, 0x40, (byte) 0xA1, 1, -4}));
  }

  private boolean sendOrLoseConnection(byte[] message) {
    try {
      return client.send("sms.send", message).accepted();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * By default, Artemis writes messages from 100 KiB on to a file; what does not fit into its
   * journal's buffer it translates itself, before anyone can rewrite it.
   */
  @ParameterizedTest
  @ValueSource(ints = {90_000, 110_000, 250_000, 300_000, 1_000_000, 4_300_000, 8_000_000})
  void treats_long_messages_as_short_ones(int length) throws Exception {
    String key = "k" + KEYS.incrementAndGet();
    String good = String.format(JmsBench.GOOD, key);
    byte[] message =
        encoded(
            durable(),
            properties(key),
            mapSection(PROPERTIES, "createdAt", new Date(0)),
            longAmqpString(good + " ".repeat(length - good.length())));
    AmqpAnswer answer = client.send("sms.send", message);
    if (length < 400_000) {
      assertThat(answer).isEqualTo(new AmqpAnswer(true, "", ""));
      assertThat(reply(key).getText()).contains(length < 262_144 ? "Accepted" : "Refused");
    } else {
      assertThat(answer.accepted()).isFalse();
    }
    if (length > 262_144 && length < 400_000) {
      assertThat(bench.take("sms.send.invalid").getIntProperty("smsErrorCode")).isEqualTo(10005);
    }
    await().until(() -> bench.waiting("sms.send") == 0);
  }

  private static byte[] longAmqpString(String text) {
    byte[] section = new byte[8 + text.length()];
    byte[] head = {0, 0x53, 0x77, (byte) 0xB1};
    System.arraycopy(head, 0, section, 0, 4);
    ByteBuffer.wrap(section).putInt(4, text.length());
    System.arraycopy(latin1(text), 0, section, 8, text.length());
    return section;
  }

  /** Before, each of these was delivered 154 times, and closed a consumer each time. */
  @Test
  void does_not_hold_up_others() throws Exception {
    int before = bench.handedOver.size();
    for (int i = 0; i < 40; i++) {
      String key = "good" + i;
      AmqpValue body = new AmqpValue(String.format(JmsBench.GOOD, key));
      client.send("sms.send", encoded(durable(), properties(key), body));
      if (i % 4 == 0) {
        byte[] time = mapSection(PROPERTIES, "createdAt", new Date(0));
        AmqpValue odd = new AmqpValue(String.format(JmsBench.GOOD, "odd" + i));
        client.send("sms.send", encoded(durable(), properties("odd" + i), time, odd));
        AmqpValue nested = new AmqpValue(Map.of("a", Map.of()));
        client.send("sms.send", encoded(durable(), properties("bad" + i), nested));
      }
    }
    for (int i = 0; i < 40; i++) {
      assertThat(reply("good" + i).getText()).contains("Accepted");
      if (i % 4 == 0) {
        assertThat(reply("odd" + i).getText()).contains("Accepted");
        assertThat(reply("bad" + i).getText()).contains("Refused");
        bench.take("sms.send.invalid");
      }
    }
    assertThat(bench.handedOver).as("each handed over once").hasSize(before + 50);
    await().until(() -> bench.depth("sms.send") == 0);
    assertThat(bench.depth("sms.send.dead")).isZero();
  }

  private static Header durable() {
    Header header = new Header();
    header.setDurable(true);
    return header;
  }

  private static Properties properties(String correlationId) {
    Properties properties = new Properties();
    properties.setReplyTo(REPLIES);
    properties.setCorrelationId(correlationId);
    return properties;
  }

  private static TextMessage reply(String correlationId) throws Exception {
    try (MessageConsumer consumer =
        bench.session.createConsumer(
            bench.session.createQueue(REPLIES), "JMSCorrelationID = '" + correlationId + "'")) {
      Message reply = consumer.receive(10_000);
      assertThat(reply).as("the reply to " + correlationId).isNotNull();
      return (TextMessage) reply;
    }
  }
}
