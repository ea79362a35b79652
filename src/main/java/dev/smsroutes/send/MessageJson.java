package dev.smsroutes.send;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.smsroutes.request.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * A message in the API's own JSON, UTF-8: the body of the keyed route, or, when it is to opt the
 * contact in again, of the bare one, which alone has a field for that (contract, section 2).
 */
final class MessageJson {
  private static final JsonFactory JSON = new JsonFactory();

  private MessageJson() {}

  static byte[] write(Message message) {
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

  private static void recipient(Message message, JsonGenerator json, boolean withKey)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("contactKey", message.contactKey());
    json.writeStringField("to", message.to());
    if (withKey) {
      json.writeStringField("messageKey", message.messageKey());
    }
    if (!message.attributes().isEmpty()) {
      json.writeObjectFieldStart("attributes");
      for (Map.Entry<String, String> attribute : message.attributes().entrySet()) {
        json.writeStringField(attribute.getKey(), attribute.getValue());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }
}
