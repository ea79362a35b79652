package dev.smsroutes.throttle;

import dev.smsroutes.model.Reason;
import dev.smsroutes.throttle.Throttle.Snapshot;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What a throttle allows, and what waits for it.
 *
 * @param throttle is asked at each scrape
 */
public record ThrottleMeters(Throttle throttle) implements MeterBinder {
  /** The reasons for which everything waits. */
  private static final Set<Reason> HOLDING =
      EnumSet.of(
          Reason.RATE_LIMITED,
          Reason.UNAVAILABLE,
          Reason.BLOCKED,
          Reason.UNAUTHENTICATED,
          Reason.FORBIDDEN,
          Reason.UNREACHABLE);

  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(
            "concurrency.limit",
            "Calls of the SMS API that may be in progress",
            now -> now.concurrencyLimit())
        .register(registry);
    gauge("in.use", "Calls of the SMS API in progress", now -> now.inUse()).register(registry);
    gauge(
            "rate",
            "Messages a second that may leave, learnt or configured; 0: no limit",
            now -> now.rateLimit().orElse(0))
        .register(registry);
    waiting("interactive", now -> now.interactiveWaiting()).register(registry);
    waiting("batch", now -> now.batchWaiting()).register(registry);
    for (Reason reason : HOLDING) {
      gauge(
              "paused.seconds",
              "For how long the SMS API has held up everything, by its reason; 0: it does not",
              now ->
                  now.heldBecause().filter(reason::equals).isPresent()
                      ? now.heldSince().toMillis() / 1_000.0
                      : 0)
          .tag("reason", reason.name())
          .register(registry);
    }
  }

  private Gauge.Builder<Throttle> waiting(String priority, ToDoubleFunction<Snapshot> value) {
    return gauge("waiting", "Messages that wait for a permit", value).tag("priority", priority);
  }

  private Gauge.Builder<Throttle> gauge(
      String name, String description, ToDoubleFunction<Snapshot> value) {
    return Gauge.builder("sms.throttle." + name, throttle, of -> value.applyAsDouble(of.snapshot()))
        .description(description);
  }
}
