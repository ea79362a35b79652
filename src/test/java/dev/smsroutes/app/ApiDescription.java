package dev.smsroutes.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The OpenAPI document of the intake, as a test reads it. Immutable. */
final class ApiDescription {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(VersionFlag.V202012);
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  /** A row of the table in the description of {@code ErrorCode}: code, statuses, when. */
  private static final Pattern CODE_ROW =
      Pattern.compile("(?m)^\\| (\\d+) \\| ([\\d, ]+) \\| .+ \\|$");

  private final JsonNode root;

  /** With objects that have the documented fields and no other. */
  private final JsonNode closed;

  /** One method of one path. */
  record Operation(String id, String method, String path, JsonNode description) {
    boolean takesJson() {
      return description.at("/requestBody/content").has("application/json");
    }

    JsonNode requestExamples() {
      return description.at("/requestBody/content/application~1json/examples");
    }
  }

  ApiDescription(String json) throws Exception {
    root = JSON.readTree(json);
    closed = root.deepCopy();
    for (JsonNode schema : closed.at("/components/schemas")) {
      close(schema);
    }
  }

  private static void close(JsonNode schema) {
    if (schema.has("properties") && !schema.has("additionalProperties")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
    schema.forEach(ApiDescription::close);
  }

  JsonNode root() {
    return root;
  }

  /** All operations by their id. */
  Map<String, Operation> operations() {
    Map<String, Operation> all = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          String id = method.getValue().path("operationId").asText();
          String upper = method.getKey().toUpperCase(Locale.ROOT);
          all.put(id, new Operation(id, upper, path.getKey(), method.getValue()));
        }
      }
    }
    return all;
  }

  /** The node that a reference means, or the node itself. */
  JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? root.at(node.path("$ref").asText().substring(1)) : node;
  }

  /** What an operation answers with this status; missing if it is not documented. */
  JsonNode response(String operation, int status) {
    return resolved(operations().get(operation).description().path("responses").path("" + status));
  }

  Set<Integer> statuses(String operation) {
    Set<Integer> all = new TreeSet<>();
    operations()
        .get(operation)
        .description()
        .path("responses")
        .fieldNames()
        .forEachRemaining(status -> all.add(Integer.valueOf(status)));
    return all;
  }

  /** An example of an answer; missing without one of this name. */
  JsonNode answerExample(String operation, int status, String name) {
    return response(operation, status)
        .at("/content/application~1json/examples")
        .path(name)
        .path("value");
  }

  /** The names of all examples of answers; those of shared answers once. */
  Set<String> answerExamples() {
    Set<String> names = new TreeSet<>();
    for (String operation : operations().keySet()) {
      for (int status : statuses(operation)) {
        response(operation, status)
            .at("/content/application~1json/examples")
            .fieldNames()
            .forEachRemaining(names::add);
      }
    }
    return names;
  }

  /** The statuses with which a code may stand on top, by the code. */
  Map<Integer, Set<Integer>> codes() {
    Map<Integer, Set<Integer>> codes = new LinkedHashMap<>();
    Matcher row = CODE_ROW.matcher(root.at("/components/schemas/ErrorCode/description").asText());
    while (row.find()) {
      Set<Integer> statuses = new TreeSet<>();
      for (String status : row.group(2).split(", ")) {
        statuses.add(Integer.valueOf(status));
      }
      codes.put(Integer.valueOf(row.group(1)), statuses);
    }
    return codes;
  }

  /** What is wrong with an answer: also a field that is not documented. */
  List<String> faultsOfAnswer(String operation, int status, JsonNode body) {
    JsonNode schema = response(operation, status).at("/content/application~1json/schema");
    return schema.isMissingNode() ? List.of("no schema") : faults(closed, schema, body);
  }

  /** What is wrong with the body of a request. */
  List<String> faultsOfRequest(String operation, JsonNode body) {
    return faults(
        root,
        operations()
            .get(operation)
            .description()
            .at("/requestBody/content/application~1json/schema"),
        body);
  }

  /** What is wrong with a value of a named schema. */
  List<String> faultsOf(String schema, JsonNode value) {
    return faults(
        root, JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema), value);
  }

  /** What is wrong with a value of this schema. */
  List<String> faultsOf(JsonNode schema, JsonNode value) {
    return faults(root, schema, value);
  }

  private static List<String> faults(JsonNode document, JsonNode schema, JsonNode value) {
    ObjectNode whole = JSON.createObjectNode();
    whole.set("components", document.path("components"));
    whole.setAll((ObjectNode) schema.deepCopy());
    JsonSchema checking = SCHEMAS.getSchema(whole);
    List<String> faults = new ArrayList<>();
    for (ValidationMessage message : checking.validate(value)) {
      faults.add(message.getMessage());
    }
    return faults;
  }
}
