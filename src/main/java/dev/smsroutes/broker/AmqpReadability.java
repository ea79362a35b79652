package dev.smsroutes.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQBuffers;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPMessage;
import org.apache.activemq.artemis.protocol.amqp.broker.AMQPStandardMessage;
import org.apache.activemq.artemis.protocol.amqp.util.NettyWritable;
import org.apache.activemq.artemis.protocol.amqp.util.TLSEncode;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.codec.TypeConstructor;
import org.apache.qpid.proton.codec.WritableBuffer;

/**
 * Makes AMQP messages readable for JMS. Artemis keeps an AMQP message as it arrived and translates
 * it only at delivery. A message that it cannot translate closes the consumer, at each delivery
 * (ARTEMIS-2058). Stateless.
 *
 * <p>Types that AMQP has and JMS lacks are converted. A uuid property becomes text. A property of
 * another such type becomes bytes in AMQP's own encoding, as Artemis does with annotations. A
 * footer is dropped. A body of such types, or of several sections, becomes one data section that
 * holds those sections unchanged.
 */
final class AmqpReadability {
  /** The sections before the body; Artemis expects none of them after the body. */
  private static final Set<Class<?>> HEAD =
      Set.of(
          Header.class,
          DeliveryAnnotations.class,
          MessageAnnotations.class,
          Properties.class,
          ApplicationProperties.class);

  /** Artemis reads one section of a body; a second one would be lost without notice. */
  private static final Set<Class<?>> BODY = Set.of(Data.class, AmqpValue.class, AmqpSequence.class);

  /** Annotations that Artemis reads as numbers, whatever their type. */
  private static final Set<Symbol> NUMBERS =
      Set.of(
          Symbol.valueOf("x-opt-delivery-time"),
          Symbol.valueOf("x-opt-delivery-delay"),
          Symbol.valueOf("x-opt-ingress-time"));

  private AmqpReadability() {}

  /** A section of the encoded message: its Proton class and its range of bytes. */
  private record Section(Class<?> type, int from, int to) {
    byte[] of(byte[] message) {
      byte[] bytes = new byte[to - from];
      System.arraycopy(message, from, bytes, 0, bytes.length);
      return bytes;
    }
  }

  /** Whether a JMS consumer could read this message. */
  static boolean isReadable(AMQPMessage message) {
    return translated(message).isPresent();
  }

