package dev.smsroutes.batch;

import dev.smsroutes.batch.SeenKeys.Before;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keys and their requests on the disk, for more of them than memory should hold: a hash table of
 * pages in a temporary file, about 40 bytes a key, which only its owner can read and which is gone
 * when it is closed or the process ends. It holds hashes, no keys. A key costs one read and one
 * write of a page that the system most likely has in its cache.
 *
 * <p>Nothing is forced to the disk: a crash makes the whole file worthless, and that is fine. Not
 * mapped, because mapped pages would count as memory of this process. Not thread-safe.
 */
final class KeyFile implements Closeable {
  private static final int PAGE_BYTES = 4_096;
  private static final int ENTRY_BYTES = 3 * Long.BYTES;
  private static final int ENTRIES = PAGE_BYTES / ENTRY_BYTES;
  private static final int FIRST_PAGES_POWER = 8;

  private final ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);
  private final ByteBuffer entry = ByteBuffer.allocateDirect(ENTRY_BYTES);
  private FileChannel channel;
  private int power;
  private long used;

  private KeyFile(FileChannel channel, int power) {
    this.channel = channel;
    this.power = power;
  }

  /** An empty one, in the folder of temporary files ({@code java.io.tmpdir}). */
  static KeyFile create() throws IOException {
    return new KeyFile(temporary(), FIRST_PAGES_POWER);
  }

  private static FileChannel temporary() throws IOException {
    Path file = Files.createTempFile("sms-routes-keys-", ".tmp");
    return FileChannel.open(
        file,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  /**
   * Notes a key.
   *
   * @param high of its hash: where it belongs
   * @param low of its hash, never 0
   * @param request what it stands for
   */
  Before add(long high, long low, long request) throws IOException {
    // A page that is full goes on in the next one.
    for (long number = high >>> (Long.SIZE - power); ; number = (number + 1) & (pages() - 1)) {
      read(number);
      for (int at = 0; at < ENTRIES * ENTRY_BYTES; at += ENTRY_BYTES) {
        long there = page.getLong(at + Long.BYTES);
        if (there == 0) {
          write(number * PAGE_BYTES + at, high, low, request);
          used++;
          if (used > pages() * ENTRIES * 3 / 5) {
            grow();
          }
          return Before.NEVER;
        }
        if (there == low && page.getLong(at) == high) {
          return page.getLong(at + 2 * Long.BYTES) == request ? Before.SAME : Before.OTHER;
        }
      }
    }
  }

  private long pages() {
    return 1L << power;
  }

  /** What was never written is zeros: in the midst of the file, and behind its end. */
  private void read(long number) throws IOException {
    page.clear();
    long from = number * PAGE_BYTES;
    while (page.hasRemaining() && channel.read(page, from + page.position()) >= 0) {
      // Until the page is full, or the file ends.
    }
    while (page.hasRemaining()) {
      page.put((byte) 0);
    }
  }

  private void write(long position, long high, long low, long request) throws IOException {
    entry.clear();
    entry.putLong(high).putLong(low).putLong(request).flip();
    while (entry.hasRemaining()) {
      channel.write(entry, position + entry.position());
    }
  }

  private void grow() throws IOException {
    try (KeyFile larger = new KeyFile(temporary(), power + 1)) {
      for (long number = 0; number < pages(); number++) {
        read(number);
        for (int at = 0; at < ENTRIES * ENTRY_BYTES; at += ENTRY_BYTES) {
          long low = page.getLong(at + Long.BYTES);
          if (low == 0) {
            break;
          }
          larger.add(page.getLong(at), low, page.getLong(at + 2 * Long.BYTES));
        }
      }
      // The old file goes instead, and with it the name.
      FileChannel small = channel;
      channel = larger.channel;
      power = larger.power;
      larger.channel = small;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
