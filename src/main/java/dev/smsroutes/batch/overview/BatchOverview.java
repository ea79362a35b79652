package dev.smsroutes.batch.overview;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.BatchFolders.Names;
import dev.smsroutes.batch.result.BatchReport;
import dev.smsroutes.batch.result.FileControl;
import dev.smsroutes.batch.result.ResultsFormat;
import dev.smsroutes.batch.run.BatchProgress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which files are sent at the moment and which have ended, as the folders tell: next to the process
 * that sends them, or without one. Immutable; changes nothing.
 *
 * @param running the oldest first
 * @param paused in the inbox, and no row of them is under way; by name
 * @param untaken what lies in the inbox and is not taken, by name
 * @param waiting how many files in the inbox are none of these: they wait for their turn
 * @param past the newest first
 * @param strange names of files that look like ours and hold something else
 */
public record BatchOverview(
    List<Running> running,
    List<Paused> paused,
    List<Untaken> untaken,
    long waiting,
    List<Past> past,
    List<String> strange) {
  /** After what time without news a batch is taken to be running no more. */
  public static final Duration STALE_AFTER = Duration.ofSeconds(10);

  /** More of what lies in the inbox is not looked at. */
  private static final int MAX_IN_INBOX = 10_000;

  private static final String REASON = ".reason.json";

  /**
   * A file that is sent.
   *
   * @param stale whether that is so long ago that no process sends it any more, or that it cannot
   *     write
   */
  public record Running(BatchProgress progress, boolean stale) {
    public ObjectNode json() {
      return progress.json().put("stale", stale);
    }
  }

  /**
   * A file that waits to be resumed.
   *
   * @param file its name in the inbox
   */
  public record Paused(String file) {
    public ObjectNode json() {
      ObjectNode json = JsonOriginal.MAPPER.createObjectNode();
      json.put("file", file);
      json.put("state", BatchProgress.Phase.PAUSED.word());
      return json;
    }
  }

  /**
   * A file that has ended.
   *
   * @param file the name as it was dropped
   * @param as the name under which it is found
   * @param failed why it is in the failed folder, in a few words; empty when it is done
   * @param finished when it ended
   * @param report what became of its rows; empty when none of them could be read
   */
  public record Past(
      String file,
      String as,
      Optional<String> failed,
      Instant finished,
      Optional<BatchReport> report) {
    /** How it ended, in one word. */
    public String state() {
      return BatchReport.state(failed, report.map(BatchReport::cancelled).orElse(false));
    }

    public ObjectNode json() {
      if (report.isPresent()) {
        return report.get().json();
      }
      ObjectNode json = JsonOriginal.MAPPER.createObjectNode();
      json.put("file", file);
      json.put("as", as);
      json.put("state", state());
      failed.ifPresent(why -> json.put("reason", why));
      json.put("finished", finished.toString());
      return json;
    }

    static Past of(BatchReport report) {
      return new Past(
          report.file(), report.as(), report.failed(), report.finished(), Optional.of(report));
    }

    /** From a reason file, of which {@code as} is not told. */
    static Past unreadable(String as, byte[] text) throws IOException {
      try {
        JsonNode json = JsonOriginal.MAPPER.readTree(text);
        return new Past(
            json.required("file").asText(),
            as,
            Optional.of(json.required("reason").asText()),
            Instant.parse(json.required("at").asText()),
            Optional.empty());
      } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
        throw new IOException("Expected the reason of a file; got something else", e);
      }
    }
  }

  public BatchOverview {
    running = List.copyOf(running);
    paused = List.copyOf(paused);
    untaken = List.copyOf(untaken);
    past = List.copyOf(past);
    strange = List.copyOf(strange);
  }

  /**
   * Looks into the folders. Ones that are not there are empty.
   *
   * @param limit how many past batches are told at most
   * @throws IOException when a folder cannot be read
   */
  public static BatchOverview of(BatchFolders folders, int limit, Instant now) throws IOException {
    return new FolderScan(folders).look(limit, now);
  }

  /**
   * How far one file is that is being sent at the moment; empty if none is that was dropped so.
   *
   * @param file its name in the inbox
   * @throws IOException when a folder cannot be read
   */
  public static Optional<BatchProgress> progress(BatchFolders folders, String file)
      throws IOException {
    FolderScan look = new FolderScan(folders);
    for (Found found : FolderScan.find(folders.results(), Names.PROGRESS)) {
      Optional<BatchProgress> progress = look.read(found.path(), BatchProgress::read);
      if (progress.filter(told -> told.file().equals(file)).isPresent()) {
        return progress;
      }
    }
    return Optional.empty();
  }

  /**
   * How the last file of this name ended; empty if none has.
   *
   * @param file its name as it was dropped
   * @throws IOException when a folder cannot be read
   */
  public static Optional<Past> latest(BatchFolders folders, String file) throws IOException {
    return new FolderScan(folders).latest(file);
  }

  /** A file that was found; its time tells which ones are worth reading. */
  private record Found(Path path, FileTime changed) {}

  private static final class FolderScan {
    private final BatchFolders folders;
    private final List<String> strange = new ArrayList<>();

    FolderScan(BatchFolders folders) {
      this.folders = folders;
    }

    BatchOverview look(int limit, Instant now) throws IOException {
      // In this order: what ends in between is seen as past.
      List<Running> running = new ArrayList<>();
      for (Found found : find(folders.results(), Names.PROGRESS)) {
        Optional<BatchProgress> progress = read(found.path(), BatchProgress::read);
        progress.ifPresent(
            told -> running.add(new Running(told, told.at().plus(STALE_AFTER).isBefore(now))));
      }
      running.sort(Comparator.comparing(batch -> batch.progress().started()));
      List<Past> past = past(limit);
      Set<String> ended = new HashSet<>();
      past.forEach(batch -> ended.add(batch.as()));
      running.removeIf(batch -> ended.contains(batch.progress().as()));
      List<Paused> paused = paused(running);
      Set<String> shown = new HashSet<>();
      running.forEach(batch -> shown.add(batch.progress().file()));
      paused.forEach(batch -> shown.add(batch.file()));
      Untaken.InboxContent inbox = Untaken.in(folders.inbox(), MAX_IN_INBOX);
      List<Untaken> untaken = new ArrayList<>(inbox.untaken());
      untaken.sort(Comparator.comparing(Untaken::name));
      long waiting = inbox.waiting().stream().filter(name -> !shown.contains(name)).count();
      return new BatchOverview(running, paused, untaken, waiting, past, strange);
    }

    private List<Paused> paused(List<Running> running) throws IOException {
      Set<String> shown = new HashSet<>();
      running.stream()
          .filter(batch -> !batch.stale())
          .forEach(batch -> shown.add(batch.progress().file()));
      try {
        return FileControl.paused(folders.inbox()).stream()
            .filter(name -> !shown.contains(name))
            .map(Paused::new)
            .toList();
      } catch (NoSuchFileException e) {
        return List.of();
      }
    }

    private List<Past> past(int limit) throws IOException {
      if (limit == 0) {
        // After years there are thousands of files.
        return List.of();
      }
      List<Found> files = new ArrayList<>(find(folders.results(), Names.SUMMARY));
      for (Found found : find(folders.failed(), REASON)) {
        if (Files.notExists(folders.results().resolve(as(found.path()) + Names.SUMMARY))) {
          files.add(found);
        }
      }
      files.sort(Comparator.comparing(Found::changed).reversed());
      List<Past> past = new ArrayList<>();
      for (Found found : files) {
        if (past.size() == limit) {
          break;
        }
        Path path = found.path();
        read(
                path,
                text ->
                    path.getFileName().toString().endsWith(REASON)
                        ? Past.unreadable(as(path), text)
                        : Past.of(BatchReport.read(text)))
            .ifPresent(past::add);
      }
      past.sort(Comparator.comparing(Past::finished).reversed());
      return past;
    }

    Optional<Past> latest(String file) throws IOException {
      Optional<Past> latest = Optional.empty();
      for (int i : folders.numbers(file)) {
        // The format is all the same for a summary.
        Names names = Names.of(file, i, ResultsFormat.NDJSON);
        Optional<Past> past =
            read(
                    folders.results().resolve(names.summary()),
                    text -> Past.of(BatchReport.read(text)))
                .or(
                    () ->
                        read(
                            folders.failed().resolve(names.reason()),
                            text -> Past.unreadable(names.source(), text)))
                .filter(found -> found.file().equals(file));
        if (past.isPresent()
            && latest.filter(one -> one.finished().isAfter(past.get().finished())).isEmpty()) {
          latest = past;
        }
      }
      return latest;
    }

    private static String as(Path reason) {
      String name = reason.getFileName().toString();
      return name.substring(0, name.length() - REASON.length());
    }

    private interface FileParser<T> {
      T of(byte[] text) throws IOException;
    }

    private <T> Optional<T> read(Path file, FileParser<T> reading) {
      try {
        return Optional.of(reading.of(Files.readAllBytes(file)));
      } catch (NoSuchFileException e) {
        // Gone in the meantime.
        return Optional.empty();
      } catch (IOException e) {
        strange.add(file.getFileName().toString());
        return Optional.empty();
      }
    }

    private static List<Found> find(Path folder, String suffix) throws IOException {
      List<Found> found = new ArrayList<>();
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "[!.]*" + suffix)) {
        for (Path file : files) {
          try {
            found.add(new Found(file, Files.getLastModifiedTime(file)));
          } catch (NoSuchFileException e) {
            // Gone in the meantime.
          }
        }
      } catch (NoSuchFileException e) {
        return List.of();
      }
      return found;
    }
  }
}
