package dev.smsroutes.batch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The message keys of a file, to find those that occur twice, in memory that a million of them do
 * not fill: 128 bits of a hash of each key and 64 bits of its request, in plain arrays, 30 to 40
 * bytes a key. Two of a million keys pass for one with a probability of 1 to 10<sup>26</sup>. Not
 * thread-safe.
 */
final class SeenKeys {
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

  /**
   * Notes a key.
   *
   * @param fingerprint of its request: 16 hexadecimal digits or more
   */
  Before add(String key, String fingerprint) {
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    long high = hash.getLong();
    // An empty place has a 0 here.
    long low = hash.getLong() | 1;
    int shard = (int) (high >>> 56);
    if (shards[shard] == null) {
      shards[shard] = new Shard();
    }
    return shards[shard].add(high, low, Long.parseUnsignedLong(fingerprint, 0, 16, 16));
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
