package dev.smsroutes.intake.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of all requests in progress: of bodies that arrive or are handled, and of answers that
 * callers have not taken yet. The last quarter is for small bodies, so that a few large ones which
 * never end do not keep out all others. Thread-safe.
 */
final class BytesInFlight {
  /** Most requests are smaller: a few hundred bytes for a recipient. */
  static final int SMALL = 64 * 1024;

  private final long most;
  private final AtomicLong taken = new AtomicLong();
  private volatile long answers;

  /**
   * @param most the maximum number of bytes
   */
  BytesInFlight(long most) {
    this.most = most;
  }

  long most() {
    return most;
  }

  /** How many bytes are in flight. */
  long all() {
    return taken.get() + answers;
  }

  /** Whether so many bytes more would be too many now. */
  boolean wouldExceed(long bytes) {
    return all() + bytes > (bytes > SMALL ? most - most / 4 : most);
  }

  /**
   * Takes bytes, if there are so many left.
   *
   * @param bytes how many
   * @param before how many the same request has already
   */
  boolean take(long bytes, long before) {
    long limit = bytes + before > SMALL ? most - most / 4 : most;
    if (taken.addAndGet(bytes) + answers > limit) {
      taken.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void give(long bytes) {
    taken.addAndGet(-bytes);
  }

  /** Says how many bytes of answers wait to be taken. */
  void answers(long bytes) {
    answers = bytes;
  }
}
