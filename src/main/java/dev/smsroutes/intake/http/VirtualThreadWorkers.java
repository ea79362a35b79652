package dev.smsroutes.intake.http;

import io.vertx.core.spi.ExecutorServiceFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * Runs workers of the HTTP server as virtual threads where these do not pin: from Java 24 on (JEP
 * 491). A worker waits for the API, and a virtual thread takes hardly any memory meanwhile. On
 * older versions the workers are platform threads.
 *
 * <p>Vert.x finds this class through {@code META-INF/services}. {@link HttpAdmission} limits their
 * number, not a pool.
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
