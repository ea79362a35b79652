package dev.smsroutes.batch.result;

import dev.smsroutes.batch.format.BatchFormat;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.disk.PrivateFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where batch files come in and where everything of them goes. Immutable; the paths are absolute.
 *
 * @param inbox what is dropped here is sent
 * @param results result files and rejects
 * @param done sources whose results are on disk
 * @param failed sources that could not be read, each with a reason file
 */
public record BatchFolders(Path inbox, Path results, Path done, Path failed) {
  /** The folder in each of these for files that are only checked. */
  public static final String CHECK = "check";

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
    make("sms.file.inbox", inbox);
    make("sms.file.results", results);
    make("sms.file.done", done);
    make("sms.file.failed", failed);
    for (CompletionMarker completion : CompletionMarker.all(this)) {
      completion.publish(this);
      if (free(inbox, completion.file())) {
        completion.forget(this);
      }
    }
    FileControl.sweep(inbox);
    // What is half-written in the inbox came from a remote folder, where it still is.
    for (Path folder : List.of(results, failed, done, inbox)) {
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

  private static void make(String key, Path folder) throws IOException {
    try {
      PrivateFiles.createFolders(folder);
      // One that is there may be closed to this process.
      Files.newDirectoryStream(folder).close();
    } catch (IOException e) {
      throw new IOException(
          key + ": expected a folder that can be made and read; got " + FileFailure.words(e), e);
    }
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
  public record Names(
      String source,
      ResultsFormat format,
      String results,
      String rejects,
      String reason,
      String summary,
      String progress) {
    public static final String SUMMARY = ".summary.json";
    public static final String PROGRESS = ".progress.json";

    /** The names of what becomes of a source that is called so in the end. */
    public static Names of(String source, ResultsFormat format) {
      return new Names(
          source,
          format,
          source + ".results." + format.extension(),
          source + ".rejects" + BatchFormat.dottedUnpacked(source),
          source + ".reason.json",
          source + SUMMARY,
          source + PROGRESS);
    }

    /** Of the i-th source that is called so. */
    public static Names of(String source, int i, ResultsFormat format) {
      String shortened = shortened(source);
      String dotted = BatchFormat.dotted(shortened);
      String stem = shortened.substring(0, shortened.length() - dotted.length());
      return of(i == 1 ? shortened : stem + "~" + i + dotted, format);
    }
  }

  /**
   * Names under which nothing is there yet: those of the source, or with {@code ~2}, {@code ~3} …
   * before its extension when a file of that name was here before. They are taken when this
   * returns: another file that is open at the same time gets others.
   *
   * @param format of the results
   * @throws IOException when the disk does not do its part
   */
  public Names take(String source, ResultsFormat format) throws IOException {
    for (int i = firstFree(source, format); ; i++) {
      Names names = Names.of(source, i, format);
      if (areFree(names) && DurableFile.claim(results, names.results())) {
        // The batch that had the name before put its results in place first, then released the
        // name.
        if (areFree(names)) {
          return names;
        }
        giveBack(names);
      }
    }
  }

  /**
   * A number whose names are free, while those of the number before are not. It looks at some
   * twenty of them even if a system calls all of its files the same, and a million were here
   * before.
   */
  private int firstFree(String source, ResultsFormat format) {
    int taken = 0;
    int free = 1;
    while (!areFree(Names.of(source, free, format))) {
      taken = free;
      free *= 2;
    }
    while (free - taken > 1) {
      int between = taken + (free - taken) / 2;
      if (areFree(Names.of(source, between, format))) {
        free = between;
      } else {
        taken = between;
      }
    }
    return free;
  }

  /**
   * Whether a source of this name has ended that has the same content and was changed at the same
   * second. One that is dropped once more was changed later.
   *
   * @param file to compare with
   */
  public boolean hasEnded(String source, Path file) throws IOException {
    for (int i : numbers(source)) {
      String name = Names.of(source, i, ResultsFormat.NDJSON).source();
      if (same(file, done.resolve(name)) || same(file, failed.resolve(name))) {
        return true;
      }
    }
    return false;
  }

  /**
   * The numbers of the files of this name that have ended, in order. There may be gaps: the oldest
   * files are deleted after a while ({@link FilePurge}), and their numbers are used again.
   */
  public SortedSet<Integer> numbers(String source) throws IOException {
    SortedSet<Integer> numbers = new TreeSet<>();
    addNumbers(source, done, "", numbers);
    addNumbers(source, failed, "", numbers);
    addNumbers(source, failed, ".reason.json", numbers);
    addNumbers(source, results, Names.SUMMARY, numbers);
    return numbers;
  }

  private static void addNumbers(
      String source, Path folder, String suffix, SortedSet<Integer> numbers) throws IOException {
    String name = shortened(source);
    String dotted = BatchFormat.dotted(name);
    Pattern called =
        Pattern.compile(
            Pattern.quote(name.substring(0, name.length() - dotted.length()))
                + "(?:~([0-9]{1,9}))?"
                + Pattern.quote(dotted + suffix));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Matcher matcher = called.matcher(file.getFileName().toString());
        if (matcher.matches()) {
          numbers.add(matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1)));
        }
      }
    } catch (NoSuchFileException e) {
      // Nothing has ended there.
    }
  }

  /**
   * The name of the i-th file that is called so: {@code orders.csv}, {@code orders~2.csv} …
   *
   * @param i from 1
   */
  public static String numbered(String source, int i) {
    return i == 1 ? source : Names.of(source, i, ResultsFormat.NDJSON).source();
  }

  private static boolean same(Path one, Path other) throws IOException {
    return Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)
        && Files.getLastModifiedTime(one).to(TimeUnit.SECONDS)
            == Files.getLastModifiedTime(other).to(TimeUnit.SECONDS)
        && Files.mismatch(one, other) < 0;
  }

  private boolean areFree(Names names) {
    return noResults(names)
        && free(results, names.rejects())
        && free(results, names.summary())
        && free(done, names.source())
        && free(failed, names.source())
        && free(failed, names.reason())
        && !DurableFile.isUnderWay(failed, names.reason());
  }

  /**
   * Neither in this format nor in the one that the settings had before. What is under way in this
   * one may be the caller's own claim.
   */
  private boolean noResults(Names names) {
    for (ResultsFormat format : ResultsFormat.values()) {
      String name = Names.of(names.source(), format).results();
      boolean claimed = format != names.format() && DurableFile.isUnderWay(results, name);
      if (claimed || !free(results, name)) {
        return false;
      }
    }
    return true;
  }

  /** For names that were taken, and for whose results nothing was written. */
  public void giveBack(Names names) throws IOException {
    DurableFile.unclaim(results, names.results());
  }

  public static String shortened(String name) {
    String kept = name;
    while (FileNames.tooLong(kept)) {
      kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1));
    }
    return kept;
  }

  private static boolean free(Path folder, String name) {
    return !SourceFile.isThere(folder.resolve(name));
  }
}
