package dev.smsroutes.pipeline;

import dev.smsroutes.access.Countries;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The meters of messages: how they ended, how many parts they had, how long the API took, and how
 * long we did. docs/operations.md explains them to operators. Thread-safe.
 *
 * <p>A message costs some look-ups in maps: each meter is built once. No label holds a number, a
 * message key or a contact key, and the number of series has a limit whatever callers send.
 */
final class MessageMeters {
  static final int MAX_DEFINITIONS = 100;
  static final int MAX_CALLERS = 100;

  /** Routes of a site name channels of their own. */
  static final int MAX_CHANNELS = 20;

  /** From so many series of outcomes on, a new one counts for other callers and definitions. */
  static final int MAX_OUTCOME_SERIES = 5_000;

  private static final String NONE = "none";
  private static final String UNKNOWN = "unknown";

  /** Stands for every code that {@link ErrorCode} does not know. */
  private static final int OTHER_CODE = -1;

  private static final Duration[] ATTEMPT_BUCKETS =
      millis(25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000);

  /** From what a message costs on an idle node to waits for a permit. */
  private static final Duration[] ADDED_BUCKETS =
      millis(1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000);

  private record OutcomeLabels(
      String channel, String caller, String definition, State state, int code) {
    OutcomeLabels ofOthers() {
      return new OutcomeLabels(channel, CappedLabel.OTHER, CappedLabel.OTHER, state, code);
    }
  }

  private record PartsLabels(String country, String definition) {}

  private final MeterRegistry registry;
  private final Definitions definitions;
  private final Timer added;
  private final ClosedWindows windows;
  private final CappedLabel channels = new CappedLabel(MAX_CHANNELS);
  private final CappedLabel callers = new CappedLabel(MAX_CALLERS);
  private final CappedLabel definitionKeys = new CappedLabel(MAX_DEFINITIONS);
  private final Map<OutcomeLabels, Counter> outcomes = new ConcurrentHashMap<>();
  private final Map<PartsLabels, Counter> parts = new ConcurrentHashMap<>();
  private final Map<String, Timer> attempts = new ConcurrentHashMap<>();
  private final Function<String, Timer> newAttempts;

  /**
   * @param clock by which send windows open
   */
  MessageMeters(MeterRegistry registry, Definitions definitions, Clock clock) {
    this.registry = registry;
    this.windows = new ClosedWindows(registry, clock);
    this.definitions = definitions;
    this.added =
        Timer.builder("sms.added")
            .description(
                "Time from when a request is handed over to its outcome, without the time of the"
                    + " SMS API")
            .serviceLevelObjectives(ADDED_BUCKETS)
            .register(registry);
    this.newAttempts =
        result ->
            Timer.builder("sms.attempt")
                .description("Time of one call of the SMS API, by its result")
                .tag("result", result)
                .serviceLevelObjectives(ATTEMPT_BUCKETS)
                .register(registry);
  }

  private static Duration[] millis(long... millis) {
    return Arrays.stream(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  /** Counts a message that has ended, or that ends here for now. */
  void ended(InFlight message) {
    Outcome outcome = message.outcome;
    String definition = definition(message);
    String channel = channels.of(message.envelope().origin().channel());
    OutcomeLabels labels =
        new OutcomeLabels(
            channel,
            message.envelope().handling().caller().map(callers::of).orElse(NONE),
            definition,
            outcome.state(),
            ErrorCode.of(outcome.errorCode()).isPresent() ? outcome.errorCode() : OTHER_CODE);
    outcome(labels).increment();
    added.record(message.addedNanos(), TimeUnit.NANOSECONDS);
    if (outcome instanceof Unsettled unsettled && unsettled.reason() == Reason.OUTSIDE_WINDOW) {
      windows.held(channel, message.window.opens());
    }
    if (outcome instanceof Accepted accepted
        && !accepted.earlier()
        && accepted.parts().isPresent()
        && message.message != null) {
      parts(new PartsLabels(Countries.of(message.message.to()), definition))
          .increment(accepted.parts().getAsInt());
    }
  }

  /** Notes one call of the API. */
  void attempted(Outcome outcome, long nanos) {
    String result =
        outcome instanceof Unsettled unsettled ? unsettled.reason().name() : outcome.state().name();
    attempts.computeIfAbsent(result, newAttempts).record(nanos, TimeUnit.NANOSECONDS);
  }

  private String definition(InFlight message) {
    String key = message.request().definitionKey();
    boolean known =
        message.definition != null || (key != null && definitions.find(key).isPresent());
    return known ? definitionKeys.of(key) : UNKNOWN;
  }

  private Counter outcome(OutcomeLabels labels) {
    Counter known = outcomes.get(labels);
    if (known != null) {
      return known;
    }
    return outcomes.computeIfAbsent(
        outcomes.size() < MAX_OUTCOME_SERIES ? labels : labels.ofOthers(), this::newOutcome);
  }

  private Counter newOutcome(OutcomeLabels labels) {
    return Counter.builder("sms.outcomes")
        .description("Requests by how they ended")
        .tags(
            "channel", labels.channel(),
            "caller", labels.caller(),
            "definition", labels.definition(),
            "outcome", labels.state().name(),
            "code",
                labels.code() == OTHER_CODE ? CappedLabel.OTHER : Integer.toString(labels.code()))
        .register(registry);
  }

  private Counter parts(PartsLabels labels) {
    Counter known = parts.get(labels);
    return known != null
        ? known
        : parts.computeIfAbsent(
            labels,
            made ->
                Counter.builder("sms.parts")
                    .description("Parts of accepted messages, as they are billed")
                    .tags("country", made.country(), "definition", made.definition())
                    .register(registry));
  }
}
