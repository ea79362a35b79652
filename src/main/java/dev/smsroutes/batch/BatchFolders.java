package dev.smsroutes.batch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Where batch files come in and where everything of them goes. Immutable; the paths are absolute.
 *
 * @param inbox what is dropped here is sent
 * @param results result files and rejects
 * @param done sources whose results are on disk
 * @param failed sources that could not be read, each with a reason file
 */
public record BatchFolders(Path inbox, Path results, Path done, Path failed) {
  /** The longest name in bytes that leaves room for what is added to it; the usual limit is 255. */
  static final int LONGEST_NAME = 200;

  public BatchFolders {
    inbox = inbox.toAbsolutePath().normalize();
    results = results.toAbsolutePath().normalize();
    done = done.toAbsolutePath().normalize();
    failed = failed.toAbsolutePath().normalize();
    if (Set.copyOf(List.of(inbox, results, done, failed)).size() < 4) {
      throw new IllegalArgumentException(
          "Expected four different folders for inbox, results, done and failed files (sms.file.*);"
              + " two of them are the same, and results would be sent as requests");
    }
  }

  /**
   * Makes the folders, puts results in place that were complete when a crash came, and removes what
   * it left half-written. Those are written again from the source, which is still in the inbox.
   *
   * @return how many half-written files were removed
   */
  public int prepare() throws IOException {
    int swept = 0;
    for (Path folder : List.of(inbox, results, done, failed)) {
      Files.createDirectories(folder);
    }
    for (Ending ending : Ending.all(this)) {
      ending.publish(this);
      if (free(inbox, ending.file())) {
        ending.forget(this);
      }
    }
    for (Path folder : List.of(results, failed)) {
      try (DirectoryStream<Path> orphans =
          Files.newDirectoryStream(folder, ".*" + DurableFile.UNFINISHED)) {
        for (Path orphan : orphans) {
          swept += Files.deleteIfExists(orphan) ? 1 : 0;
        }
      }
    }
    for (Path stale : find("*" + Names.PROGRESS)) {
      Files.deleteIfExists(stale);
    }
    return swept;
  }

  /**
   * Files in the results folder.
   *
   * @param pattern of their names, as a glob
   */
  List<Path> find(String pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(results, pattern)) {
      files.forEach(found::add);
    }
    return found;
  }

  /**
   * The names of all that becomes of one source.
   *
   * @param format of the results
   * @param summary says afterwards what became of it
   * @param progress says in the meantime how far it is
   */
  record Names(
      String source,
      ResultsFormat format,
      String results,
      String rejects,
      String reason,
      String summary,
      String progress) {
    static final String SUMMARY = ".summary.json";
    static final String PROGRESS = ".progress.json";

    /** The names of what becomes of a source that is called so in the end. */
    static Names of(String source, ResultsFormat format) {
      int dot = source.lastIndexOf('.');
      String dotted = dot < 0 ? "" : source.substring(dot);
      return new Names(
          source,
          format,
          source + ".results." + format.extension(),
          source + ".rejects" + dotted,
          source + ".reason.json",
          source + SUMMARY,
          source + PROGRESS);
    }
  }

  /**
   * Names under which nothing is there yet: those of the source, or with {@code ~2}, {@code ~3} …
   * before its extension when a file of that name was here before.
   */
  Names names(String source, ResultsFormat format) {
    String shortened = shortened(source);
    int dot = shortened.lastIndexOf('.');
    String stem = dot < 0 ? shortened : shortened.substring(0, dot);
    String dotted = dot < 0 ? "" : shortened.substring(dot);
    for (int i = 1; ; i++) {
      Names names = Names.of(i == 1 ? shortened : stem + "~" + i + dotted, format);
      if (free(results, names.rejects())
          && free(results, names.summary())
          && noResults(names.source())
          && free(done, names.source())
          && free(failed, names.source())
          && free(failed, names.reason())
          && !DurableFile.isUnderWay(failed, names.reason())) {
        return names;
      }
    }
  }

  /** Neither in this format nor in the one that the settings had before. */
  private boolean noResults(String source) {
    return Arrays.stream(ResultsFormat.values())
        .map(format -> Names.of(source, format).results())
        .allMatch(name -> free(results, name) && !DurableFile.isUnderWay(results, name));
  }

  static boolean tooLong(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME;
  }

  static String shortened(String name) {
    String kept = name;
    while (tooLong(kept)) {
      kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1));
    }
    return kept;
  }

  private static boolean free(Path folder, String name) {
    return !Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }
}