  private static Optional<ICoreMessage> translated(AMQPMessage message) {
    try {
      return Optional.of(message.toCore()).filter(CoreReadability::isReadable);
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * Rewrites the message, if a JMS consumer could not read it.
   *
   * @return whether it was rewritten
   * @throws IllegalArgumentException if it is not an AMQP message
   */
  static boolean makeReadable(AMQPStandardMessage message) {
    byte[] original = bytes(message);
    List<Section> sections = sections(original);
    List<Section> head = sections.subList(0, headOf(sections));
    List<Section> body =
        sections.subList(head.size(), sections.size()).stream()
            .filter(section -> section.type() != Footer.class)
            .toList();
    Optional<ICoreMessage> translated = translated(message);
    boolean bodyStays = isReadable(original, body, translated);
    if (bodyStays && translated.isPresent()) {
      return false;
    }
    // The sections before the body may be the only problem.
    if (bodyStays && replace(message, rewritten(original, head, body, true))) {
      return true;
    }
    if (replace(message, rewritten(original, head, body, false))) {
      return true;
    }
    throw new IllegalArgumentException("Expected an AMQP message; got one that cannot be read");
  }

  private static boolean isReadable(
      byte[] original, List<Section> body, Optional<ICoreMessage> translated) {
    if (body.isEmpty()) {
      return true;
    }
    if (body.size() > 1 || !BODY.contains(body.get(0).type())) {
      return false;
    }
    // For a value of an unknown type, Artemis (seen in 2.44.0) delivers unrelated bytes of its
    // memory.
    return body.get(0).type() != AmqpValue.class
        || translated.map(core -> core.getType() != Message.BYTES_TYPE).orElse(true)
        || ((AmqpValue) read(body.get(0).of(original))).getValue() instanceof Binary;
  }

  private static byte[] bytes(AMQPStandardMessage message) {
    ActiveMQBuffer buffer = ActiveMQBuffers.dynamicBuffer(message.getPersistSize());
    message.persist(buffer);
    byte[] bytes = new byte[buffer.readInt()];
    buffer.readBytes(bytes);
    return bytes;
  }

  /** Uses the method that loads a message from disk: no other one replaces its bytes. */
  private static boolean replace(AMQPStandardMessage message, byte[] bytes) {
    if (!isReadable(new AMQPStandardMessage(message.getMessageFormat(), bytes, null))) {
      return false;
    }
    ActiveMQBuffer buffer = ActiveMQBuffers.dynamicBuffer(Integer.BYTES + bytes.length);
    buffer.writeInt(bytes.length);
    buffer.writeBytes(bytes);
    message.reloadPersistence(buffer, null);
    // Parses the sections at once: until then the message would claim to be durable.
    message.getUserID();
    return true;
  }

  private static List<Section> sections(byte[] message) {
    ReadableBuffer data = ReadableBuffer.ByteBufferReader.wrap(message);
    DecoderImpl decoder = TLSEncode.getDecoder();
    decoder.setBuffer(data);
    try {
      List<Section> sections = new ArrayList<>();
      while (data.hasRemaining()) {
        int from = data.position();
        TypeConstructor<?> constructor = decoder.readConstructor();
        constructor.skipValue();
        sections.add(new Section(constructor.getTypeClass(), from, data.position()));
      }
      return sections;
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("Expected AMQP sections; got other bytes", e);
    } finally {
      decoder.setBuffer(null);
    }
  }

  private static int headOf(List<Section> sections) {
    int head = 0;
    while (head < sections.size() && HEAD.contains(sections.get(head).type())) {
      head++;
      if (sections.get(head - 1).type() == ApplicationProperties.class) {
        break;
      }
    }
    return head;
  }

  private static byte[] rewritten(
      byte[] original, List<Section> head, List<Section> body, boolean keepBody) {
    ByteBuf all = Unpooled.buffer(original.length);
    for (Section section : head) {
      if (section.type() == MessageAnnotations.class) {
        write(all, new MessageAnnotations(annotations(read(section.of(original)))));
      } else if (section.type() == ApplicationProperties.class) {
        write(all, new ApplicationProperties(properties(read(section.of(original)))));
      } else if (section.type() == Properties.class && !keepBody) {
        Properties properties = (Properties) read(section.of(original));
        // It names the type of the former body.
        properties.setContentType(null);
        write(all, properties);
      } else if (section.type() != DeliveryAnnotations.class) {
        all.writeBytes(section.of(original));
      }
    }
    ByteBuf sections = keepBody ? all : Unpooled.buffer(original.length);
    body.forEach(section -> sections.writeBytes(section.of(original)));
    if (!keepBody) {
      write(all, new Data(new Binary(content(sections))));
    }
    return content(all);
  }

  private static Map<Symbol, Object> annotations(Object section) {
    Map<Symbol, Object> readable = new LinkedHashMap<>(((MessageAnnotations) section).getValue());
    // A sender may write a timestamp as an AMQP timestamp.
    readable.replaceAll((name, value) -> value instanceof Date time ? time.getTime() : value);
    readable
        .entrySet()
        .removeIf(
            entry -> NUMBERS.contains(entry.getKey()) && !(entry.getValue() instanceof Number));
    return readable;
  }

  private static Map<String, Object> properties(Object section) {
    Map<String, Object> readable = new LinkedHashMap<>();
    ((ApplicationProperties) section)
        .getValue()
        .forEach((name, value) -> readable.put(name, property(value)));
    readable.keySet().removeIf(AmqpReadability::steers);
    return readable;
  }

  /** JMS cannot read a reserved property whose value has the wrong type. */
  private static boolean steers(String name) {
    return name.startsWith("JMSX")
        || (name.startsWith("_AMQ") && !name.equals(Message.HDR_DUPLICATE_DETECTION_ID.toString()));
  }

  private static Object property(Object value) {
    if (value instanceof UUID) {
      return value.toString();
    }
    boolean known =
        value == null
            || value instanceof String
            || value instanceof Number
            || value instanceof Boolean
            || value instanceof Character
            || value instanceof Symbol
            || value instanceof Binary;
    return known ? value : new Binary(encoded(value));
  }

  /** Nothing if Proton cannot write it: it reads some arrays that it cannot write. */
  private static byte[] encoded(Object value) {
    ByteBuf buffer = Unpooled.buffer();
    try {
      write(buffer, value);
      return content(buffer);
    } catch (RuntimeException e) {
      return new byte[0];
    }
  }

  private static Object read(byte[] section) {
    DecoderImpl decoder = TLSEncode.getDecoder();
    decoder.setBuffer(ReadableBuffer.ByteBufferReader.wrap(section));
    try {
      return decoder.readObject();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("Expected an AMQP section; got other bytes", e);
    } finally {
      decoder.setBuffer(null);
    }
  }

  private static void write(ByteBuf to, Object value) {
    EncoderImpl encoder = TLSEncode.getEncoder();
    encoder.setByteBuffer(new NettyWritable(to));
    try {
      encoder.writeObject(value);
    } finally {
      encoder.setByteBuffer((WritableBuffer) null);
    }
  }

  private static byte[] content(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }
}
