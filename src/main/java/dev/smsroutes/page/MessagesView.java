package dev.smsroutes.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.smsroutes.batch.run.FileControls.OrderResult;
import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords.Position;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.model.Masked;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.page.PageSources.Replays;
import dev.smsroutes.records.Edits;
import dev.smsroutes.records.EntryJson;
import dev.smsroutes.records.Replay;
import dev.smsroutes.records.Replay.Decision;
import dev.smsroutes.records.Replay.Go;
import dev.smsroutes.records.Replay.Order;
import dev.smsroutes.records.Replay.Skip;
import dev.smsroutes.records.StoredRequest;
import dev.smsroutes.records.Timeline;
import dev.smsroutes.records.Timeline.Moment;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.jms.JMSException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Messages: lists of those that wait or need a person, one message's life, and its replay. Numbers
 * are masked, and no attribute or text is shown. Thread-safe.
 */
final class MessagesView {
  static final int PAGE = 50;
  private static final int MAX_MOMENTS = 200;
  private static final int MAX_WORDS = 300;
  private static final int MAX_EDITS = 50;
  private static final int MAX_LIST_BYTES = 150_000;
  private static final int MAX_LIFE_BYTES = 100_000;
  private static final int MAX_ATTRIBUTE_BYTES = 20_000;

  private static final Set<EntryState> LISTED =
      EnumSet.of(
          EntryState.PARKED,
          EntryState.UNCERTAIN,
          EntryState.WAITING,
          EntryState.REFUSED,
          EntryState.DUPLICATE);

  private final PageSources sources;

  MessagesView(PageSources sources) {
    this.sources = sources;
  }

  void on(Router router, Answers answers) {
    answers.get(router, "/page/api/messages", this::list);
    answers.get(router, "/page/api/message", this::one);
    answers.act(router, "/page/api/messages/replay", this::replay);
  }

  private JsonNode list(RoutingContext request) throws Refusal {
    EntryState state =
        LISTED.stream()
            .filter(each -> each.name().equals(request.request().getParam("state")))
            .findFirst()
            .orElseThrow(
                () -> new Refusal(HttpStatus.SC_BAD_REQUEST, "state: expected one of " + LISTED));
    List<Entry> found = sources.records().page(Query.of(state), after(request), PAGE + 1);
    ObjectNode json = Answers.JSON.createObjectNode();
    ArrayNode entries = json.putArray("messages");
    Answers.fill(
        entries, found.stream().limit(PAGE).map(MessagesView::shown).toList(), MAX_LIST_BYTES);
    if (found.size() > entries.size()) {
      Position last = Position.of(found.get(entries.size() - 1));
      json.putObject("next")
          .put("at", last.admittedAt().toEpochMilli())
          .put("key", last.messageKey());
    }
    return json;
  }

