package dev.smsroutes.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The operators' page: static files at {@code /}, JSON below {@code /page/api}, events at {@code
 * /page/api/events}. Thread-safe; close it before the server, so that its streams end.
 *
 * <p>The door of management lets in those with the roles observe and operate; only the latter may
 * act. An action also needs the token of this start, which only a page of the same origin can read.
 */
public final class Page implements AutoCloseable {
  private static final long LOOK_MS = 5_000;

  private final PageSources sources;
  private final SameOrigin sameOrigin = new SameOrigin();
  private final Answers answers;
  private final LastHour lastHour;
  private final OverviewView overview;
  private final FilesView files;
  private final UploadsView uploads;
  private final Events events;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "sms-page-last-hour");
            thread.setDaemon(true);
            return thread;
          });

  public Page(PageSources sources) {
    this.sources = sources;
    answers = new Answers(sameOrigin, sources.operates());
    lastHour = new LastHour(sources.registry(), sources.clock());
    overview = new OverviewView(sources, lastHour);
    files = new FilesView(sources.files(), sources.clock());
    uploads =
        new UploadsView(
            sources.files(), sources.clock(), Path.of(System.getProperty("java.io.tmpdir")));
    Map<String, Callable<ObjectNode>> views = new LinkedHashMap<>();
    views.put("overview", overview::json);
    views.put("files", files::json);
    events = new Events(views, answers, Duration.ofSeconds(2));
    looking.scheduleWithFixedDelay(lastHour::look, 0, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  /**
   * Adds its paths.
   *
   * @param router only those pass whom the door of management lets in
   */
  public void on(Router router) {
    router.get("/page/*").handler(Page::secure);
    router.post("/page/*").handler(Page::secure);
    StaticFiles.on(router);
    answers.get(router, "/page/api/session", this::session);
    answers.get(router, "/page/api/overview", request -> overview.json());
    router.get("/page/api/events").handler(events::listen);
    files.on(router, answers);
    uploads.on(router, answers);
    new MessagesView(sources).on(router, answers);
    new LettersView(sources).on(router, answers);
    new DefinitionsView(sources.definitions()).on(router, answers);
  }

  private static void secure(RoutingContext request) {
    StaticFiles.secured(request.response());
    request.next();
  }

  private JsonNode session(RoutingContext request) {
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("caller", Answers.caller(request).orElse(null));
    json.put("operates", answers.operates(request));
    json.put("sandbox", sources.sandbox());
    json.put("token", sameOrigin.token());
    return json;
  }

  @Override
  public void close() {
    looking.shutdownNow();
    events.close();
    uploads.close();
  }
}
