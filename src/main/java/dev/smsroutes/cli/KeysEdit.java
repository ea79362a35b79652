package dev.smsroutes.cli;

import dev.smsroutes.access.Key;
import dev.smsroutes.access.KeysJson;
import dev.smsroutes.batch.result.DurableFile;
import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.watch.BrokenFileException;
import dev.smsroutes.watch.WatchedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Changes the keys file: as a whole or not at all, readable by its owner only, and one change after
 * the other, whichever process makes them.
 */
final class KeysEdit {
  /** Java refuses a second lock of the same process instead of waiting. */
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private KeysEdit() {}

  /**
   * The callers in the file, by id; empty if there is no file.
   *
   * @throws WrongUseException if the file cannot be read
   */
  static Map<String, Key> read(Path file) {
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      return KeysJson.read(file);
    } catch (BrokenFileException e) {
      throw new WrongUseException("sms.http.keys-file: '" + file + "': " + e.getMessage());
    } catch (IOException e) {
      throw new WrongUseException("sms.http.keys-file: '" + file + "': " + WatchedFile.why(e));
    }
  }

  /**
   * Makes one change.
   *
   * @param change gets the callers of this moment, to change them; what it throws leaves the file
   *     as it is
   */
  static void edit(Path file, Consumer<Map<String, Key>> change) throws IOException {
    try {
      locked(file.toAbsolutePath().normalize(), change);
    } catch (IOException e) {
      throw new IOException(
          "sms.http.keys-file: expected a file that can be made; got " + FileFailure.words(e), e);
    }
  }

  private static void locked(Path path, Consumer<Map<String, Key>> change) throws IOException {
    Files.createDirectories(path.getParent());
    IN_THIS_PROCESS.lock();
    try (FileChannel lock =
        FileChannel.open(
            path.resolveSibling("." + path.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      // Closing the channel ends it.
      lock.lock();
      Map<String, Key> keys = new LinkedHashMap<>(read(path));
      change.accept(keys);
      write(path, keys);
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }

  private static void write(Path path, Map<String, Key> keys) throws IOException {
    try (DurableFile written =
        DurableFile.ofOwner(path.getParent(), path.getFileName().toString())) {
      written.out().write(KeysJson.write(keys.values()));
      written.out().flush();
      if (Files.exists(path)
          && !Files.getOwner(path).equals(Files.getOwner(written.unfinished()))) {
        // An administrator edits the file of the account that serves, which must still read it.
        Files.setOwner(written.unfinished(), Files.getOwner(path));
      }
      written.commit();
    }
  }
}
