package dev.smsroutes.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.overview.BatchOverview;
import dev.smsroutes.batch.overview.BatchOverview.Past;
import dev.smsroutes.batch.result.BatchReport.Counts;
import dev.smsroutes.batch.run.FileControls;
import dev.smsroutes.batch.run.FileControls.OrderResult;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.page.PageSources.BatchFiles;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.hc.core5.http.HttpStatus;

/** Files under way and files that have ended; pause, resume and cancel. Thread-safe. */
final class FilesView {
  private static final int MAX_PAST = 20;
  private static final int MAX_LISTED = 100;
  private static final int MAX_LIST_BYTES = 40_000;

  private final Optional<BatchFiles> files;
  private final Clock clock;

  FilesView(Optional<BatchFiles> files, Clock clock) {
    this.files = files;
    this.clock = clock;
  }

  void on(Router router, Answers answers) {
    answers.get(router, "/page/api/files", request -> json());
    answers.act(
        router, "/page/api/files/pause", request -> order(request, "pause", FileControls::pause));
    answers.act(
        router,
        "/page/api/files/resume",
        request -> order(request, "resume", FileControls::resume));
    answers.act(
        router,
        "/page/api/files/cancel",
        request -> order(request, "cancel", FileControls::cancel));
  }

  ObjectNode json() throws IOException {
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("enabled", files.isPresent());
    if (files.isEmpty()) {
      return json;
    }
    BatchOverview overview = BatchOverview.of(files.get().folders(), MAX_PAST, clock.instant());
    list(json, "running", overview.running().stream().map(each -> each.json()).toList());
    list(json, "paused", overview.paused().stream().map(each -> each.json()).toList());
    list(json, "untaken", overview.untaken().stream().map(each -> each.json()).toList());
    json.put("waiting", overview.waiting());
    list(json, "past", overview.past().stream().map(FilesView::past).toList());
    return json;
  }

  private static void list(ObjectNode json, String name, List<ObjectNode> all) {
    List<ObjectNode> first = all.subList(0, Math.min(all.size(), MAX_LISTED));
    int left = Answers.fill(json.putArray(name), first, MAX_LIST_BYTES);
    if (all.size() - first.size() + left > 0) {
      json.put(name + "More", all.size() - first.size() + left);
    }
  }

  /** Without the faults, of which a file may have many. */
  private static ObjectNode past(Past past) {
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("file", past.file());
    json.put("as", past.as());
    json.put("state", past.state());
    json.put("finished", past.finished().toString());
    past.failed().ifPresent(why -> json.put("reason", why));
    past.report()
        .ifPresent(
            report -> {
              Counts counts = report.counts();
              json.put("rows", counts.rows());
              json.put("accepted", counts.of(State.ACCEPTED, State.ACCEPTED_EARLIER));
              json.put("refused", counts.of(State.REFUSED, State.DUPLICATE));
              json.put("unsettled", counts.of(State.WAITING, State.UNCERTAIN, State.PARKED));
              json.put("parts", counts.parts());
              json.put("rowsPerSecond", report.rate());
            });
    return json;
  }

  @FunctionalInterface
  private interface Order {
    OrderResult give(FileControls orders, String file) throws IOException;
  }

  private JsonNode order(RoutingContext request, String what, Order order)
      throws IOException, Refusal {
    BatchFiles there = required(files);
    String name = name(Answers.text(Answers.body(request), "file"));
    OrderResult result;
    try {
      result = order.give(new FileControls(there.folders()), name);
    } catch (InvalidPathException e) {
      throw wrongName();
    }
    Answers.audit(request, what, name, result);
    if (result != OrderResult.DONE && result != OrderResult.DONE_BEFORE) {
      throw new Refusal(HttpStatus.SC_CONFLICT, words(result));
    }
    return Answers.JSON.createObjectNode().put("result", result.name());
  }

  private static String words(OrderResult result) {
    return switch (result) {
      case DONE, DONE_BEFORE -> "Done";
      case UNKNOWN -> "There is no file of this name in the inbox";
      case ENDED -> "The file has ended already";
      case NOT_PAUSED -> "The file is not paused";
      case CANCELLED -> "The file is cancelled, and cannot be resumed";
    };
  }

  static BatchFiles required(Optional<BatchFiles> files) throws Refusal {
    return files.orElseThrow(
        () ->
            new Refusal(
                HttpStatus.SC_CONFLICT, "sms.file.enabled: expected true; no files are taken"));
  }

  /** The name of a file in the inbox: no path, and none that the intake leaves alone. */
  static String name(String name) throws Refusal {
    if (name.isBlank()
        || name.startsWith(".")
        || name.contains("/")
        || name.contains("\\")
        || name.chars().anyMatch(Character::isISOControl)) {
      throw wrongName();
    }
    return name;
  }

  static Refusal wrongName() {
    return new Refusal(
        HttpStatus.SC_BAD_REQUEST, "Expected the name of a file, without a folder; got another");
  }
}
