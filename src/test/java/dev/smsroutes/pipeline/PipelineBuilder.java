package dev.smsroutes.pipeline;

import dev.smsroutes.access.Access;
import dev.smsroutes.access.CallerLimits;
import dev.smsroutes.access.NumberRules;
import dev.smsroutes.api.ReplyClassifier;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SendWindow;
import dev.smsroutes.contactpolicy.SendWindowCalendar;
import dev.smsroutes.contactpolicy.SuppressionLists;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.ThrottleOptions;
import dev.smsroutes.trace.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.camel.RoutesBuilder;

/**
 * The wiring of a pipeline in tests. What a test does not set: the definitions of this project, no
 * contact policy, a throttle whose pauses last a millisecond, one message in each call, repetitions
 * at once.
 */
final class PipelineBuilder {
  static final String QUEUE = "direct:broker";

  private final Ledger ledger;
  private Definitions definitions = DefinitionDirectory.load(Path.of("definitions"));
  private Throttle throttle = throttle();
  private ContactPolicy policy = ContactPolicy.NONE;
  private Access access = Access.NONE;
  private NumberRules numbers = NumberRules.NONE;
  private int maxParts = 10;
  private int maxQueuedBytes = 4_000;
  private int recipientsPerCall = 1;
  private Optional<Tracing> tracing = Optional.empty();

  PipelineBuilder(Ledger ledger) {
    this.ledger = ledger;
  }

  /** A throttle whose pauses are too short to be noticed. */
  static Throttle throttle() {
    Duration moment = Duration.ofMillis(1);
    return new Throttle(new ThrottleOptions(10, 0, Duration.ofSeconds(5), moment, moment));
  }

  /** Rows leave in this window of the day, and none goes to these numbers and contact keys. */
  static ContactPolicy policy(Collection<String> suppressed, String window, Clock clock) {
    return new ContactPolicy(
        () -> SuppressionLists.of(suppressed),
        Optional.empty(),
        Optional.of(new SendWindowCalendar(SendWindow.read("k", window), ZoneOffset.UTC)),
        clock);
  }

  PipelineBuilder definitions(Definitions set) {
    definitions = set;
    return this;
  }

  PipelineBuilder throttle(Throttle set) {
    throttle = set;
    return this;
  }

  PipelineBuilder policy(ContactPolicy set) {
    policy = set;
    return this;
  }

  PipelineBuilder access(Access set) {
    access = set;
    return this;
  }

  PipelineBuilder numbers(NumberRules set) {
    numbers = set;
    return this;
  }

  PipelineBuilder maxParts(int set) {
    maxParts = set;
    return this;
  }

  PipelineBuilder maxQueuedBytes(int set) {
    maxQueuedBytes = set;
    return this;
  }

  PipelineBuilder tracing(Tracing set) {
    tracing = Optional.of(set);
    return this;
  }

  PipelineBuilder recipientsPerCall(int set) {
    recipientsPerCall = set;
    return this;
  }

  /** The routes with an API that is played from a script, and others with them. */
  RoutesBuilder[] routes(ScriptedApi api, RoutesBuilder... others) {
    List<RoutesBuilder> all =
        new ArrayList<>(routes(new TokenSource(api::token, Clock.systemUTC(), throttle)));
    all.add(api);
    all.addAll(List.of(others));
    return all.toArray(RoutesBuilder[]::new);
  }

  /** The routes alone; a test has another that begins at {@link ScriptedApi#URI}. */
  List<RoutesBuilder> routes(TokenSource tokens) {
    SendOptions options =
        new SendOptions(
            maxParts,
            new RetryPolicy(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30)),
            false,
            maxQueuedBytes,
            recipientsPerCall);
    return new Pipeline(
            definitions,
            ledger,
            new ReplyClassifier(Clock.systemUTC()),
            tokens,
            throttle,
            policy,
            access,
            new CallerLimits(access.callers(), ledger::admitted, Clock.systemUTC()),
            numbers,
            options,
            new SimpleMeterRegistry(),
            tracing)
        .routes(ScriptedApi.URI, Optional.empty(), QUEUE);
  }
}
