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
 * Finds CORE messages that a JMS consumer could not read. A consumer decodes texts, maps and
 * objects before it hands over the message, and loses its connection when that fails. JMS clients
 * send no such messages; a client that builds them by hand can. Stateless.
 */
final class CoreReadability {
  /** A consumer inflates the body if this property is set, in a message of any protocol. */
  static final SimpleString COMPRESSED = Message.HDR_LARGE_COMPRESSED;

  /** An empty name and an empty value. */
  private static final int MIN_ENTRY_BYTES = 5;

  private CoreReadability() {}

  /**
   * @return whether the message was changed
   * @throws IllegalArgumentException if the message stays unreadable
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
    return switch (type) {
      case Message.DEFAULT_TYPE, Message.BYTES_TYPE, Message.STREAM_TYPE -> true;
      case Message.TEXT_TYPE -> {
        body.readNullableSimpleString();
        yield true;
      }
      case Message.MAP_TYPE -> isMap(body);
      case Message.OBJECT_TYPE -> isObject(body);
      default -> false;
    };
  }

  /** A consumer allocates room for as many entries as the message claims. */
  private static boolean isMap(ActiveMQBuffer body) {
    int start = body.readerIndex();
    boolean empty = body.readByte() == 0;
    if (!empty) {
      int entries = body.readInt();
      if (entries < 0 || entries > body.readableBytes() / MIN_ENTRY_BYTES) {
        return false;
      }
    }
    body.readerIndex(start);
    new TypedProperties().decode(body.byteBuf());
    return true;
  }

  /** A consumer allocates as many bytes as the message claims, and checks nothing else. */
  private static boolean isObject(ActiveMQBuffer body) {
    return body.readableBytes() < Integer.BYTES || body.readInt() <= body.readableBytes();
  }

  private static ActiveMQBuffer inflated(ActiveMQBuffer body) throws IOException {
    byte[] deflated = new byte[body.readableBytes()];
    body.readBytes(deflated);
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated))) {
      byte[] bytes = in.readNBytes(EmbeddedBroker.MAX_MESSAGE_BYTES + 1);
      if (bytes.length > EmbeddedBroker.MAX_MESSAGE_BYTES) {
        throw new IOException(
            "Expected a message of at most " + EmbeddedBroker.MAX_MESSAGE_BYTES + " bytes");
      }
      return ActiveMQBuffers.wrappedBuffer(bytes);
    }
  }
}
