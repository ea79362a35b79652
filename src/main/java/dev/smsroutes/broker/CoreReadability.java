package dev.smsroutes.broker;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.InflaterInputStream;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQBuffers;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.utils.collections.TypedProperties;

/**
 * Finds CORE messages that a JMS consumer could not read: it decodes texts, maps and objects before
 * anyone sees the message, and its connection is lost when that fails. JMS clients send no such
 * messages; a client that builds them by hand can. Stateless.
 */
final class CoreReadability {
  /** By this property a consumer inflates the body, from whatever protocol the property came. */
  static final SimpleString COMPRESSED = Message.HDR_LARGE_COMPRESSED;

  /** A name of no characters, and a value of none. */
  private static final int LEAST_ENTRY_BYTES = 5;

  private CoreReadability() {}

  /**
   * @return whether something had to be changed
   * @throws IllegalArgumentException when the message stays unreadable
   */
  static boolean makeReadable(ICoreMessage message) {
    if (isReadable(message)) {
      return false;
    }
    if (message.removeProperty(COMPRESSED) != null && isReadable(message)) {
      return true;
    }
    throw new IllegalArgumentException(
        "Expected a body of the message's own type; got other bytes");
  }

  static boolean isReadable(ICoreMessage message) {
    try {
      ActiveMQBuffer body = message.getReadOnlyBodyBuffer();
      return isReadable(
          message.getType(), message.getBooleanProperty(COMPRESSED) ? inflated(body) : body);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static boolean isReadable(byte type, ActiveMQBuffer body) {
    switch (type) {
      case Message.DEFAULT_TYPE, Message.BYTES_TYPE, Message.STREAM_TYPE -> {
        return true;
      }
      case Message.TEXT_TYPE -> {
        body.readNullableSimpleString();
        return true;
      }
      case Message.MAP_TYPE -> {
        return isMap(body);
      }
      case Message.OBJECT_TYPE -> {
        return isObject(body);
      }
      default -> {
        return false;
      }
    }
  }

  /** A consumer makes room for as many entries as the message says. */
  private static boolean isMap(ActiveMQBuffer body) {
    int start = body.readerIndex();
    boolean empty = body.readByte() == 0;
    if (!empty) {
      int entries = body.readInt();
      if (entries < 0 || entries > body.readableBytes() / LEAST_ENTRY_BYTES) {
        return false;
      }
    }
    body.readerIndex(start);
    new TypedProperties().decode(body.byteBuf());
    return true;
  }

  /** A consumer makes room for as many bytes as the message says; it minds nothing else. */
  private static boolean isObject(ActiveMQBuffer body) {
    return body.readableBytes() < Integer.BYTES || body.readInt() <= body.readableBytes();
  }

  private static ActiveMQBuffer inflated(ActiveMQBuffer body) throws IOException {
    byte[] deflated = new byte[body.readableBytes()];
    body.readBytes(deflated);
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
      byte[] bytes = in.readNBytes(EmbeddedBroker.MOST_MESSAGE_BYTES + 1);
      if (bytes.length > EmbeddedBroker.MOST_MESSAGE_BYTES) {
        throw new IOException("Expected a message that is not so large");
      }
      return ActiveMQBuffers.wrappedBuffer(bytes);
    }
  }
}
