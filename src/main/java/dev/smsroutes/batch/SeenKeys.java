package dev.smsroutes.batch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The message keys of a file, to find those that occur twice: 128 bits of a hash of each key and 64
 * bits of its request. The first {@value #MOST_IN_MEMORY} are in plain arrays, 30 to 40 bytes a
 * key; when there are more, all of them move into a temporary file ({@link KeyFile}), so that the
 * memory does not grow any more. Two of a million keys pass for one with a probability of 1 to
 * 10<sup>26</sup>. Not thread-safe.
 */
final class SeenKeys implements Closeable {
  private static final int MOST_IN_MEMORY = 100_000;

  /** What is known of a key. */
  enum Before {
    /** It did not occur before. */
    NEVER,
    /** It occurred before, with the same request. */
    SAME,
    /** It occurred before, and the first time with another request. */
    OTHER
  }

  /** Each grows by itself, so that growing never needs twice the memory. */
  private static final int SHARDS = 256;

  private final MessageDigest digest = BatchReading.newDigest();
  private final Shard[] shards = new Shard[SHARDS];
  private final int mostInMemory;
  private int inMemory;
  private KeyFile file;

  SeenKeys() {
    this(MOST_IN_MEMORY);
  }

  SeenKeys(int mostInMemory) {
    this.mostInMemory = mostInMemory;
  }

  /**
   * Notes a key.
   *
   * @param fingerprint of its request: 16 hexadecimal digits or more
   * @throws IOException when the temporary file cannot be made, read or written
   */
  Before add(String key, String fingerprint) throws IOException {
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    long high = hash.getLong();
    // An empty place has a 0 here.
    long low = hash.getLong() | 1;
    long request = Long.parseUnsignedLong(fingerprint, 0, 16, 16);
    if (file != null) {
      return file.add(high, low, request);
    }
    int shard = (int) (high >>> 56);
    if (shards[shard] == null) {
      shards[shard] = new Shard();
    }
    Before before = shards[shard].add(high, low, request);
    inMemory += before == Before.NEVER ? 1 : 0;
    if (inMemory > mostInMemory) {
      move();
    }
    return before;
  }

  private void move() throws IOException {
    file = KeyFile.create();
    for (int i = 0; i < SHARDS; i++) {
      if (shards[i] != null) {
        shards[i].moveTo(file);
        shards[i] = null;
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  /** Places in a row: each is a key and its request, and is where its hash says, or soon after. */
  private static final class Shard {
    private static final int WIDTH = 3;

    private long[] places = new long[16 * WIDTH];
    private int used;

    Before add(long high, long low, long request) {
      int at = find(places, high, low);
      if (places[at + 1] == low) {
        return places[at + 2] == request ? Before.SAME : Before.OTHER;
      }
      put(places, at, high, low, request);
      used++;
      int size = places.length / WIDTH;
      if (used > size - size / 5) {
        grow(size + size / 4);
      }
      return Before.NEVER;
    }

    void moveTo(KeyFile file) throws IOException {
      for (int i = 0; i < places.length; i += WIDTH) {
        if (places[i + 1] != 0) {
          file.add(places[i], places[i + 1], places[i + 2]);
        }
      }
    }

    private void grow(int size) {
      long[] larger = new long[size * WIDTH];
      for (int i = 0; i < places.length; i += WIDTH) {
        if (places[i + 1] != 0) {
          int at = find(larger, places[i], places[i + 1]);
          put(larger, at, places[i], places[i + 1], places[i + 2]);
        }
      }
      places = larger;
    }

    /** Where a key is, or where it belongs. */
    private static int find(long[] places, long high, long low) {
      int size = places.length / WIDTH;
      int at = (int) Long.remainderUnsigned(low, size);
      while (places[at * WIDTH + 1] != 0
          && (places[at * WIDTH] != high || places[at * WIDTH + 1] != low)) {
        at = at + 1 == size ? 0 : at + 1;
      }
      return at * WIDTH;
    }

    private static void put(long[] places, int at, long high, long low, long request) {
      places[at] = high;
      places[at + 1] = low;
      places[at + 2] = request;
    }
  }
}
