package dev.smsroutes.faults;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Threads of a client that can be told to give up. One that breaks is a complaint. Thread-safe. */
final class Workers {
  private final Notebook notebook;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  Workers(Notebook notebook) {
    this.notebook = notebook;
  }

  Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, "faults-" + name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(
        (failed, e) -> {
          if (!isClosed()) {
            notebook.complain(failed.getName() + " broke: " + e);
          }
        });
    threads.add(thread);
    thread.start();
    return thread;
  }

  /** Lets time pass, unless all is over. */
  void think(long millis) {
    try {
      closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isClosed() {
    return closed.getCount() == 0 || Thread.currentThread().isInterrupted();
  }

  long working() {
    return threads.stream().filter(Thread::isAlive).count();
  }

  void close() {
    closed.countDown();
    threads.forEach(Thread::interrupt);
  }
}
