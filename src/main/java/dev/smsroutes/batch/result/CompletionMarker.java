package dev.smsroutes.batch.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.result.BatchFolders.Names;
import dev.smsroutes.ledger.Runs;
import dev.smsroutes.ledger.Runs.Run;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a file ends, written down before it does: all its results are on disk, under temporary names.
 *
 * <p>From then on they are only put in place, the run is ended, and the source is moved, in this
 * order. Each of these steps may be done twice, so a process that is killed between two of them
 * takes them up again, and reports nothing a second time. The note lies next to the results as long
 * as the source has not moved.
 *
 * @param file the name of the source as it was dropped
 * @param as the name under which it is found afterwards
 * @param failed whether the source goes to the failed folder, not to the done folder
 * @param size of the source in bytes
 * @param modified when the source was changed last; with the size, it tells it from another file
 *     that got its name in the meantime
 * @param format of the results
 * @param run of the ledger; empty when no row could be read
 * @param copied whether the source could be copied to where it belongs, and not be taken away: an
 *     inbox that this process may not write
 */
public record CompletionMarker(
    String file,
    String as,
    boolean failed,
    long size,
    String modified,
    ResultsFormat format,
    Optional<String> run,
    boolean copied) {
  /** Ends the names of these notes; they also begin with a dot. */
  private static final String SUFFIX = ".sms-end";

  public static CompletionMarker of(
      String file, Names names, boolean failed, BasicFileAttributes source, Optional<Run> run) {
    return new CompletionMarker(
        file,
        names.source(),
        failed,
        source.size(),
        source.lastModifiedTime().toString(),
        names.format(),
        run.map(Run::id),
        false);
  }

  /** The end of a source of this name, if it was written down and the source had not moved then. */
  public static Optional<CompletionMarker> find(BatchFolders folders, String file)
      throws IOException {
    Path note = note(folders, file);
    if (!SourceFile.isThere(note)) {
      return Optional.empty();
    }
    // Names that are too long for us may be the same after they were shortened.
    return Optional.of(read(note)).filter(ending -> ending.file.equals(file));
  }

  static List<CompletionMarker> all(BatchFolders folders) throws IOException {
    List<CompletionMarker> all = new ArrayList<>();
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(folders.results(), ".*" + SUFFIX)) {
      for (Path note : notes) {
        all.add(read(note));
      }
    }
    return all;
  }

  private static CompletionMarker read(Path note) throws IOException {
    JsonNode text = JsonOriginal.MAPPER.readTree(Files.readAllBytes(note));
    return new CompletionMarker(
        text.path("file").asText(),
        text.path("as").asText(),
        text.path("failed").asBoolean(),
        text.path("size").asLong(),
        text.path("modified").asText(),
        ResultsFormat.of(text.path("results").asText()).orElse(ResultsFormat.NDJSON),
        Optional.ofNullable(text.path("run").textValue()),
        text.path("copied").asBoolean());
  }

  /**
   * Writes it down; it counts from then on.
   *
   * @param results opens a file in the results folder
   */
  public void write(ResultsWriter.Opener results) throws IOException {
    ObjectNode text = JsonOriginal.MAPPER.createObjectNode();
    text.put("file", file);
    text.put("as", as);
    text.put("failed", failed);
    text.put("size", size);
    text.put("modified", modified);
    text.put("results", format.extension());
    run.ifPresent(id -> text.put("run", id));
    if (copied) {
      text.put("copied", true);
    }
    try (DurableFile out = results.open(noteName(file))) {
      out.out().write(JsonOriginal.MAPPER.writeValueAsBytes(text));
      out.commit();
    }
  }

  /** Puts the results in place: the main ones last, since they say that all is there. */
  public void publish(BatchFolders folders) throws IOException {
    Names names = names();
    if (failed) {
      DurableFile.publish(folders.failed(), names.reason());
    }
    DurableFile.publish(folders.results(), names.rejects(), names.summary(), names.results());
  }

  /** The names of what becomes of the source. */
  public Names names() {
    return Names.of(as, format);
  }

  /** Says that the results are in place. */
  public void finish(Runs runs) {
    run.ifPresent(id -> runs.finish(new Run(id, true, false)));
  }

  /** The same, of a source that is at its target and could not be taken away. */
  public CompletionMarker asCopied() {
    return new CompletionMarker(file, as, failed, size, modified, format, run, true);
  }

  /** Whether this is the source that is still to be moved, or at least to be taken away. */
  public boolean isOf(Path source, BatchFolders folders) throws IOException {
    // Where it has moved, it was dropped once more.
    boolean moved = !copied && SourceFile.isThere(target(folders));
    return !moved && isLike(source);
  }

  /** Whether it has the size and the time of the source. */
  public boolean isLike(Path source) throws IOException {
    BasicFileAttributes found = Files.readAttributes(source, BasicFileAttributes.class);
    return found.size() == size && found.lastModifiedTime().toString().equals(modified);
  }

  /** Where the source is moved to. */
  public Path target(BatchFolders folders) {
    return (failed ? folders.failed() : folders.done()).resolve(as);
  }

  /** Nothing is left to do. */
  public void forget(BatchFolders folders) throws IOException {
    Files.deleteIfExists(note(folders, file));
  }

  private static Path note(BatchFolders folders, String file) {
    return folders.results().resolve(noteName(file));
  }

  private static String noteName(String file) {
    return "." + BatchFolders.shortened(file) + SUFFIX;
  }
}
