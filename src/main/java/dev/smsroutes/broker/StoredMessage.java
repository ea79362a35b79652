package dev.smsroutes.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.InflaterInputStream;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.core.message.LargeBodyReader;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.utils.UUID;
import org.apache.activemq.artemis.utils.collections.TypedProperties;

/**
 * A message of a queue as one line of JSON. Body, types of properties and the sender's message id
 * stay as they are: a request without a key of its own has one made from that id, and would be sent
 * again under another. Stateless.
 */
final class StoredMessage {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private StoredMessage() {}

  /**
   * The line of a message in a broker's own form.
   *
   * @throws ActiveMQException if the file of a large message cannot be read
   */
  static byte[] write(String queue, ICoreMessage message) throws IOException, ActiveMQException {
    ObjectNode line = JSON.createObjectNode();
    line.put("queue", queue)
        .put("type", message.getType())
        .put("priority", message.getPriority())
        .put("timestamp", message.getTimestamp())
        .put("expiration", message.getExpiration());
    if (message.getUserID() instanceof UUID id) {
      line.put("id", id.asBytes());
    }
    line.put("properties", properties(message)).put("body", body(message));
    return JSON.writeValueAsBytes(line);
  }

  private static byte[] properties(ICoreMessage message) {
    TypedProperties properties = ((CoreMessage) message).getProperties();
    ByteBuf bytes = Unpooled.buffer(properties.getEncodeSize());
    properties.encode(bytes);
    byte[] written = new byte[bytes.readableBytes()];
    bytes.readBytes(written);
    return written;
  }

  private static byte[] body(ICoreMessage message) throws ActiveMQException {
    if (message.isLargeMessage()) {
      return largeBody(message.getLargeBodyReader());
    }
    ActiveMQBuffer buffer = message.getReadOnlyBodyBuffer();
    byte[] body = new byte[buffer.readableBytes()];
    buffer.readBytes(body);
    return body;
  }

  private static byte[] largeBody(LargeBodyReader reader) throws ActiveMQException {
    reader.open();
    try {
      // The broker takes none of more than some MB.
      ByteBuffer body = ByteBuffer.allocate(Math.toIntExact(reader.getSize()));
      int read = 1;
      while (body.hasRemaining() && read > 0) {
        read = reader.readInto(body);
      }
      return body.array();
    } finally {
      reader.close();
    }
  }

  /** The queue of a line. */
  static String queue(JsonNode line) {
    return line.path("queue").asText();
  }

  static JsonNode line(String json) throws IOException {
    return JSON.readTree(json);
  }

  /**
   * A client may have compressed a large body. The client that puts it back does not, so it is
   * expanded; one that would get too large for the broker stays as it is.
   */
  private static byte[] body(byte[] body, TypedProperties properties) throws IOException {
    if (!properties.containsProperty(Message.HDR_LARGE_COMPRESSED)) {
      return body;
    }
    try (InputStream expanded = new InflaterInputStream(new ByteArrayInputStream(body))) {
      byte[] whole = expanded.readNBytes(EmbeddedBroker.MAX_MESSAGE_BYTES);
      if (expanded.read() >= 0) {
        return body;
      }
      properties.removeProperty(Message.HDR_LARGE_COMPRESSED);
      properties.removeProperty(Message.HDR_LARGE_BODY_SIZE);
      return whole;
    }
  }

  /** The message of a line, persistent. */
  static ClientMessage read(JsonNode line, ClientSession session) throws IOException {
    ClientMessage message =
        session.createMessage(
            (byte) line.path("type").asInt(),
            true,
            line.path("expiration").asLong(),
            line.path("timestamp").asLong(),
            (byte) line.path("priority").asInt());
    TypedProperties properties = new TypedProperties();
    properties.decode(Unpooled.wrappedBuffer(line.path("properties").binaryValue()));
    message.getBodyBuffer().writeBytes(body(line.path("body").binaryValue(), properties));
    for (SimpleString name : properties.getPropertyNames()) {
      message.putObjectProperty(name, properties.getProperty(name));
    }
    if (line.has("id")) {
      message.setUserID(new UUID(UUID.TYPE_TIME_BASED, line.path("id").binaryValue()));
    }
    message.setRoutingType(RoutingType.ANYCAST);
    return message;
  }
}
