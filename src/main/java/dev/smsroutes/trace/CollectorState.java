package dev.smsroutes.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that a collector does not take spans, and once that it does again. The SDK's own lines
 * would come at each export. Thread-safe.
 */
final class CollectorState implements SpanExporter {
  private static final Logger LOG = LoggerFactory.getLogger(CollectorState.class);

  /** A collector that comes and goes is told of at most once in this time. */
  private static final Duration QUIET = Duration.ofMinutes(1);

  /** Held here, because the logging of the JDK forgets a logger that nobody holds. */
  private static final java.util.logging.Logger SDK =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  static {
    SDK.setLevel(Level.OFF);
  }

  private final SpanExporter exporter;
  private final String host;
  private final AtomicBoolean toldOfOutage = new AtomicBoolean();
  private volatile long notBefore = System.nanoTime();

  CollectorState(SpanExporter exporter, String host) {
    this.exporter = exporter;
    this.host = host;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = exporter.export(spans);
    return result.whenComplete(() -> tell(result.isSuccess()));
  }

  private void tell(boolean taken) {
    if (taken) {
      if (toldOfOutage.compareAndSet(true, false)) {
        LOG.info("traces=exported collector={}", host);
      }
    } else if (System.nanoTime() - notBefore >= 0 && toldOfOutage.compareAndSet(false, true)) {
      notBefore = System.nanoTime() + QUIET.toNanos();
      LOG.warn(
          "traces=dropped collector={} it takes no spans; messages are sent as before, without"
              + " traces",
          host);
    }
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
