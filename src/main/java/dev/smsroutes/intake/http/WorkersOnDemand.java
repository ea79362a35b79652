package dev.smsroutes.intake.http;

import io.vertx.core.spi.ExecutorServiceFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The workers of the HTTP server: as many as there are requests in progress, not as many as there
 * may be. A worker waits for the API most of the time.
 *
 * <p>From Java 24 on they are virtual threads, which no longer pin (JEP 491) and take hardly any
 * memory while they wait. On older versions they are platform threads: one that became idle last is
 * used first, and one that is not needed for a while ends.
 *
 * <p>Vert.x finds this class through {@code META-INF/services}. {@link HttpAdmission} limits the
 * number of requests, so that there is no queue.
 */
public final class WorkersOnDemand implements ExecutorServiceFactory {
  private static final int FIRST_WITHOUT_PINNING = 24;
  private static final long IDLE_SECONDS = 30;

  @Override
  public ExecutorService createExecutor(
      ThreadFactory threadFactory, Integer concurrency, Integer maxConcurrency) {
    return Runtime.version().feature() < FIRST_WITHOUT_PINNING
        ? onDemand(threadFactory, maxConcurrency)
        : virtual();
  }

  /**
   * A request leaves its worker a moment after it was answered, when the next one may have been
   * admitted: hence more threads than requests. Were they used up nevertheless, the event loop
   * would do the work.
   */
  private static ExecutorService onDemand(ThreadFactory threadFactory, int most) {
    return new ThreadPoolExecutor(
        0,
        2 * most,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        // Hands over to the thread that has waited least.
        new SynchronousQueue<>(),
        threadFactory,
        new ThreadPoolExecutor.CallerRunsPolicy());
  }

  /** By reflection, because the bundle is compiled for Java 17. */
  private static ExecutorService virtual() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Expected virtual threads in Java 24 and later", e);
    }
  }
}
