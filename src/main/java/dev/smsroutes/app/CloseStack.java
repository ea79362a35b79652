package dev.smsroutes.app;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is to be closed at the end, the last one first; each of them is closed even if another one
 * fails. Thread-safe: a second caller of {@link #close} waits until the first one is done.
 */
final class CloseStack implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

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
    try {
      closeAll();
    } catch (Exception e) {
      throw new IllegalStateException("Not all could be closed", e);
    }
  }

  @SuppressWarnings("try")
  private void closeAll() throws Exception {
    if (!opened.isEmpty()) {
      // The last one is closed before the rest, and the rest even if that failed.
      try (AutoCloseable rest = this::closeAll;
          AutoCloseable last = opened.pop()) {}
    }
  }
}
