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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("definitionKey", message.definitionKey());
      if (message.resubscribe()) {
        json.writeArrayFieldStart("recipients");
        recipient(message, json, true);
        json.writeEndArray();
        json.writeObjectFieldStart("subscriptions");
        json.writeBooleanField("resubscribe", true);
        json.writeEndObject();
      } else {
        json.writeFieldName("recipient");
        recipient(message, json, false);
      }
      if (message.text().isPresent()) {
        json.writeObjectFieldStart("content");
        json.writeStringField("message", message.text().get());
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      boolean carried = content.filter(CARRIER::equals).isPresent();
      recipient(message, json, true, carried ? message.text() : Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The body of the bare route. */
  public static byte[] writeMany(
      String definitionKey,
      boolean resubscribe,
      Optional<String> content,
      List<byte[]> recipients) {
    int length = recipients.stream().mapToInt(recipient -> recipient.length + 1).sum();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(length + 512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("definitionKey", definitionKey);
      if (resubscribe) {
        json.writeObjectFieldStart("subscriptions");
        json.writeBooleanField("resubscribe", true);
        json.writeEndObject();
      }
      if (content.isPresent()) {
        json.writeObjectFieldStart("content");
        json.writeStringField("message", content.get());
        json.writeEndObject();
      }
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
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void recipient(Message message, JsonGenerator json, boolean withKey)
      throws IOException {
    recipient(message, json, withKey, Optional.empty());
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
