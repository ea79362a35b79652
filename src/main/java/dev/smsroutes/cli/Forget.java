package dev.smsroutes.cli;

import dev.smsroutes.batch.check.PlanFiles;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.format.RowEraser;
import dev.smsroutes.batch.format.UnreadableFileException;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.config.FileOptions;
import dev.smsroutes.ledger.Entry;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.model.Person;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.records.StoredRequest;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Erases the data of one person, place by place, while a process serves. Files and tables of any
 * size are read in constant memory. Used by one thread.
 */
final class Forget {
  private static final int PAGE = 200;
  private static final String WAITS =
      "waits in the inbox or is being sent: cancel it, or repeat the command later";

  /** Counts, causes and reasons, but no values; and sms-routes' own notes. */
  private static final Pattern HOLDS_NO_DATA =
      Pattern.compile(
          ".+[.]((summary|reason|progress|check)[.]json|check[.]txt|sms-(?!tmp).+)"
              + "|[.]serving[.]json.*",
          Pattern.DOTALL);

  private final Person person;
  private final Function<String, Optional<String>> regions;
  private final boolean dryRun;
  private final String who;
  private final Runnable searched;
  private final ForgetTally tally;

  /**
   * @param regions the country of a send definition by its key
   * @param dryRun whether nothing is changed
   * @param who the operator, for the ledger
   * @param searched called for each entry, message and row
   */
  Forget(
      Person person,
      Function<String, Optional<String>> regions,
      boolean dryRun,
      String who,
      Runnable searched,
      ForgetTally tally) {
    this.person = person;
    this.regions = regions;
    this.dryRun = dryRun;
    this.who = who;
    this.searched = searched;
    this.tally = tally;
  }

  void ledger(LedgerRecords records) {
    long entries = 0;
    long found = 0;
    long erased = 0;
    List<Entry> page = List.of();
    do {
      page = records.withRequest(last(page), PAGE);
      for (Entry entry : page) {
        searched.run();
        entries++;
        if (isTheirs(StoredRequest.of(entry))) {
          found++;
          erased += !dryRun && records.forget(entry, who) ? 1 : 0;
        }
      }
    } while (page.size() == PAGE);
    tally.place("ledger", "entries with a request", entries, found, erased);
    if (!dryRun && erased < found) {
      tally.left("ledger: " + (found - erased) + " are in progress; repeat the command");
    }
    if (erased > 0) {
      eraseTraces(records);
    }
  }

  private static Optional<Entry> last(List<Entry> page) {
    return page.isEmpty() ? Optional.empty() : Optional.of(page.get(page.size() - 1));
  }

  /** A process that serves does it again within a minute or two. */
  private static void eraseTraces(LedgerRecords records) {
    try {
      records.eraseTraces();
    } catch (LedgerUnavailableException e) {
      // The database is busy.
    }
  }

  private boolean isTheirs(Optional<SendRequest> request) {
    return request.filter(stored -> person.isRecipientOf(stored, regions)).isPresent();
  }

  void queue(RequestQueue queue, String name) throws JMSException {
    RequestQueue.Search search = queue.remove(name, this::isTheirs, !dryRun, searched);
    tally.place(name, "messages", search.messages(), search.found(), search.removed());
    if (!dryRun && search.removed() < search.found()) {
      tally.left(
          name
              + ": "
              + (search.found() - search.removed())
              + " were taken meanwhile; repeat the command");
    }
    if (search.unreadable() > 0) {
      tally.left(
          name + ": " + search.unreadable() + " messages are no text, look at them yourself");
    }
  }

  /** A message that is no request is theirs if it names them. */
  private boolean isTheirs(byte[] body) {
    try {
      SendRequest request = StoredRequest.read(body, "");
      if (request.isComplete()) {
        return person.isRecipientOf(request, regions);
      }
    } catch (InvalidRequestException e) {
      // Nobody could read it; it may name the person all the same.
    }
    return person.isMentionedIn(new String(body, StandardCharsets.UTF_8));
  }

  void files(FileOptions options) throws IOException {
    BatchFolders folders = options.folders();
    RowEraser eraser = new RowEraser(person, regions, options.input(), searched);
    for (Path folder :
        List.of(
            folders.done(),
            folders.done().resolve(PlanFiles.FOLDER),
            folders.results(),
            folders.failed(),
            folders.failed().resolve(PlanFiles.FOLDER))) {
      folder(folder, eraser, false);
    }
    for (Path folder : List.of(folders.inbox(), folders.inbox().resolve(PlanFiles.FOLDER))) {
      folder(folder, eraser, true);
    }
  }

  private void folder(Path folder, RowEraser eraser, boolean inbox) throws IOException {
    if (folder.endsWith(PlanFiles.FOLDER) && Files.isSymbolicLink(folder)) {
      // Not one that the operator set.
      return;
    }
    FolderTally files = new FolderTally();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path file : all) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          file(file, eraser, inbox, files);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    tally.place(folder.toString(), "files", files.searched, files.rows, files.erased);
  }

  private static final class FolderTally {
    private long searched;
    private long rows;
    private long erased;
  }

  private void file(Path file, RowEraser eraser, boolean inbox, FolderTally files) {
    String name = file.getFileName().toString();
    if (HOLDS_NO_DATA.matcher(name).matches()) {
      return;
    }
    files.searched++;
    if (name.startsWith(".")) {
      inProgress(file, eraser, files);
      return;
    }
    try {
      long rows = eraser.copy(file, OutputStream.nullOutputStream());
      files.rows += rows;
      if (rows > 0 && inbox) {
        left(file, WAITS);
      } else if (rows > 0 && !dryRun) {
        files.erased += rewrite(file, eraser);
      }
    } catch (UnreadableFileException e) {
      unreadable(file, eraser, inbox, files);
    } catch (IOException e) {
      left(file, "cannot be read or written (" + e.getClass().getSimpleName() + ")");
    }
  }

  /** Written, uploaded or downloaded at this moment. */
  private void inProgress(Path file, RowEraser eraser, FolderTally files) {
    try {
      if (eraser.mentions(file)) {
        files.rows++;
        left(file, "is not complete: repeat the command later");
      }
    } catch (IOException e) {
      // It has got its name.
    }
  }

  /** A file that is no batch, or a broken one. */
  private void unreadable(Path file, RowEraser eraser, boolean inbox, FolderTally files) {
    try {
      if (eraser.mentions(file)) {
        files.rows++;
        left(file, inbox ? WAITS : "names the person, and cannot be rewritten by rows: delete it");
      }
    } catch (NoSuchFileException e) {
      // It has moved on.
    } catch (IOException e) {
      left(file, "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static long rewrite(Path file, RowEraser eraser)
      throws IOException, UnreadableFileException {
    long modified = Files.getLastModifiedTime(file).toMillis();
    try (DurableFile copy =
        new DurableFile(file.toAbsolutePath().getParent(), file.getFileName().toString())) {
      long erased = eraser.copy(file, copy.out());
      copy.commit(modified);
      return erased;
    }
  }

  private void left(Path file, String why) {
    tally.left(
        file.getParent() + ": " + FileNames.shown(file.getFileName().toString()) + " " + why);
  }
}
