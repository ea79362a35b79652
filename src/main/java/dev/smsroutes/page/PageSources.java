package dev.smsroutes.page;

import dev.smsroutes.batch.check.BatchPlan;
import dev.smsroutes.batch.result.BatchFolders;
import dev.smsroutes.broker.RequestQueue;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.ledger.LedgerRecords;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.throttle.Throttle;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Where the page gets what it shows. All of it is thread-safe.
 *
 * @param sandbox whether no SMS leaves this machine
 * @param registry has the counter {@code sms.outcomes}
 * @param down the health checks that are down, and the sentence of each
 * @param queues how many messages each queue has, by its name, in the order of {@link
 *     dev.smsroutes.broker.QueueStates#ROLES}; empty if that is not known
 * @param files empty if no files are taken
 * @param replays empty if there is no queue for them, and then no letters either
 * @param operates whether this caller may act; an empty one is a local user who was not asked
 */
public record PageSources(
    boolean sandbox,
    Clock clock,
    MeterRegistry registry,
    Throttle throttle,
    Supplier<Map<String, String>> down,
    Supplier<Map<String, Long>> queues,
    LedgerRecords records,
    Definitions definitions,
    Optional<BatchFiles> files,
    Optional<Replays> replays,
    Predicate<Optional<String>> operates) {

  /**
   * @param check says what would become of a file
   */
  public record BatchFiles(BatchFolders folders, Check check) {}

  /** Says what would become of a file; sends nothing. */
  @FunctionalInterface
  public interface Check {
    BatchPlan of(Path file, int maxFindings) throws IOException;
  }

  /**
   * @param queue opens the queue of requests
   * @param check finds the faults for which a request of a caller would be refused
   * @param maxBytes of a request on the queue
   */
  public record Replays(
      QueueOpening queue,
      BiFunction<SendRequest, Optional<String>, List<Fault>> check,
      int maxBytes) {}

  /** Opens the queue of requests; the caller closes it. */
  @FunctionalInterface
  public interface QueueOpening {
    RequestQueue open() throws JMSException;
  }
}
