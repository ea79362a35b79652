package dev.smsroutes.disk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Why the file system refused something, in words for operators: the message of Java's own
 * exceptions is often the path and nothing more. Stateless.
 */
public final class FileFailure {
  private FileFailure() {}

  /** Why, without the path. */
  public static String why(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "this process may not access it";
    }
    if (e instanceof NotDirectoryException) {
      return "it is no folder";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "a file of this name is there already";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "it is a folder that is not empty";
    }
    String words = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    return words == null ? e.getClass().getSimpleName() : words;
  }

  /** The path, if the exception has one, and why: {@code '/data/inbox': it is no folder}. */
  public static String words(IOException e) {
    return e instanceof FileSystemException file && file.getFile() != null
        ? "'" + file.getFile() + "': " + why(e)
        : why(e);
  }
}
