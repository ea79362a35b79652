package dev.smsroutes.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A ledger in a file serves one process: the second one is refused. People may still read it. */
final class OneProcess implements AutoCloseable {
  private final FileChannel channel;

  private OneProcess(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws LedgerUnavailableException if another process has it
   */
  static OneProcess of(Path ledger) {
    Path file = ledger.toAbsolutePath().resolveSibling(ledger.getFileName() + ".in-use");
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (locked(channel)) {
        return new OneProcess(channel);
      }
      channel.close();
    } catch (IOException e) {
      throw new LedgerUnavailableException(
          "sms.ledger.url: expected a file that can be written; " + Database.reason(e));
    }
    throw new LedgerUnavailableException(
        "sms.ledger.url: "
            + ledger
            + " is in use by another process; stop that one, or give this one another file. Several"
            + " nodes can share PostgreSQL.");
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new LedgerUnavailableException(Database.reason(e));
    }
  }
}
