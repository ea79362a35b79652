package dev.smsroutes.meters;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks questions that take a while, such as what lies in a folder, again and again on threads of
 * its own: a scrape and a health check get the last answer at once. Thread-safe.
 */
public final class Sampler implements AutoCloseable {
  private static final int THREADS = 3;

  /** A question is asked so much longer after its answer than it took: it takes 2 % of a thread. */
  private static final int REST = 50;

  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "sms-sampler");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * The last answer to one question.
   *
   * @param <T> never null
   */
  public static final class Sample<T> {
    private volatile T value;
    private volatile Exception failure;

    /** Empty before the first answer, and after one that failed. */
    public Optional<T> value() {
      return Optional.ofNullable(value);
    }

    /** Why there is no answer. */
    public Optional<Exception> failure() {
      return Optional.ofNullable(failure);
    }

    private void ask(Callable<T> question) {
      try {
        value = question.call();
        failure = null;
      } catch (Exception e) {
        failure = e;
        value = null;
      }
    }
  }

  /**
   * Asks a question from now on.
   *
   * @param period how long after an answer it is asked again, at least
   */
  public <T> Sample<T> every(Duration period, Callable<T> question) {
    Sample<T> sample = new Sample<>();
    next(sample, period, question, 0);
    return sample;
  }

  private <T> void next(Sample<T> sample, Duration period, Callable<T> question, long delay) {
    try {
      threads.schedule(
          () -> {
            long began = System.nanoTime();
            try {
              sample.ask(question);
            } finally {
              long rest = REST * (System.nanoTime() - began);
              next(sample, period, question, Math.max(period.toNanos(), rest));
            }
          },
          delay,
          TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // It is closed.
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
