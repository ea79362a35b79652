package dev.smsroutes.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.model.Fault;
import dev.smsroutes.template.NonGsm;
import dev.smsroutes.template.Template;
import dev.smsroutes.template.TextParts;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hc.core5.http.HttpStatus;

/** Definitions with their placeholders and lint, and a preview that counts parts. Thread-safe. */
final class DefinitionsView {
  private static final int MAX_LISTED = 200;
  private static final int MAX_FAULTS = 20;

  private final Definitions definitions;

  DefinitionsView(Definitions definitions) {
    this.definitions = definitions;
  }

  void on(Router router, Answers answers) {
    answers.get(router, "/page/api/definitions", request -> list());
    answers.get(router, "/page/api/definition", this::one);
    answers.ask(router, "/page/api/definitions/preview", this::preview);
  }

  private JsonNode list() {
    ObjectNode json = Answers.JSON.createObjectNode();
    ArrayNode listed = json.putArray("definitions");
    definitions.all().stream()
        .limit(MAX_LISTED)
        .forEach(definition -> listed.add(shown(definition)));
    json.put("more", Math.max(0, definitions.all().size() - MAX_LISTED));
    return json;
  }

  private static ObjectNode shown(Definition definition) {
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("key", definition.key());
    json.put("name", definition.name());
    json.put("status", definition.status().word());
    ArrayNode placeholders = json.putArray("placeholders");
    definition.template().names().forEach(placeholders::add);
    ArrayNode lint = json.putArray("lint");
    lint(definition).forEach(lint::add);
    return json;
  }

  /** What an author may not have meant. */
  private static List<String> lint(Definition definition) {
    Template template = definition.template();
    TextParts parts = TextParts.count(template.literalText());
    List<String> lint = new ArrayList<>();
    if (!definition.active()) {
      lint.add("Requests for it are refused, because it is " + definition.status().word());
    }
    if (template.leftToApi()) {
      lint.add(
          "Only the API can render it, so its parts cannot be counted here: "
              + String.join(", ", template.apiOnly()));
    }
    parts
        .firstNonGsm()
        .ifPresent(
            character ->
                lint.add(
                    character.character()
                        + " makes it UCS-2: a part holds 70 characters instead of 160"));
    if (parts.parts() > 1) {
      lint.add(
          "Even with empty placeholders each message has " + parts.parts() + " parts, each billed");
    }
    return lint;
  }

  private Definition required(String key) throws Refusal {
    return Optional.ofNullable(key)
        .flatMap(definitions::find)
        .orElseThrow(
            () -> new Refusal(HttpStatus.SC_NOT_FOUND, "There is no definition of this key"));
  }

  private JsonNode one(RoutingContext request) throws Refusal {
    Definition definition = required(request.request().getParam("key"));
    return shown(definition).put("text", definition.template().text());
  }

  /** The text and the values come from the page, and go nowhere else. */
  private JsonNode preview(RoutingContext request) throws Refusal {
    JsonNode body = Answers.body(request);
    Template template = Template.parse(Answers.text(body, "text"));
    Map<String, String> attributes = new LinkedHashMap<>();
    body.path("attributes")
        .fields()
        .forEachRemaining(field -> attributes.put(field.getKey(), field.getValue().asText()));
    List<Fault> faults = template.check(attributes);
    boolean exact = faults.isEmpty() && !template.leftToApi();
    String text = exact ? template.render(attributes) : template.literalText();
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("exact", exact);
    json.put("leftToApi", template.leftToApi());
    json.put("text", text);
    ArrayNode placeholders = json.putArray("placeholders");
    template.names().forEach(placeholders::add);
    ArrayNode faulty = json.putArray("faults");
    faults.stream().limit(MAX_FAULTS).map(Fault::message).forEach(faulty::add);
    parts(json, TextParts.count(text));
    return json;
  }

  private static void parts(ObjectNode json, TextParts parts) {
    json.put("encoding", parts.encoding().words());
    json.put("units", parts.units());
    json.put("parts", parts.parts());
    json.put(
        "unitsOfPart",
        parts.parts() == 1 ? parts.encoding().unitsOfOne() : parts.encoding().unitsOfMany());
    Optional<NonGsm> character = parts.firstNonGsm();
    character.ifPresent(
        first ->
            json.putObject("forcedUcs2")
                .put("character", first.character())
                .put("position", first.position()));
  }
}
