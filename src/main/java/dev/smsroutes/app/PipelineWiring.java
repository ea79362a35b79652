package dev.smsroutes.app;

import dev.smsroutes.access.Access;
import dev.smsroutes.access.CallerLimits;
import dev.smsroutes.api.ApiEndpoints;
import dev.smsroutes.api.ReplyClassifier;
import dev.smsroutes.api.TokenRoute;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.config.ContactPolicyOptions;
import dev.smsroutes.config.InvalidSettingsException;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.intake.jms.JmsIntake;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.pipeline.DryRun;
import dev.smsroutes.pipeline.Pipeline;
import dev.smsroutes.pipeline.RetryPolicy;
import dev.smsroutes.pipeline.SendOptions;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.RoutesBuilder;

/** Puts the pipeline together; all of its wiring is here. */
public final class PipelineWiring {
  private static final Duration MAX_RETRY_DELAY = Duration.ofSeconds(30);

  private PipelineWiring() {}

  /**
   * For a command; to be closed.
   *
   * @param caller whose rights count; empty: all rights
   * @throws dev.smsroutes.definition.InvalidDefinitionException if the definitions cannot be read
   * @throws InvalidSettingsException if the suppression list or the keys file cannot
   */
  public static DryRun dryRun(Configuration configuration, Optional<String> caller) {
    Clock clock = Clock.systemUTC();
    return DryRun.start(
        DefinitionDirectory.load(configuration.definitions()),
        contactPolicy(configuration.contactPolicy()),
        configuration.access().with(configuration.access().open(), clock, false),
        caller,
        configuration.maxParts());
  }

  private static ContactPolicy contactPolicy(ContactPolicyOptions options) {
    try {
      return options.with(options.open(), Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingsException(List.of(e.getMessage()));
    }
  }

  static List<RoutesBuilder> routes(
      Configuration configuration,
      ApiEndpoints api,
      Definitions definitions,
      Ledger ledger,
      TokenSource tokens,
      Throttle throttle,
      ContactPolicy contactPolicy,
      Access access,
      Clock clock,
      MeterRegistry registry,
      Optional<Tracing> tracing) {
    Pipeline pipeline =
        new Pipeline(
            definitions,
            ledger,
            new ReplyClassifier(clock),
            tokens,
            throttle,
            contactPolicy,
            access,
            new CallerLimits(access.callers(), ledger::admitted, clock),
            configuration.access().numbers(),
            new SendOptions(
                configuration.maxParts(),
                new RetryPolicy(
                    configuration.api().retryDelay(),
                    MAX_RETRY_DELAY,
                    configuration.http().deadline()),
                configuration.api().statusCheck(),
                configuration.jms().maxBodyBytes(),
                configuration.files().recipientsPerCall()),
            registry,
            tracing);
    List<RoutesBuilder> routes =
        new ArrayList<>(
            pipeline.routes(
                api.messages(),
                Optional.of(api.status()),
                JmsIntake.queueUri(configuration.jms())));
    routes.add(new TokenRoute(api.token(), api.credentials()));
    return routes;
  }
}