  private static Optional<Position> after(RoutingContext request) throws Refusal {
    String at = request.request().getParam("at");
    String key = request.request().getParam("key");
    if (at == null || key == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Position(Instant.ofEpochMilli(Long.parseLong(at)), key));
    } catch (NumberFormatException e) {
      throw new Refusal(
          HttpStatus.SC_BAD_REQUEST, "at: expected milliseconds since 1970; got something else");
    }
  }

  private static ObjectNode shown(Entry entry) {
    ObjectNode json = EntryJson.of(entry);
    json.put("message", cut(entry.message()));
    return json;
  }

  /** The first words, and no number. */
  static String cut(String words) {
    return Masked.text(Answers.cut(words, MAX_WORDS));
  }

  private JsonNode one(RoutingContext request) throws Refusal {
    Entry.History history =
        sources
            .records()
            .history(key(request.request().getParam("key")))
            .orElseThrow(MessagesView::unknown);
    Entry entry = history.entry();
    ObjectNode json = EntryJson.of(entry);
    json.put("message", cut(entry.message()));
    json.put("version", Long.toString(entry.version()));
    json.put(
        "maybeReplayed", sources.replays().isPresent() && Replay.SAME_KEY.contains(entry.state()));
    StoredRequest.of(entry)
        .map(StoredRequest::masked)
        .ifPresent(stored -> recipient(json.putObject("request"), stored.recipient()));
    life(json, Timeline.of(history));
    return json;
  }

  /** The number's ends, and the names of the attributes. */
  private static void recipient(ObjectNode json, Recipient recipient) {
    json.put("to", recipient.to());
    List<TextNode> names = recipient.attributes().keySet().stream().map(TextNode::new).toList();
    int left = Answers.fill(json.putArray("attributes"), names, MAX_ATTRIBUTE_BYTES);
    json.put("moreAttributes", left);
  }

  /** The last moments, the oldest of them first. */
  private static void life(ObjectNode json, List<Moment> moments) {
    List<ObjectNode> last = new ArrayList<>();
    for (int i = moments.size() - 1; i >= Math.max(0, moments.size() - MAX_MOMENTS); i--) {
      ObjectNode moment = Answers.JSON.createObjectNode();
      moment.put("at", moments.get(i).at().toString()).put("what", cut(moments.get(i).what()));
      last.add(moment);
    }
    ArrayNode newestFirst = Answers.JSON.createArrayNode();
    Answers.fill(newestFirst, last, MAX_LIFE_BYTES);
    ArrayNode life = json.putArray("life");
    for (int i = newestFirst.size() - 1; i >= 0; i--) {
      life.add(newestFirst.get(i));
    }
    json.put("earlier", moments.size() - life.size());
  }

  private static String key(String key) throws Refusal {
    if (key == null || key.isEmpty()) {
      throw new Refusal(HttpStatus.SC_BAD_REQUEST, "key: expected a message key; got none");
    }
    return key;
  }

  private static Refusal unknown() {
    return new Refusal(HttpStatus.SC_NOT_FOUND, "The ledger has no message of this key");
  }

  /**
   * The dry run tells the version of the entry, and the replay has to name it: so nobody sends what
   * has changed since it was looked at, and nobody sends without a look.
   */
  private JsonNode replay(RoutingContext request) throws Refusal, JMSException {
    Replays replays =
        sources
            .replays()
            .orElseThrow(
                () ->
                    new Refusal(
                        HttpStatus.SC_CONFLICT,
                        "sms.jms.enabled: expected true; a replay goes through the queue of the"
                            + " JMS intake"));
    JsonNode body = Answers.body(request);
    String key = Answers.text(body, "key");
    Edits edits = edits(body.path("edits"));
    Entry entry = sources.records().find(key).orElseThrow(MessagesView::unknown);
    boolean dryRun = body.path("dryRun").asBoolean(true);
    if (!dryRun && !body.path("version").asText().equals(Long.toString(entry.version()))) {
      throw new Refusal(
          HttpStatus.SC_CONFLICT, "The message has changed since the dry run; check it again");
    }
    Optional<String> who = Answers.caller(request);
    try (RequestQueue queue = replays.queue().open()) {
      Replay replay =
          new Replay(
              sources.records(),
              queue,
              replays.check(),
              new Order(edits, Optional.empty(), who.orElse("page"), replays.maxBytes()),
              sources.clock());
      Decision decision = replay.decide(entry);
      if (decision instanceof Go go && !dryRun) {
        decision = replay.carryOut(go).map(Decision.class::cast).orElse(go);
      }
      if (!dryRun) {
        Answers.audit(
            request,
            edits.isEmpty() ? "replay" : "replay-edited",
            key,
            decision instanceof Skip skip ? skip.why() : OrderResult.DONE);
      }
      return json(entry, decision);
    }
  }

  private static Edits edits(JsonNode given) throws Refusal {
    List<String> edits = new ArrayList<>();
    for (JsonNode edit : given) {
      edits.add(edit.asText());
    }
    if (edits.size() > MAX_EDITS) {
      throw new Refusal(
          HttpStatus.SC_BAD_REQUEST, "edits: expected at most " + MAX_EDITS + "; got more");
    }
    try {
      return Edits.of(edits);
    } catch (IllegalArgumentException e) {
      throw new Refusal(HttpStatus.SC_BAD_REQUEST, "edits: " + e.getMessage());
    }
  }

  private static ObjectNode json(Entry entry, Decision decision) {
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("version", Long.toString(entry.version()));
    json.put("goes", decision instanceof Go);
    if (decision instanceof Skip skip) {
      json.put("why", cut(skip.words()));
    }
    return json;
  }
}
