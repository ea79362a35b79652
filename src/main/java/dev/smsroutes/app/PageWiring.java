package dev.smsroutes.app;

import dev.smsroutes.batch.check.BatchCheck;
import dev.smsroutes.broker.BrokerOptions.Queues;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.broker.QueueStates;
import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.meters.Sampler.Sample;
import dev.smsroutes.page.Page;
import dev.smsroutes.page.PageSources;
import dev.smsroutes.page.PageSources.BatchFiles;
import dev.smsroutes.page.PageSources.Health;
import dev.smsroutes.page.PageSources.QueueOpening;
import dev.smsroutes.page.PageSources.Replays;
import dev.smsroutes.pipeline.DryRun;
import dev.smsroutes.throttle.Throttle;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;

/** Puts the operators' page together. */
final class PageWiring {
  private PageWiring() {}

  /**
   * The rooms that the page shows.
   *
   * @param broker empty if it is external, or if there is no queue
   * @param queues the last look into them; empty if there is no queue
   * @param checks empty if no files are taken
   */
  record Rooms(
      boolean sandbox,
      Clock clock,
      MeterRegistry registry,
      Throttle throttle,
      LedgerRecords records,
      Definitions definitions,
      Optional<EmbeddedBroker> broker,
      Optional<Sample<QueueStates>> queues,
      Optional<BatchCheck> checks) {}

  /**
   * @param operates whether a caller may act
   */
  static Page page(
      Configuration configuration,
      CamelContext context,
      Rooms rooms,
      Predicate<Optional<String>> operates) {
    DryRun dryRun = DryRun.in(context, Optional.empty());
    return new Page(
        new PageSources(
            rooms.sandbox(),
            rooms.clock(),
            rooms.registry(),
            rooms.throttle(),
            () -> health(context),
            () -> messages(configuration.jms().broker().queues(), rooms.queues()),
            rooms.records(),
            rooms.definitions(),
            rooms
                .checks()
                .map(checks -> new BatchFiles(configuration.files().folders(), checks::check)),
            queue(configuration.jms(), rooms.broker())
                .map(
                    queue ->
                        new Replays(
                            queue,
                            (request, caller) ->
                                dryRun.prepare(List.of(request), caller).get(0).faults(),
                            configuration.jms().maxBodyBytes())),
            operates));
  }

  private static Optional<QueueOpening> queue(JmsOptions jms, Optional<EmbeddedBroker> broker) {
    if (!jms.enabled()) {
      return Optional.empty();
    }
    return broker
        .<QueueOpening>map(embedded -> embedded::requestQueue)
        .or(
            () ->
                jms.brokerUrl()
                    .map(
                        url ->
                            () ->
                                RequestQueue.connect(
                                    url, jms.broker().login(), jms.broker().queues())));
  }

  private static Map<String, Long> messages(Queues queues, Optional<Sample<QueueStates>> looked) {
    Map<String, Long> messages = new LinkedHashMap<>();
    looked
        .flatMap(Sample::value)
        .ifPresent(
            states -> {
              messages.put(queues.send(), states.send().messages());
              messages.put(queues.invalid(), states.invalid().messages());
              messages.put(queues.dead(), states.dead().messages());
            });
    return messages;
  }

  private static Health health(CamelContext context) {
    Health health = new Health(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (HealthCheck.Result result : HealthCheckHelper.invoke(context, "full")) {
      boolean down = result.getState() == HealthCheck.State.DOWN;
      result
          .getMessage()
          .ifPresent(
              message ->
                  (down ? health.down() : health.notes()).put(result.getCheck().getId(), message));
    }
    return health;
  }
}
