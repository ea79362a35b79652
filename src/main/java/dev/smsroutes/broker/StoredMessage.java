package dev.smsroutes.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
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

  static byte[] write(String queue, ClientMessage message) throws IOException {
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

  private static byte[] properties(ClientMessage message) {
    TypedProperties properties = ((CoreMessage) message).getProperties();
    ByteBuf bytes = Unpooled.buffer(properties.getEncodeSize());
    properties.encode(bytes);
    byte[] written = new byte[bytes.readableBytes()];
    bytes.readBytes(written);
    return written;
  }

  private static byte[] body(ClientMessage message) {
    ActiveMQBuffer buffer = message.getBodyBuffer();
    byte[] body = new byte[buffer.readableBytes()];
    buffer.readBytes(body);
    return body;
  }

  /** The queue of a line. */
  static String queue(JsonNode line) {
    return line.path("queue").asText();
  }

  static JsonNode line(String json) throws IOException {
    return JSON.readTree(json);
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
    message.getBodyBuffer().writeBytes(line.path("body").binaryValue());
    TypedProperties properties = new TypedProperties();
    properties.decode(Unpooled.wrappedBuffer(line.path("properties").binaryValue()));
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
