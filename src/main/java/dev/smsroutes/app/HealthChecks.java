package dev.smsroutes.app;

import dev.smsroutes.app.OutageCheck.Weight;
import dev.smsroutes.batch.format.FileNames;
import dev.smsroutes.batch.overview.InboxAges.InboxState;
import dev.smsroutes.batch.overview.InboxAges.Oldest;
import dev.smsroutes.batch.overview.Untaken.UntakenReason;
import dev.smsroutes.broker.EmbeddedBroker;
import dev.smsroutes.config.HealthOptions;
import dev.smsroutes.throttle.Throttle;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.health.HealthCheckRegistry;

/**
 * What makes this process unwell, each in one sentence for an operator: without numbers and contact
 * keys. docs/operations.md has the table of them.
 *
 * <p>Only what another node could do better takes this one out of a load balancer: while the SMS
 * API refuses us, no node would be left.
 */
final class HealthChecks {
  /** Nobody has to wait for what is certain: such a file is never taken as it is. */
  private static final Duration MISTAKE_AFTER = Duration.ofSeconds(30);

  private final HealthCheckRegistry registry;
  private final HealthOptions options;
  private final Clock clock;

  HealthChecks(HealthCheckRegistry registry, HealthOptions options, Clock clock) {
    this.registry = registry;
    this.options = options;
    this.clock = clock;
  }

  /** A check that counts for readiness: another node may be well. */
  void ofThisNode(String name, Supplier<Optional<String>> outage) {
    registry.register(new OutageCheck(name, outage, Weight.THIS_NODE));
  }

  /** A check that does not: another node would have the same trouble, or this one still sends. */
  void ofAll(String name, Supplier<Optional<String>> outage) {
    registry.register(new OutageCheck(name, outage, Weight.ALL_NODES));
  }

  /** Up again once a probe is due: a node without traffic would never send one. */
  void api(Throttle throttle) {
    ofAll("sms-api", () -> throttle.outage().filter(why -> throttle.snapshot().paused()));
  }

  void broker(Samples samples, Optional<EmbeddedBroker> broker) {
    samples
        .queues()
        .ifPresent(
            queues -> {
              ofAll("sms-queue", samples.stuck()::outage);
              ofAll(
                  "sms-broker",
                  () ->
                      broker.isPresent()
                          ? broker.get().refusesRequests()
                          : queues
                              .failure()
                              .map(
                                  why ->
                                      "The broker of sms.jms.broker-url cannot be reached ("
                                          + why.getClass().getSimpleName()
                                          + "); the JMS intake takes nothing"));
            });
  }

  /** Messages that the sandbox takes are lost: another node may have the API. */
  void sandbox() {
    ofThisNode(
        "sms-sandbox",
        () ->
            Optional.of(
                "The sandbox takes the messages of callers elsewhere, and no SMS leaves this machine:"
                    + " set sms.api.url, or sms.sandbox.enabled=true if that is meant"));
  }

  void inbox(Samples samples) {
    samples
        .inbox()
        .ifPresent(
            inbox ->
                ofAll(
                    "sms-inbox",
                    () ->
                        inbox
                            .failure()
                            .map(
                                why ->
                                    "The inbox (sms.file.inbox) cannot be read: "
                                        + why.getClass().getSimpleName())
                            .or(() -> inbox.value().flatMap(this::late))));
  }

  private Optional<String> late(InboxState inbox) {
    Duration after = options.inboxUntouchedAfter();
    return after.isZero()
        ? Optional.empty()
        : inbox
            .mistake()
            .filter(file -> file.age().compareTo(min(after, MISTAKE_AFTER)) >= 0)
            .or(() -> inbox.oldest().filter(file -> file.age().compareTo(after) >= 0))
            .map(HealthChecks::words);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static String words(Oldest file) {
    return "A file has been in the inbox for "
        + Spans.words(file.age())
        + " and is not sent: "
        + FileNames.shown(file.name())
        + file.why()
            .map(UntakenReason::reason)
            .map(why -> "; " + why)
            .orElse("; it waits for its turn, or cannot be opened (the log tells)");
  }

  /**
   * @param windowed whether messages may wait for their send window
   */
  void oldestOpen(Samples samples, boolean windowed) {
    Duration after = windowed ? options.oldestOpenAfter().plusDays(1) : options.oldestOpenAfter();
    ofAll(
        "sms-oldest-open",
        () ->
            options.oldestOpenAfter().isZero()
                ? Optional.empty()
                : samples
                    .ledger()
                    .value()
                    .flatMap(totals -> totals.oldestOpen())
                    .map(since -> Duration.between(since, clock.instant()))
                    .filter(age -> age.compareTo(after) >= 0)
                    .map(
                        age ->
                            "The oldest message that is still to be sent was admitted "
                                + Spans.words(age)
                                + " ago; `sms-routes list` shows it (docs/operations.md)"));
  }

  /** A site wants it so; who misses messages has to find it all the same. */
  void sendWindow(MeterRegistry meters) {
    registry.register(new OutageCheck("sms-send-window", () -> closedWindow(meters), Weight.NOTE));
  }

  private static Optional<String> closedWindow(MeterRegistry meters) {
    List<Gauge> waiting =
        meters.find("sms.window.closed.seconds").gauges().stream()
            .filter(gauge -> gauge.value() > 0)
            .toList();
    return waiting.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "The send window is closed where recipients live (sms.send-window,"
                + " sms.file.send-window): messages of "
                + waiting.stream()
                    .map(gauge -> gauge.getId().getTag("channel"))
                    .sorted()
                    .collect(Collectors.joining(", "))
                + " wait, the first for "
                + longest(waiting)
                + "; the last one may leave in "
                + longest(meters.find("sms.window.opens.seconds").gauges()));
  }

  private static String longest(Collection<Gauge> seconds) {
    return Spans.words(
        Duration.ofSeconds((long) seconds.stream().mapToDouble(Gauge::value).max().orElse(0)));
  }

  void disks(List<Path> folders) {
    ofAll("sms-disk", () -> folders.stream().map(this::full).flatMap(Optional::stream).findFirst());
  }

  private Optional<String> full(Path folder) {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      return free >= options.minDiskFreeBytes()
          ? Optional.empty()
          : Optional.of(
              "The disk of "
                  + folder
                  + " has "
                  + free / 1_048_576
                  + " MiB left; expected at least "
                  + options.minDiskFreeBytes() / 1_048_576
                  + " MiB (sms.health.min-disk-free-bytes)");
    } catch (IOException e) {
      return Optional.of("The disk of " + folder + " cannot be read");
    }
  }
}
