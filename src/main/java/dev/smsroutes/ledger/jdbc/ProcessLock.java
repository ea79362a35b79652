package dev.smsroutes.ledger.jdbc;

import dev.smsroutes.disk.FileFailure;
import dev.smsroutes.disk.PrivateFiles;
import dev.smsroutes.ledger.LedgerInUseException;
import dev.smsroutes.ledger.LedgerUnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Reserves a ledger file for one process; a second one is refused. Commands may still read it. */
final class ProcessLock implements AutoCloseable {
  /**
   * The locks of this process. Checked before the file is opened: on POSIX systems, closing a file
   * releases every lock that the process has on it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private ProcessLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * @throws LedgerInUseException if another process holds the lock
   */
  static ProcessLock of(Path ledger) {
    Path file =
        ledger.toAbsolutePath().normalize().resolveSibling(ledger.getFileName() + ".in-use");
    if (HELD.add(file)) {
      Optional<FileChannel> locked = Optional.empty();
      try {
        locked = lock(file);
      } catch (IOException e) {
        throw new LedgerUnavailableException(
            "sms.ledger.url: expected a writable file; got " + FileFailure.words(e));
      } finally {
        if (locked.isEmpty()) {
          HELD.remove(file);
        }
      }
      if (locked.isPresent()) {
        return new ProcessLock(file, locked.get());
      }
    }
    throw new LedgerInUseException(
        "sms.ledger.url: "
            + ledger
            + " is in use by another process; stop that process, or set another file. Several nodes"
            + " can share PostgreSQL.");
  }

  /** Whether a process serves with this ledger. Holds the lock for a moment at most. */
  static boolean isHeld(Path ledger) {
    Path file =
        ledger.toAbsolutePath().normalize().resolveSibling(ledger.getFileName() + ".in-use");
    // Not opened when this process has it: closing would free it.
    if (HELD.contains(file)) {
      return true;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.tryLock(0, Long.MAX_VALUE, true) == null;
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<FileChannel> lock(Path file) throws IOException {
    PrivateFiles.createFolders(file.getParent());
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PrivateFiles.ofOwner());
    if (channel.tryLock() != null) {
      return Optional.of(channel);
    }
    channel.close();
    return Optional.empty();
  }

  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new LedgerUnavailableException(Database.reason(e));
    } finally {
      HELD.remove(file);
    }
  }
}
