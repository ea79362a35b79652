package dev.smsroutes.app;

import dev.smsroutes.batch.overview.InboxAges.InboxState;
import dev.smsroutes.batch.overview.InboxAges.Oldest;
import dev.smsroutes.broker.QueueState;
import dev.smsroutes.broker.QueueStates;
import dev.smsroutes.ledger.LedgerTotals;
import dev.smsroutes.meters.Sampler.Sample;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.system.DiskSpaceMetrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Meters of what the bundle has opened, as far as no room measures it itself. A value that is not
 * known is {@code NaN}.
 */
final class ProcessMeters {
  private final MeterRegistry registry;
  private final Clock clock;

  ProcessMeters(MeterRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
  }

  /**
   * @param sandbox whether no SMS leaves this machine
   */
  void sandbox(boolean sandbox) {
    Gauge.builder("sms.sandbox", () -> sandbox ? 1 : 0)
        .description("1 if the sandbox plays the SMS API, so that no SMS leaves this machine")
        .register(registry);
  }

  void disks(List<Path> folders) {
    folders.forEach(folder -> new DiskSpaceMetrics(folder.toFile()).bindTo(registry));
  }

  void samples(Samples samples) {
    ledger(samples.ledger());
    samples.queues().ifPresent(this::queues);
    samples.inbox().ifPresent(this::inbox);
  }

  /** How many requests of a channel have ended, for now or for good. */
  long outcomes(String channel) {
    return (long)
        registry.find("sms.outcomes").tag("channel", channel).counters().stream()
            .mapToDouble(Counter::count)
            .sum();
  }

  private void ledger(Sample<LedgerTotals> totals) {
    rows("open", totals, LedgerTotals::open);
    rows("parked", totals, LedgerTotals::parked);
    rows("settled", totals, LedgerTotals::settled);
    Gauge.builder(
            "sms.ledger.oldest.open.seconds",
            () -> known(totals, each -> each.oldestOpen().map(this::age).orElse(0.0)))
        .description("Age of the oldest message that sms-routes itself goes on with; 0 without one")
        .register(registry);
  }

  private void rows(
      String state, Sample<LedgerTotals> totals, ToDoubleFunction<LedgerTotals> count) {
    Gauge.builder("sms.ledger.rows", () -> known(totals, count))
        .description("Entries of the ledger")
        .tag("state", state)
        .register(registry);
  }

  private void queues(Sample<QueueStates> states) {
    for (String role : QueueStates.ROLES) {
      queue(role, states, "messages", "Messages in the queue", QueueState::messages);
      queue(
          role,
          states,
          "bytes",
          "Size of the queue; not known of an external broker",
          state -> state.bytes().isPresent() ? state.bytes().getAsLong() : Double.NaN);
      queue(
          role,
          states,
          "oldest.seconds",
          "Age of the oldest message in the queue; 0 if it is empty",
          state -> state.oldest().map(this::age).orElse(0.0));
    }
  }

  private void queue(
      String role,
      Sample<QueueStates> states,
      String what,
      String description,
      ToDoubleFunction<QueueState> value) {
    Gauge.builder(
            "sms.queue." + what, () -> known(states, all -> value.applyAsDouble(all.of(role))))
        .description(description)
        .tag("queue", role)
        .register(registry);
  }

  private void inbox(Sample<InboxState> inbox) {
    Gauge.builder(
            "sms.file.oldest.inbox.seconds",
            () ->
                known(
                    inbox,
                    each -> each.oldest().map(Oldest::age).map(ProcessMeters::seconds).orElse(0.0)))
        .description("How long a file has been in the inbox without being sent; 0 if no file waits")
        .register(registry);
  }

  private static <T> double known(Sample<T> sample, ToDoubleFunction<T> value) {
    return sample.value().map(value::applyAsDouble).orElse(Double.NaN);
  }

  private double age(Instant since) {
    return Math.max(0, seconds(Duration.between(since, clock.instant())));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1_000.0;
  }
}
