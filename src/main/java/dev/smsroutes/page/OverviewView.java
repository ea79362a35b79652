package dev.smsroutes.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.overview.BatchOverview;
import dev.smsroutes.broker.QueueStates;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.LedgerRecords.Query;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.throttle.Throttle.Snapshot;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/** What it is doing: one answer of some 2 KB, whatever the ledger holds. Thread-safe. */
final class OverviewView {
  /** More are not counted. */
  static final int MAX_COUNT = 10_000;

  private static final int MAX_WORDS = 1_000;

  private final PageSources sources;
  private final LastHour lastHour;

  OverviewView(PageSources sources, LastHour lastHour) {
    this.sources = sources;
    this.lastHour = lastHour;
  }

  ObjectNode json() throws IOException {
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("sandbox", sources.sandbox());
    ArrayNode down = json.putArray("down");
    sources
        .down()
        .get()
        .forEach(
            (name, message) ->
                down.addObject().put("name", name).put("message", Answers.cut(message, MAX_WORDS)));
    throttle(json.putObject("throttle"));
    lastHour.write(json.putObject("lastHour"));
    waits(json.putObject("waits"));
    return json;
  }

  private void throttle(ObjectNode json) {
    Snapshot now = sources.throttle().snapshot();
    json.put("concurrencyLimit", now.concurrencyLimit());
    json.put("inUse", now.inUse());
    json.put("interactiveWaiting", now.interactiveWaiting());
    json.put("batchWaiting", now.batchWaiting());
    if (now.rateLimit().isPresent()) {
      json.put("rateLimit", now.rateLimit().getAsDouble());
    }
    json.put("paused", now.paused());
    json.put("pausedSeconds", now.pausedFor().toSeconds());
    sources.throttle().outage().ifPresent(why -> json.put("why", why));
  }

  private void waits(ObjectNode json) throws IOException {
    ArrayNode queues = json.putArray("queues");
    Iterator<String> roles = QueueStates.ROLES.iterator();
    sources
        .queues()
        .get()
        .forEach(
            (name, messages) ->
                queues
                    .addObject()
                    .put("name", name)
                    .put("role", roles.next())
                    .put("messages", messages));
    if (sources.files().isPresent()) {
      BatchOverview files =
          BatchOverview.of(sources.files().get().folders(), 0, sources.clock().instant());
      json.putObject("files")
          .put("running", files.running().size())
          .put("paused", files.paused().size())
          .put("untaken", files.untaken().size())
          .put("waiting", files.waiting());
    }
    json.put("maxCount", MAX_COUNT);
    try {
      ObjectNode messages = json.putObject("messages");
      for (EntryState state :
          List.of(EntryState.WAITING, EntryState.UNCERTAIN, EntryState.PARKED)) {
        messages.put(state.name(), sources.records().count(Query.of(state), MAX_COUNT));
      }
    } catch (LedgerUnavailableException e) {
      // Health says why.
      json.remove("messages");
    }
  }
}
