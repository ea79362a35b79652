package dev.smsroutes.batch.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.batch.format.BatchFormat;
import dev.smsroutes.batch.format.BatchLimits;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.format.JsonRequests;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.BatchSummary;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.batch.result.ResultsFormat;
import dev.smsroutes.batch.result.ResultsWriter;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.TestLimits;
import dev.smsroutes.testing.TestRequests;
import dev.smsroutes.testing.TestRuns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Runs single files without Camel, on folders below one home. */
public final class BatchFile {
  final Path home;
  public final BatchFolders folders;
  public BatchLimits limits = TestLimits.DEFAULTS;
  Clock clock = Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC);
  ResultsWriter.Opener opener;
  Runs runs = new TestRuns();
  JsonRequests requests = new TestRequests();
  volatile boolean stopping;
  boolean holds;
  final List<Instant> held = new CopyOnWriteArrayList<>();
  final List<BatchSummary> progress = new CopyOnWriteArrayList<>();
  public ResultsFormat format = ResultsFormat.NDJSON;
  BatchWatch watch = batch -> progress.add(batch.summary());

  public BatchFile(Path home) throws IOException {
    this.home = home;
    this.folders =
        new BatchFolders(
            home.resolve("inbox"),
            home.resolve("results"),
            home.resolve("done"),
            home.resolve("failed"));
    this.folders.prepare();
    this.opener = name -> new DurableFile(folders.results(), name);
  }

  /** What one file became: the requests handed over, the lines, and the rejects if any. */
  public record Result(
      List<SendRequest> requests, List<JsonNode> lines, String rejects, Path target) {
    JsonNode line(int row) {
      return lines.get(row - 1);
    }
  }

  Path write(String name, byte[] content) throws IOException {
    return Files.write(folders.inbox().resolve(name), content);
  }

  Batch open(Path file) throws IOException {
    return Batch.open(
        file,
        new Batch.Setting(
            folders,
            limits,
            requests,
            clock,
            () -> "r",
            runs,
            () -> stopping,
            format,
            watch,
            holds ? Optional.of((batch, until) -> held.add(until)) : Optional.empty()),
        opener);
  }

  /** Its rows one by one; null where one was promised, and there is none by then. */
  static Iterable<Row> rows(Batch batch) {
    return () -> {
      Iterator<RowGroup> groups = batch.groups(1);
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return groups.hasNext();
        }

        @Override
        public Row next() {
          RowGroup group = groups.next();
          return group.isNothing() ? null : group.rows().get(0);
        }
      };
    };
  }

  public Result run(String name, String content, Function<SendRequest, Outcome> pipeline)
      throws IOException {
    return run(name, content.getBytes(StandardCharsets.UTF_8), pipeline);
  }

  public Result run(String name, byte[] content, Function<SendRequest, Outcome> pipeline)
      throws IOException {
    Path file = write(name, content);
    List<SendRequest> requests = new ArrayList<>();
    Path target;
    try (Batch batch = open(file)) {
      for (Row row : rows(batch)) {
        requests.add(row.request());
        row.settle(pipeline.apply(row.request()));
      }
      target = batch.finish();
      Files.move(file, target);
      batch.moved();
    }
    String base = target.getFileName().toString();
    Path results = folders.results().resolve(base + ".results.ndjson");
    List<JsonNode> lines = new ArrayList<>();
    if (Files.exists(results)) {
      for (String line : Files.readAllLines(results)) {
        lines.add(JsonOriginal.MAPPER.readTree(line));
      }
    }
    Path rejects = folders.results().resolve(base + ".rejects" + BatchFormat.dottedUnpacked(base));
    return new Result(
        requests, lines, Files.exists(rejects) ? Files.readString(rejects) : null, target);
  }

  /** Key and outcome of each line of the results, in one word. */
  List<String> outcomes(String name) throws IOException {
    List<String> outcomes = new ArrayList<>();
    for (String line : Files.readAllLines(folders.results().resolve(name + ".results.ndjson"))) {
      JsonNode result = JsonOriginal.MAPPER.readTree(line);
      outcomes.add(result.path("messageKey").asText() + result.path("outcome").asText());
    }
    return outcomes;
  }

  public static Outcome accept(SendRequest request) {
    return accept(request.messageKey());
  }

  public static Outcome accept(String messageKey) {
    return new Accepted("r", Optional.of(messageKey), false);
  }

  /**
   * It is not its time of day.
   *
   * @param opens when it will be
   */
  static Outcome notItsTime(String messageKey, Duration opens) {
    return new Unsettled(
        "r",
        Optional.of(messageKey),
        Reason.OUTSIDE_WINDOW,
        false,
        50300,
        "night",
        Optional.of(opens));
  }

  public static Outcome refuse(SendRequest request) {
    return new Refused(
        "r",
        Optional.of(request.messageKey()),
        ErrorCode.INVALID_TO.number(),
        "no, \"no\"",
        List.of());
  }
}
