package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The paths under /sandbox: what arrived, scripted faults and switches. Thread-safe. */
record Oracle(
    SandboxOptions options,
    SandboxDefinitions definitions,
    AcceptedMessages messages,
    FaultScript faults,
    CallCounts counts,
    AtomicReference<SandboxSettings> settings) {
  private static final int LIMIT = 1000;
  private static final int MAX_PAGE_SIZE = 10_000;

  /** The approximate size of a page; {@code next} tells where to continue. */
  private static final long PAGE_BYTES = 8 << 20;

  WireAnswer answer(Incoming call) {
    String what = call.path.length() <= 9 ? "" : call.path.substring(9);
    return switch (what) {
      case "" -> call.method.equals("GET") ? help() : wrongMethod("GET");
      case "messages" ->
          switch (call.method) {
            case "GET" -> list(call);
            case "DELETE" -> {
              messages.clear();
              counts.clear();
              yield new WireAnswer(204, "", Map.of(), new byte[0], 0);
            }
            default -> wrongMethod("DELETE, GET");
          };
      case "calls" ->
          call.method.equals("GET") ? WireAnswer.json(200, counts.toJson()) : wrongMethod("GET");
      case "faults" -> faults(call);
      case "settings" -> settings(call);
      default -> problem(404, "No such path; GET /sandbox/ lists all paths");
    };
  }

  private WireAnswer faults(Incoming call) {
    try {
      switch (call.method) {
        case "GET" -> {}
        case "PUT" -> faults.replace(call.json());
        case "DELETE" -> faults.replace(Json.MAPPER.createArrayNode());
        default -> {
          return wrongMethod("DELETE, GET, PUT");
        }
      }
      return WireAnswer.json(200, faults.toJson());
    } catch (Doc.InvalidDocumentException | Json.Malformed e) {
      return problem(400, e.getMessage());
    }
  }

  private WireAnswer settings(Incoming call) {
    try {
      switch (call.method) {
        case "GET" -> {}
        case "PUT" -> {
          // Read before the change: a faulty document changes nothing.
          SandboxSettings now = settings.get();
          settings.set(now.changedBy(call.json()));
        }
        case "DELETE" -> settings.set(SandboxSettings.of(options));
        default -> {
          return wrongMethod("DELETE, GET, PUT");
        }
      }
      return WireAnswer.json(200, settings.get().toJson());
    } catch (Doc.InvalidDocumentException | Json.Malformed e) {
      return problem(400, e.getMessage());
    }
  }

  private WireAnswer list(Incoming call) {
    ObjectNode body = Json.object();
    Optional<String> key = Wire.parameter(call.query, "key");
    AcceptedMessages.Page page;
    if (key.isPresent()) {
      List<AcceptedMessages.AcceptedMessage> found = messages.find(key.get()).stream().toList();
      page = new AcceptedMessages.Page(found, false);
      body.put("count", found.size());
    } else {
      long since;
      int limit;
      try {
        since = Long.parseLong(Wire.parameter(call.query, "since").orElse("0"));
        limit = Integer.parseInt(Wire.parameter(call.query, "limit").orElse("" + LIMIT));
      } catch (NumberFormatException e) {
        return problem(400, "since, limit: expected whole numbers");
      }
      if (since < 0 || limit < 1 || limit > MAX_PAGE_SIZE) {
        return problem(
            400, "Expected since from 0 and limit from 1 to " + MAX_PAGE_SIZE + " in the query");
      }
      page = messages.after(since, limit);
      body.put("count", messages.count());
    }
    boolean withBody =
        key.isPresent() || Wire.parameter(call.query, "body").orElse("").equals("true");
    ArrayNode shown = body.putArray("messages");
    RememberedBodies bodies = new RememberedBodies();
    long bytes = 0;
    boolean more = page.more();
    long last = 0;
    for (AcceptedMessages.AcceptedMessage message : page.messages()) {
      if (bytes > PAGE_BYTES) {
        more = true;
        break;
      }
      bytes += render(message, bodies, withBody, shown.addObject());
      last = message.sequence();
    }
    if (more) {
      body.put("next", last);
    }
    body.put("forgotten", messages.forgotten());
    body.put("calls", counts.calls(CallCounts.SEND)).put("tokens", counts.calls(CallCounts.TOKEN));
    return WireAnswer.json(200, body);
  }

  /**
   * @return the approximate number of bytes written
   */
  private static long render(
      AcceptedMessages.AcceptedMessage message,
      RememberedBodies bodies,
      boolean withBody,
      ObjectNode shown) {
    AcceptedMessages.AcceptedCall call = message.call();
    shown
        .put("messageKey", message.messageKey())
        .put("sequence", message.sequence())
        .put("definitionKey", call.definition.definitionKey());
    long bytes = 400;
    Optional<AcceptedMessages.Detail> kept = call.detail();
    if (kept.isPresent()) {
      AcceptedMessages.Detail detail = kept.get();
      JsonNode recipient = bodies.recipient(message);
      JsonNode override = bodies.body(call).path("content").path("message");
      String text =
          Placeholders.resolve(
              override.isTextual() ? override.textValue() : call.definition.text(),
              attributes(recipient.path("attributes")));
      shown.set("contactKey", recipient.get("contactKey"));
      shown.set("to", recipient.get("to"));
      shown.set(
          "attributes",
          recipient.path("attributes").isObject() ? recipient.get("attributes") : Json.object());
      shown.put("text", text).put("message", override.textValue()).put("path", detail.path());
      shown.set("headers", headers(detail.headers()));
      bytes += detail.path().length() + detail.headers().length() + text.length();
      bytes += recipient.toString().length();
      if (withBody) {
        shown.put("body", new String(detail.body(), StandardCharsets.UTF_8));
        bytes += detail.body().length;
      }
    }
    shown
        .put("requestId", call.requestId.toString())
        .put("receivedAt", Instant.ofEpochMilli(call.receivedAt).toString())
        .put("times", message.times())
        .put("duplicates", message.duplicates());
    if (!call.definition.active()) {
      shown.put("queued", true);
    }
    return bytes;
  }

  private static Map<String, String> attributes(JsonNode node) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      attributes.put(field.getKey(), field.getValue().asText(""));
    }
    return attributes;
  }

  private static ObjectNode headers(String lines) {
    ObjectNode headers = Json.object();
    lines
        .lines()
        .forEach(
            line -> {
              int colon = line.indexOf(": ");
              String name = line.substring(0, colon);
              String value = line.substring(colon + 2);
              headers.put(
                  name, headers.has(name) ? headers.get(name).textValue() + ", " + value : value);
            });
    return headers;
  }

  private WireAnswer help() {
    ObjectNode body =
        Json.object().put("what", "The SMS API, played locally. Nothing leaves this machine.");
    ObjectNode paths = body.putObject("paths");
    paths
        .put("POST /v2/token", "a token: grant_type client_credentials, client_id, client_secret")
        .put("POST /messaging/v1/sms/messages/{messageKey}", "sends to one recipient")
        .put("POST /messaging/v1/sms/messages/", "sends to recipients[]")
        .put("GET /messaging/v1/sms/messages/{messageKey}", "the status of a message")
        .put("GET /messaging/v1/sms/definitions", "the definitions, without text; $page, $pagesize")
        .put("GET /messaging/v1/sms/definitions/{definitionKey}", "one; also POST, PATCH, DELETE")
        .put("GET /sandbox/messages", "what was accepted; ?key=, ?since=, ?limit=, ?body=true")
        .put("DELETE /sandbox/messages", "forgets messages, used keys and counts")
        .put("GET /sandbox/calls", "how many calls arrived and how they ended")
        .put("PUT /sandbox/faults", "scripts faults; GET shows them, DELETE ends them")
        .put("PUT /sandbox/settings", "switches; GET shows them, DELETE sets them back");
    ArrayNode keys = body.putArray("definitions");
    definitions.all().stream()
        .limit(100)
        .forEach(definition -> keys.add(definition.get("definitionKey").textValue()));
    body.put("accepted", messages.count());
    body.set("faults", faults.toJson());
    body.set("settings", settings.get().toJson());
    return new WireAnswer(
        200,
        WireAnswer.JSON,
        Map.of(),
        body.toPrettyString().concat("\n").getBytes(StandardCharsets.UTF_8),
        0);
  }

  private static WireAnswer wrongMethod(String allowed) {
    return problem(405, "Expected one of " + allowed).withHeader("Allow", allowed);
  }

  private static WireAnswer problem(int status, String message) {
    return WireAnswer.json(status, Json.object().put("message", message));
  }
}
