package dev.smsroutes.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.broker.RequestQueue.Failed;
import dev.smsroutes.broker.RequestQueue.Letter;
import dev.smsroutes.broker.RequestQueue.Letters;
import dev.smsroutes.ledger.Entry;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.jms.JMSException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apache.hc.core5.http.HttpStatus;

/**
 * What is on the queues of dead letters and of refused messages: the first of each, without bodies.
 * To send one again, an operator replays its message. Thread-safe.
 */
final class LettersView {
  static final int MAX_LETTERS = 50;
  private static final int MAX_LIST_BYTES = 150_000;

  private final PageSources sources;

  LettersView(PageSources sources) {
    this.sources = sources;
  }

  void on(Router router, Answers answers) {
    answers.get(router, "/page/api/letters", this::list);
  }

  private JsonNode list(RoutingContext request) throws Refusal, JMSException {
    Failed which =
        Arrays.stream(Failed.values())
            .filter(
                each ->
                    each.name()
                        .toLowerCase(Locale.ROOT)
                        .equals(request.request().getParam("queue")))
            .findFirst()
            .orElseThrow(
                () ->
                    new Refusal(
                        HttpStatus.SC_BAD_REQUEST, "queue: expected one of dead and invalid"));
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("enabled", sources.replays().isPresent());
    if (sources.replays().isEmpty()) {
      return json;
    }
    Letters letters;
    try (RequestQueue queue = sources.replays().get().queue().open()) {
      letters = queue.letters(which, MAX_LETTERS);
    }
    json.put("queue", letters.queue());
    json.put("messages", letters.messages());
    Answers.fill(
        json.putArray("letters"),
        letters.first().stream().map(this::shown).toList(),
        MAX_LIST_BYTES);
    return json;
  }

  private ObjectNode shown(Letter letter) {
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("messageKey", letter.messageKey().orElse(null));
    json.put("state", letter.state().orElse(null));
    json.put("code", letter.code().orElse(null));
    json.put("reason", letter.reason().map(MessagesView::cut).orElse(null));
    json.put("expired", letter.expired());
    json.put("sentAt", letter.sent().map(Instant::toString).orElse(null));
    Optional<Entry> entry = letter.messageKey().flatMap(sources.records()::find);
    json.put("now", entry.map(found -> found.state().name()).orElse(null));
    json.put("changedAt", entry.map(found -> found.changedAt().toString()).orElse(null));
    return json;
  }
}
