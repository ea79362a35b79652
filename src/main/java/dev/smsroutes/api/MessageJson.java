package dev.smsroutes.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.smsroutes.model.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message in the API's own JSON, UTF-8: the body of the keyed route, or, when it is to opt the
 * contact in again, of the bare one, which alone has a field for that (contract, section 2).
 */
public final class MessageJson {
  private static final JsonFactory JSON = new JsonFactory();

  private MessageJson() {}

  public static byte[] write(Message message) {
    return write(
        512,
        (json, bytes) -> {
          json.writeStartObject();
          json.writeStringField("definitionKey", message.definitionKey());
          if (message.resubscribe()) {
            json.writeArrayFieldStart("recipients");
            recipient(message, json, true, Optional.empty());
            json.writeEndArray();
            resubscribe(json);
          } else {
            json.writeFieldName("recipient");
            recipient(message, json, false, Optional.empty());
          }
          content(json, message.text());
          json.writeEndObject();
        });
  }

  /** Writes a part of a body; {@code bytes} is what the generator writes to. */
  @FunctionalInterface
  private interface BodyPart {
    void write(JsonGenerator json, ByteArrayOutputStream bytes) throws IOException;
  }

  private static byte[] write(int size, BodyPart part) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      part.write(json, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void resubscribe(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("subscriptions");
    json.writeBooleanField("resubscribe", true);
    json.writeEndObject();
  }

  private static void content(JsonGenerator json, Optional<String> message) throws IOException {
    if (message.isPresent()) {
      json.writeObjectFieldStart("content");
      json.writeStringField("message", message.get());
      json.writeEndObject();
    }
  }

  /** What stands for the text of each recipient, which travels as its attribute. */
  static final String CARRIER = "%%message%%";

  private static final String CARRIED = "message";
  private static final String MARK = "%%";

  /**
   * The {@code content.message} of a call in which a message may travel with others that have the
   * same (contract, section 5). A text that the API would read as a template in one place and not
   * in another stays where it stands alone; and so does one that has no attribute free to carry it.
   */
  public static Optional<String> contentOfMany(Message message) {
    return message.text().map(text -> isCarried(message, text) ? CARRIER : text);
  }

  private static boolean isCarried(Message message, String text) {
    return !text.contains(MARK)
        && message.attributes().keySet().stream().noneMatch(CARRIED::equalsIgnoreCase);
  }

  /** One of the recipients of {@link #writeMany}. */
  public static byte[] recipientOfMany(Message message, Optional<String> content) {
    boolean carried = content.filter(CARRIER::equals).isPresent();
    Optional<String> text = carried ? message.text() : Optional.empty();
    return write(256, (json, bytes) -> recipient(message, json, true, text));
  }

  /** The body of the bare route. */
  public static byte[] writeMany(
      String definitionKey,
      boolean resubscribe,
      Optional<String> content,
      List<byte[]> recipients) {
    int length = recipients.stream().mapToInt(recipient -> recipient.length + 1).sum();
    return write(
        length + 512,
        (json, bytes) -> {
          json.writeStartObject();
          json.writeStringField("definitionKey", definitionKey);
          if (resubscribe) {
            resubscribe(json);
          }
          content(json, content);
          json.writeArrayFieldStart("recipients");
          // The recipients are JSON already: they were written to see how long they are.
          json.flush();
          for (int i = 0; i < recipients.size(); i++) {
            if (i > 0) {
              bytes.write(',');
            }
            bytes.writeBytes(recipients.get(i));
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /**
   * @param carried a text that travels as an attribute
   */
  private static void recipient(
      Message message, JsonGenerator json, boolean withKey, Optional<String> carried)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("contactKey", message.contactKey());
    json.writeStringField("to", message.to());
    if (withKey) {
      json.writeStringField("messageKey", message.messageKey());
    }
    if (!message.attributes().isEmpty() || carried.isPresent()) {
      json.writeObjectFieldStart("attributes");
      for (Map.Entry<String, String> attribute : message.attributes().entrySet()) {
        json.writeStringField(attribute.getKey(), attribute.getValue());
      }
      if (carried.isPresent()) {
        json.writeStringField(CARRIED, carried.get());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }
}
