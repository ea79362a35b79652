package dev.smsroutes.batch.overview;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.batch.check.PlanFiles;
import dev.smsroutes.batch.format.BatchFormat;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.format.JsonOriginal;
import dev.smsroutes.batch.format.SourceFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Something in the inbox that the intake does not take, and why. The one rule for the intake, its
 * log and {@code status}. Immutable.
 *
 * @param file its path
 * @param name its path in the inbox, as far as it is text
 * @param bytes its size
 * @param modified when it was changed last, in milliseconds since 1970
 */
public record Untaken(Path file, String name, UntakenReason why, long bytes, long modified) {
  /** What {@code status} calls it. */
  public static final String STATE = "not taken";

  /** Why something is not taken. */
  public enum UntakenReason {
    UNDER_WAY(
        "its name is that of an upload under way, or of a temporary file; it is taken under a name"
            + " that ends in "
            + BatchFormat.EXTENSIONS),
    HIDDEN("its name begins with a dot; it is taken under a name that does not"),
    FOLDER("it is a folder; files in it are not taken"),
    LINK("it is a symbolic link; put the file itself here"),
    SPECIAL("it is a pipe, a socket or a device; only regular files are taken"),
    UNREADABLE("this process may not read it; change its owner or its permissions"),
    IMMOVABLE("this process may not write the folder, and so could not move it away"),
    NAME_NOT_TEXT(
        FileNames.trouble().isPresent()
            ? "its name has letters for which this process has no UTF-8 locale; start sms-routes with"
                + " LC_ALL=C.UTF-8"
            : "its name has bytes that are not UTF-8; rename it"),
    BACKSLASH("its name has a backslash, which separates folders elsewhere; rename it");

    private final String reason;

    UntakenReason(String reason) {
      this.reason = reason;
    }

    /** For a person: what it is, and what helps. */
    public String reason() {
      return reason;
    }

    /** Whether it may well be wanted so; anything else is a mistake of its sender. */
    public boolean isOrdinary() {
      return this == UNDER_WAY || this == HIDDEN || this == FOLDER;
    }
  }

