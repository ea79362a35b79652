package dev.smsroutes.intake.file;

import dev.smsroutes.batch.check.InstanceFile;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the commands next to this process that it takes files, until it is closed. Thread-safe.
 *
 * @param state of this moment
 */
public record InstanceAnnouncement(Supplier<InstanceFile> state)
    implements CamelConfiguration, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InstanceAnnouncement.class);

  @Override
  public void configure(CamelContext context) {
    context
        .getExecutorServiceManager()
        .newSingleThreadScheduledExecutor(InstanceAnnouncement.class, "sms-serving")
        .scheduleWithFixedDelay(
            this::renew, 0, InstanceFile.EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void renew() {
    try {
      state.get().write();
    } catch (IOException | RuntimeException e) {
      LOG.debug("instance file not written cause={}", e.getClass().getSimpleName());
    }
  }

  @Override
  public void close() {
    try {
      state.get().remove();
    } catch (IOException | RuntimeException e) {
      LOG.debug("instance file not removed cause={}", e.getClass().getSimpleName());
    }
  }
}
