package dev.smsroutes.app;

import dev.smsroutes.batch.overview.InboxAges;
import dev.smsroutes.batch.overview.InboxAges.InboxState;
import dev.smsroutes.batch.run.ProgressFiles;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.broker.ExternalQueues;
import dev.smsroutes.broker.QueueStates;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.JmsOptions;
import dev.smsroutes.ledger.LedgerTotals;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.meters.Sampler;
import dev.smsroutes.meters.Sampler.Sample;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * What takes a while to find out, looked at again and again: meters and health read the last
 * answer.
 *
 * @param ledger how many entries it has
 * @param inbox the files that have waited longest; empty if no files are taken
 * @param queues what waits in the queues; empty if the JMS intake is switched off
 * @param stuck notices requests that nobody takes out of the queue
 */
record Samples(
    Sample<LedgerTotals> ledger,
    Optional<Sample<InboxState>> inbox,
    Optional<Sample<QueueStates>> queues,
    StuckQueue stuck) {
  /** To count a large ledger is more work than to look into a folder. */
  private static final int LEDGER_EVERY = 3;

  /**
   * Begins to look.
   *
   * @param files the files under way; empty if none are taken
   * @param stuck is shown each look into the queues
   * @param closing closes what is opened for it
   */
  static Samples begin(
      Configuration configuration,
      JdbcLedger ledger,
      Optional<EmbeddedBroker> broker,
      Optional<ProgressFiles> files,
      StuckQueue stuck,
      Clock clock,
      CloseStack closing) {
    Optional<Callable<QueueStates>> queues = queues(configuration.jms(), broker, closing);
    Duration often = configuration.health().lookInterval();
    Sampler sampler = closing.push(new Sampler());
    return new Samples(
        sampler.every(often.multipliedBy(LEDGER_EVERY), ledger::totals),
        files
            .map(
                underWay ->
                    new InboxAges(configuration.files().folders().inbox(), clock, underWay::names))
            .map(ages -> sampler.every(often, ages::look)),
        queues.map(
            look ->
                sampler.every(
                    often,
                    () -> {
                      QueueStates states = look.call();
                      stuck.look(states.send());
                      return states;
                    })),
        stuck);
  }

  private static Optional<Callable<QueueStates>> queues(
      JmsOptions jms, Optional<EmbeddedBroker> broker, CloseStack closing) {
    if (!jms.enabled()) {
      return Optional.empty();
    }
    if (broker.isPresent()) {
      return Optional.of(broker.get()::queues);
    }
    ExternalQueues external =
        closing.push(
            new ExternalQueues(
                jms.brokerUrl().orElseThrow(), jms.broker().login(), jms.broker().queues()));
    return Optional.of(external::look);
  }
}