  /**
   * What upload clients, browsers, file transfer tools, editors and Office call a file that is not
   * complete. The last line is the general case: anything behind an extension that we take, but for
   * what a complete file of another kind is called: that one fails, and its sender learns why.
   */
  private static final Pattern UNDER_WAY =
      Pattern.compile(
          ".*[.](tmp|temp|part|partial|filepart|crdownload|download|opdownload|aria2"
              + "|uploading|upload|writing|inprogress|incomplete|unfinished|pending"
              + "|lock|camellock|swp|swo|swx)"
              + "|~[$].*|.*~|#.*#"
              + "|(?!.*[.](zip|7z|rar|tar|tgz|gz|bz2|xz|zst|pgp|gpg|txt|tsv|xls|xlsx|ods|xml|pdf)$)"
              + ".*[.](csv|json|ndjson|jsonl)([.]gz)?[^\\p{L}\\p{N}].*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** Our own notes and what is being copied by {@code send}. */
  private static final Pattern OURS = Pattern.compile("[.].+[.]sms-[a-z]+", Pattern.DOTALL);

  public ObjectNode json() {
    ObjectNode json = JsonOriginal.MAPPER.createObjectNode();
    json.put("file", name);
    json.put("state", STATE);
    json.put("reason", why.reason());
    return json;
  }

  /**
   * Why a file is not taken; empty if it is, or will be once it stands still.
   *
   * @param links whether a symbolic link stands for the file to which it leads
   * @throws NoSuchFileException if it is not there
   */
  public static Optional<UntakenReason> why(Path file, boolean links) throws IOException {
    Optional<UntakenReason> byName = byName(file);
    return byName.isPresent() ? byName : byKind(file, SourceFile.attributes(file, links));
  }

  /** Why a file of this name is not taken, whatever it is; empty if it is. */
  public static Optional<UntakenReason> byName(Path file) {
    String name = file.getFileName().toString();
    if (name.startsWith(".")) {
      return Optional.of(UntakenReason.HIDDEN);
    }
    if (!isText(file, name)) {
      return Optional.of(UntakenReason.NAME_NOT_TEXT);
    }
    if (file.getFileSystem().getSeparator().equals("/") && name.contains("\\")) {
      return Optional.of(UntakenReason.BACKSLASH);
    }
    boolean ours = BatchFormat.of(name).isPresent() && !name.startsWith("~$");
    return ours || !UNDER_WAY.matcher(name).matches()
        ? Optional.empty()
        : Optional.of(UntakenReason.UNDER_WAY);
  }

  /** Whether the same file is found again by the text of its name. */
  private static boolean isText(Path file, String name) {
    try {
      return file.resolveSibling(name).equals(file);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static Optional<UntakenReason> byKind(Path file, BasicFileAttributes found) {
    if (found.isSymbolicLink()) {
      return Optional.of(UntakenReason.LINK);
    }
    if (found.isDirectory()) {
      return Optional.of(UntakenReason.FOLDER);
    }
    if (!found.isRegularFile()) {
      return Optional.of(UntakenReason.SPECIAL);
    }
    if (!Files.isReadable(file)) {
      return Optional.of(UntakenReason.UNREADABLE);
    }
    return Files.isWritable(file.toAbsolutePath().getParent())
        ? Optional.empty()
        : Optional.of(UntakenReason.IMMOVABLE);
  }

  /**
   * What a look into an inbox found.
   *
   * @param untaken all that is not taken
   * @param waiting the names of the files that are, or will be
   */
  public record InboxContent(List<Untaken> untaken, List<String> waiting) {}

  /**
   * Looks into an inbox, and into the folder {@code check} in it. One that is not there is empty.
   *
   * @param most how many of each are told at most
   * @throws IOException if a folder cannot be read
   */
  public static InboxContent in(Path inbox, int most) throws IOException {
    Looking looking = new Looking(inbox, most);
    looking.into(inbox);
    Path check = inbox.resolve(PlanFiles.FOLDER);
    if (Files.isDirectory(check, LinkOption.NOFOLLOW_LINKS)) {
      looking.into(check);
    }
    return new InboxContent(List.copyOf(looking.untaken), List.copyOf(looking.waiting));
  }

  private static final class Looking {
    private final Path inbox;
    private final int most;
    private final List<Untaken> untaken = new ArrayList<>();
    private final List<String> waiting = new ArrayList<>();

    Looking(Path inbox, int most) {
      this.inbox = inbox;
      this.most = most;
    }

    void into(Path folder) throws IOException {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          try {
            look(file);
          } catch (NoSuchFileException e) {
            // Gone in the meantime.
          }
        }
      } catch (NoSuchFileException | NotDirectoryException e) {
        // Not made yet.
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }

    private void look(Path file) throws IOException {
      BasicFileAttributes found = SourceFile.attributes(file, false);
      if (isOurs(file, found)) {
        return;
      }
      // A folder is one, whatever it is called.
      Optional<UntakenReason> why = found.isDirectory() ? Optional.empty() : byName(file);
      why = why.isPresent() ? why : byKind(file, found);
      String name = inbox.relativize(file).toString();
      if ((why.isPresent() ? untaken.size() : waiting.size()) >= most) {
        return;
      }
      if (why.isPresent()) {
        long modified = found.lastModifiedTime().toMillis();
        untaken.add(new Untaken(file, name, why.get(), found.size(), modified));
      } else {
        waiting.add(name);
      }
    }

    private boolean isOurs(Path file, BasicFileAttributes found) {
      String name = file.getFileName().toString();
      return OURS.matcher(name).matches()
          || found.isDirectory() && file.equals(inbox.resolve(PlanFiles.FOLDER));
    }
  }
}
