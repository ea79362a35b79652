package dev.smsroutes.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.check.BatchPlan;
import dev.smsroutes.batch.check.PlanReport;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.run.FileControls.OrderResult;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.page.PageSources.BatchFiles;
import io.vertx.core.Future;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.hc.core5.http.HttpStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are dropped on the page: each is checked first, and sent by a second order. Until then
 * it is in a folder of its own, not in the inbox. It is deleted when it is sent, when its
 * connection breaks, when others have been checked after it, and when this process stops.
 * Thread-safe.
 */
final class UploadsView implements AutoCloseable {
  static final long MAX_BYTES = 100L << 20;
  private static final int MAX_KEPT = 5;
  private static final int MAX_FINDINGS = 200;
  private static final int MAX_FAULT_BYTES = 60_000;
  private static final Logger LOG = LoggerFactory.getLogger(UploadsView.class);

  /**
   * @param who dropped it, and may send it
   */
  private record Upload(Path file, Optional<String> who) {}

  private final Optional<BatchFiles> files;
  private final Clock clock;
  private final Map<String, Upload> kept = new LinkedHashMap<>();
  private final Path temporary;
  private UploadFolder folder;

  /**
   * @param temporary for temporary files
   */
  UploadsView(Optional<BatchFiles> files, Clock clock, Path temporary) {
    this.files = files;
    this.clock = clock;
    this.temporary = temporary;
    if (files.isPresent()) {
      try {
        folder = UploadFolder.in(temporary);
      } catch (IOException e) {
        LOG.warn(
            "page=no-uploads the folder for temporary files (java.io.tmpdir) cannot be used reason=\"{}\"",
            FileFailure.why(e));
      }
    }
  }

  void on(Router router, Answers answers) {
    router
        .post("/page/api/uploads")
        .handler(answers::requireOwnPage)
        .handler(answers::requireRight)
        .handler(request -> take(request, answers));
    answers.act(router, "/page/api/uploads/send", this::send);
    answers.act(router, "/page/api/uploads/forget", this::forget);
  }

  private void take(RoutingContext request, Answers answers) {
    HttpServerRequest in = request.request();
    String length = in.getHeader("Content-Length");
    if (length == null || !length.matches("\\d{1,15}") || Long.parseLong(length) > MAX_BYTES) {
      request.response().putHeader("Connection", "close");
      Answers.refuse(
          request,
          HttpStatus.SC_REQUEST_TOO_LONG,
          "Expected a file of at most "
              + (MAX_BYTES >> 20)
              + " MiB; put a larger one into the inbox yourself");
      return;
    }
    in.pause();
    answers
        .run(request.vertx(), () -> newFile(request.request().getParam("name")))
        .compose(
            file ->
                request
                    .vertx()
                    .fileSystem()
                    .open(file.toString(), new OpenOptions().setPerms("rw-------"))
                    .compose(out -> receive(request, out))
                    .compose(written -> answers.run(request.vertx(), () -> check(request, file)))
                    .onFailure(failed -> delete(file)))
        .onSuccess(json -> request.response().putHeader("Content-Type", "application/json"))
        .onComplete(
            done -> {
              if (done.succeeded()) {
                request.response().end(done.result().toString());
              } else {
                in.resume();
                Answers.fail(request, done.cause());
              }
            });
  }

  /** On the event loop of the connection: it cannot break between the look and the reading. */
  private static Future<Void> receive(RoutingContext request, AsyncFile out) {
    return request.response().closed()
        ? out.close()
            .compose(
                closed -> Future.failedFuture(new HttpClosedException("Connection was closed")))
        : request.request().pipeTo(out);
  }

  private synchronized Path newFile(String name) throws IOException, Refusal {
    FilesView.required(files);
    String wanted = FilesView.name(name == null ? "" : name);
    if (folder == null) {
      folder = UploadFolder.in(temporary);
    }
    try {
      return folder.newFolder().resolve(wanted);
    } catch (InvalidPathException e) {
      throw FilesView.wrongName();
    }
  }

  private ObjectNode check(RoutingContext request, Path file) throws IOException, Refusal {
    BatchPlan plan = FilesView.required(files).check().of(file, MAX_FINDINGS);
    String id = file.getParent().getFileName().toString();
    keep(id, new Upload(file, Answers.caller(request)));
    Answers.audit(request, "check-file", file.getFileName().toString(), OrderResult.DONE);
    ObjectNode json = Answers.JSON.createObjectNode();
    json.put("id", id);
    json.set("plan", small((ObjectNode) Answers.JSON.readTree(PlanReport.json(plan))));
    return json;
  }

  /** A file may have many faults, and long ones. */
  private static ObjectNode small(ObjectNode plan) {
    for (String name : List.of("faults", "findings")) {
      JsonNode all = plan.path(name);
      if (all.isArray()) {
        int left = Answers.fill(plan.putArray(name), all, MAX_FAULT_BYTES);
        String more = "more" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
        plan.put(more, plan.path(more).asLong() + left);
      }
    }
    return plan;
  }

  private synchronized void keep(String id, Upload upload) {
    kept.put(id, upload);
    while (kept.size() > MAX_KEPT) {
      String oldest = kept.keySet().iterator().next();
      delete(kept.remove(oldest).file());
    }
  }

  private synchronized Upload take(RoutingContext request) throws Refusal {
    String id = Answers.text(Answers.body(request), "id");
    Upload upload = kept.get(id);
    if (upload == null || !upload.who().equals(Answers.caller(request))) {
      throw new Refusal(
          HttpStatus.SC_NOT_FOUND, "The file is not kept any more; drop it again to check it");
    }
    kept.remove(id);
    return upload;
  }

  private JsonNode forget(RoutingContext request) throws Refusal {
    delete(take(request).file());
    return Answers.JSON.createObjectNode();
  }

  private JsonNode send(RoutingContext request) throws IOException, Refusal {
    BatchFolders folders = FilesView.required(files).folders();
    Upload upload = take(request);
    try {
      String name = handOver(folders, upload.file());
      Answers.audit(request, "send-file", name, OrderResult.DONE);
      return Answers.JSON.createObjectNode().put("file", name);
    } finally {
      delete(upload.file());
    }
  }

  /** As a whole, on disk, and without overwriting another file. */
  private String handOver(BatchFolders folders, Path file) throws IOException {
    String source = file.getFileName().toString();
    try (DurableFile copy = new DurableFile(folders.inbox(), "page-" + UUID.randomUUID())) {
      Files.copy(file, copy.out());
      copy.complete(clock.millis());
      for (int i = 1; ; i++) {
        String name = BatchFolders.numbered(source, i);
        if (!SourceFile.isThere(folders.inbox().resolve(name)) && copy.publishNewAs(name)) {
          return name;
        }
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
      Files.deleteIfExists(file.getParent());
    } catch (IOException e) {
      LOG.warn("page=leftover a file that was dropped on the page cannot be deleted", e);
    }
  }

  /** Deletes what was not sent. */
  @Override
  public synchronized void close() {
    kept.clear();
    if (folder != null) {
      folder.close();
      folder = null;
    }
  }
}
