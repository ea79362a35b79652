package dev.smsroutes.app;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is to be closed at the end, the last one first; each of them is closed even if another one
 * fails. Thread-safe: a second caller of {@link #close} waits until the first one is done.
 */
final class CloseStack implements AutoCloseable {
  private final Deque<Runnable> closers = new ArrayDeque<>();

  synchronized void push(Runnable closer) {
    closers.push(closer);
  }

  /**
   * Closes all.
   *
   * @throws RuntimeException the first failure; the others are suppressed in it
   */
  @Override
  public synchronized void close() {
    RuntimeException failure = null;
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
