package dev.smsroutes.batch.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.check.BatchCheck.Pacing;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a process that takes files from an inbox tells others on this machine: a small file next to
 * its ledger, {@code ledger.db.serving.json}, or, where that is a database, in the results folder.
 * It is renewed again and again, and nothing is forced to disk: after a crash it is worth nothing,
 * and its age says so. Immutable.
 *
 * @param folders where the process takes files and leaves what becomes of them
 * @param ledger the file of its ledger; empty where that is a database
 * @param sandbox where it plays the API itself; empty with a real one
 * @param pacing at which pace it sends at this moment
 * @param at when it was so
 */
public record InstanceFile(
    BatchFolders folders,
    Optional<Path> ledger,
    Optional<String> sandbox,
    Pacing pacing,
    Instant at) {
  /** How often it is to be renewed. */
  public static final Duration EVERY = Duration.ofSeconds(5);

  /** After what time without news nobody serves there any more. */
  public static final Duration STALE_AFTER = EVERY.multipliedBy(3);

  private static final String NAME = "serving.json";

  public InstanceFile {
    ledger = ledger.map(file -> file.toAbsolutePath().normalize());
  }

  private static Path place(Optional<Path> ledger, Path results) {
    return ledger
        .map(file -> file.resolveSibling(file.getFileName() + "." + NAME))
        .orElseGet(() -> results.resolve("." + NAME));
  }

  /**
   * Replaces the one that is there, in one step.
   *
   * @throws IOException when the disk does not do its part
   */
  public void write() throws IOException {
    ObjectNode json = JsonOriginal.MAPPER.createObjectNode();
    json.put("pid", ProcessHandle.current().pid());
    json.put("inbox", folders.inbox().toString());
    json.put("results", folders.results().toString());
    json.put("done", folders.done().toString());
    json.put("failed", folders.failed().toString());
    ledger.ifPresent(file -> json.put("ledger", file.toString()));
    sandbox.ifPresent(url -> json.put("sandbox", url));
    json.put("recipientsPerCall", pacing.recipientsPerCall());
    json.put("callsPerSecond", pacing.callsPerSecond());
    json.put("basis", pacing.basis());
    json.put("at", at.toString());
    DurableFile.replace(place(ledger, folders.results()), JsonOriginal.write(json));
  }

  /** Takes it away; to be called by the process that wrote it. */
  public void remove() throws IOException {
    Files.deleteIfExists(place(ledger, folders.results()));
  }

  /** What the same process told last; empty when nothing was heard of it lately. */
  public Optional<InstanceFile> renewed(Instant now) {
    return find(ledger, folders.results(), now);
  }

  /**
   * What the process tells that takes files and has this ledger; empty without such a process, or
   * without recent news of it.
   *
   * @param ledger the file of it; empty for a database, to which the results folder belongs
   * @param results the results folder
   */
  public static Optional<InstanceFile> find(Optional<Path> ledger, Path results, Instant now) {
    try {
      JsonNode json = JsonOriginal.MAPPER.readTree(Files.readAllBytes(place(ledger, results)));
      InstanceFile note =
          new InstanceFile(
              new BatchFolders(
                  Path.of(json.required("inbox").asText()),
                  Path.of(json.required("results").asText()),
                  Path.of(json.required("done").asText()),
                  Path.of(json.required("failed").asText())),
              Optional.ofNullable(json.path("ledger").textValue()).map(Path::of),
              Optional.ofNullable(json.path("sandbox").textValue()),
              new Pacing(
                  json.required("recipientsPerCall").asInt(),
                  json.required("callsPerSecond").asDouble(),
                  json.required("basis").asText()),
              Instant.parse(json.required("at").asText()));
      return Optional.of(note).filter(told -> told.at.plus(STALE_AFTER).isAfter(now));
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      // It does not exist, it is of another version, or the disk lost it.
      return Optional.empty();
    }
  }
}
