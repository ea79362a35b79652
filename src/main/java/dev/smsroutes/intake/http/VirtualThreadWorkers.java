package dev.smsroutes.intake.http;

import io.vertx.core.spi.ExecutorServiceFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * Workers of the HTTP server as virtual threads, where Java has them and they do not pin: from 24
 * on (JEP 491). A worker is held while the API is waited for, and a virtual one costs hardly any
 * memory meanwhile. On older versions they are threads as ever.
 *
 * <p>Found by Vert.x through {@code META-INF/services}. How many there are at once is limited by
 * {@link HttpAdmission}, not by a pool.
 */
public final class VirtualThreadWorkers implements ExecutorServiceFactory {
  private static final int FIRST_WITHOUT_PINNING = 24;

  @Override
  public ExecutorService createExecutor(
      ThreadFactory threadFactory, Integer concurrency, Integer maxConcurrency) {
    return Runtime.version().feature() < FIRST_WITHOUT_PINNING
        ? ExecutorServiceFactory.INSTANCE.createExecutor(threadFactory, concurrency, maxConcurrency)
        : virtual();
  }

  /** By reflection: the bundle is compiled for Java 17. */
  private static ExecutorService virtual() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Expected virtual threads in Java 24 and later", e);
    }
  }
}
