package dev.smsroutes.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * A request as JSON on its own, with its key: what {@code RequestReader.one} reads. Holds number
 * and attributes, so it is not for a log. Stateless.
 */
public final class RequestJson {
  private static final JsonFactory JSON = new JsonFactory();

  private RequestJson() {}

  /** Writes a request that was read without a fault. */
  public static String write(SendRequest request) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("messageKey", request.messageKey());
      json.writeStringField("definitionKey", request.definitionKey());
      json.writeObjectFieldStart("recipient");
      json.writeStringField("contactKey", request.recipient().contactKey());
      json.writeStringField("to", request.recipient().to());
      if (!request.recipient().attributes().isEmpty()) {
        json.writeObjectFieldStart("attributes");
        for (Map.Entry<String, String> attribute : request.recipient().attributes().entrySet()) {
          json.writeStringField(attribute.getKey(), attribute.getValue());
        }
        json.writeEndObject();
      }
      json.writeEndObject();
      if (request.message() != null) {
        json.writeObjectFieldStart("content");
        json.writeStringField("message", request.message());
        json.writeEndObject();
      }
      if (request.resubscribe()) {
        json.writeObjectFieldStart("subscriptions");
        json.writeBooleanField("resubscribe", true);
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
