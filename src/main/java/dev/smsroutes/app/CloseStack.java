package dev.smsroutes.app;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is to be closed at the end, the last one first; each of them is closed even if another one
 * fails. Thread-safe: a second caller of {@link #close} waits until the first one is done.
 */
final class CloseStack implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /**
   * @return what was pushed
   */
  synchronized <T extends AutoCloseable> T push(T closeable) {
    opened.push(closeable);
    return closeable;
  }

  /**
   * Closes all.
   *
   * @throws IllegalStateException if any of them failed; its cause is the first failure, in which
   *     the others are suppressed
   */
  @Override
  public synchronized void close() {
    Exception failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw new IllegalStateException("Not all could be closed", failure);
    }
  }
}
