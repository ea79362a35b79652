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
  private static final int MAX_LIST_BYTES = 150_000;
  private static final int MAX_NAMES = 50;
  private static final int MAX_WORDS = 300;
  private static final int MAX_TEXT = 10_000;
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
    int all = definitions.all().size();
    List<ObjectNode> first =
        definitions.all().stream().limit(MAX_LISTED).map(DefinitionsView::shown).toList();
    int left = Answers.fill(json.putArray("definitions"), first, MAX_LIST_BYTES);
    json.put("more", all - first.size() + left);
    return json;
  }

  private static ObjectNode shown(Definition definition) {
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("key", definition.key());
    json.put("name", Answers.cut(definition.name(), MAX_WORDS));
    json.put("status", definition.status().word());
    placeholders(json, definition.template());
    ArrayNode lint = json.putArray("lint");
    lint(definition).forEach(note -> lint.add(Answers.cut(note, MAX_WORDS)));
    return json;
  }

  private static void placeholders(ObjectNode json, Template template) {
    ArrayNode placeholders = json.putArray("placeholders");
    template.names().stream().limit(MAX_NAMES).forEach(placeholders::add);
    json.put("morePlaceholders", Math.max(0, template.names().size() - MAX_NAMES));
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
    String text = definition.template().text();
    return shown(definition).put("text", Answers.cut(text, MAX_TEXT));
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
    json.put("text", Answers.cut(text, MAX_TEXT));
    placeholders(json, template);
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
