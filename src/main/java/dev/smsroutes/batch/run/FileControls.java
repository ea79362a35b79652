package dev.smsroutes.batch.run;

import dev.smsroutes.batch.format.SourceFile;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.batch.result.CompletionMarker;
import dev.smsroutes.batch.result.FileControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Pauses, resumes and cancels files in the inbox, next to the process that sends them or without
 * one; that process sees it within about a second.
 *
 * <p>A name is that of a file in the inbox, without a folder. An {@link IOException} says that the
 * disk did not do its part.
 *
 * <p>Immutable. Orders for the same file at the same moment are all carried out, in some order.
 *
 * @param folders those of the process that serves
 */
public record FileControls(BatchFolders folders) {
  /** What became of an order. */
  public enum OrderResult {
    /** It stands. */
    DONE,
    /** It stood before. */
    DONE_BEFORE,
    /** There is no such file in the inbox, and none has ended under this name. */
    UNKNOWN,
    /** The file has ended, or only waits to be moved. */
    ENDED,
    /** It cannot be resumed: it is not paused. */
    NOT_PAUSED,
    /** It can neither be paused nor resumed: it is being cancelled. */
    CANCELLED
  }

  /** From now on no row is handed over; those under way end. */
  public OrderResult pause(String name) throws IOException {
    Path file = file(name);
    OrderResult answer = there(file, name);
    if (answer != OrderResult.DONE) {
      return answer;
    }
    return switch (FileControl.of(file)) {
      case PAUSE -> OrderResult.DONE_BEFORE;
      case CANCEL -> OrderResult.CANCELLED;
      case GO_ON -> give(FileControl.PAUSE, file, name);
    };
  }

  /** A paused file goes on. */
  public OrderResult resume(String name) throws IOException {
    Path file = file(name);
    OrderResult answer = there(file, name);
    if (answer != OrderResult.DONE) {
      return answer;
    }
    return switch (FileControl.of(file)) {
      case GO_ON -> OrderResult.NOT_PAUSED;
      case CANCEL -> OrderResult.CANCELLED;
      case PAUSE -> {
        FileControl.PAUSE.takeBack(file);
        yield OrderResult.DONE;
      }
    };
  }

  /**
   * From now on no row is handed over; those under way end, and so does the file. Cannot be taken
   * back.
   */
  public OrderResult cancel(String name) throws IOException {
    Path file = file(name);
    OrderResult answer = there(file, name);
    if (answer != OrderResult.DONE) {
      return answer;
    }
    return FileControl.of(file) == FileControl.CANCEL
        ? OrderResult.DONE_BEFORE
        : give(FileControl.CANCEL, file, name);
  }

  private OrderResult give(FileControl order, Path file, String name) throws IOException {
    order.give(file);
    OrderResult since = there(file, name);
    if (since != OrderResult.DONE) {
      // It ended in between: the next file of this name must not be hit.
      order.takeBack(file);
    }
    return since;
  }

  private Path file(String name) {
    return folders.inbox().resolve(name);
  }

  private OrderResult there(Path file, String name) throws IOException {
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return CompletionMarker.find(folders, name)
              .filter(completion -> isOf(completion, file))
              .isPresent()
          ? OrderResult.ENDED
          : OrderResult.DONE;
    }
    boolean ended =
        SourceFile.isThere(folders.done().resolve(name))
            || SourceFile.isThere(folders.failed().resolve(name));
    return ended ? OrderResult.ENDED : OrderResult.UNKNOWN;
  }

  private boolean isOf(CompletionMarker completion, Path file) {
    try {
      return completion.isOf(file, folders);
    } catch (IOException e) {
      // It has moved this very moment.
      return true;
    }
  }
}
