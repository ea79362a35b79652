package dev.smsroutes.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** As little of a reader of JSON requests as the tests of batches need. */
public final class TestRequests implements JsonRequests {
  private static final Set<String> KNOWN =
      Set.of("definitionKey", "messageKey", "recipient", "recipients", "content");
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  @Override
  public List<SendRequest> read(byte[] json, String defaultKey) {
    JsonNode tree = tree(json);
    if (!tree.isObject()) {
      throw refused("", ErrorCode.WRONG_TYPE, "Expected a JSON object; got another type");
    }
    List<Fault> faults = new ArrayList<>();
    tree.fieldNames()
        .forEachRemaining(
            name -> {
              if (!KNOWN.contains(name)) {
                faults.add(
                    new Fault(name, ErrorCode.MISPLACED_FIELD, "Expected known fields only"));
              }
            });
    if (!faults.isEmpty()) {
      throw new InvalidRequestException(faults);
    }
    if (!tree.has("recipients")) {
      return List.of(request(tree, text(tree, "messageKey"), tree.path("recipient")));
    }
    List<SendRequest> requests = new ArrayList<>();
    for (JsonNode item : tree.path("recipients")) {
      requests.add(request(tree, text(item, "messageKey"), item));
    }
    return requests;
  }

  private static SendRequest request(JsonNode tree, String key, JsonNode recipient) {
    Map<String, String> attributes = new LinkedHashMap<>();
    recipient
        .path("attributes")
        .properties()
        .forEach(field -> attributes.put(field.getKey(), field.getValue().asText()));
    return new SendRequest(
        key,
        text(tree, "definitionKey"),
        new Recipient(text(recipient, "contactKey"), text(recipient, "to"), attributes),
        text(tree.path("content"), "message"));
  }

  private static String text(JsonNode node, String name) {
    return node.path(name).isTextual() ? node.path(name).textValue() : null;
  }

  private static JsonNode tree(byte[] json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw refused(
          "",
          ErrorCode.MALFORMED_JSON,
          "Expected JSON; line %d, column %d is none"
              .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InvalidRequestException refused(String field, ErrorCode code, String message) {
    return new InvalidRequestException(new Fault(field, code, message));
  }
}
