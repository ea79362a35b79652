package dev.smsroutes.app;

import dev.smsroutes.api.ApiEndpoints;
import dev.smsroutes.api.TokenRoute;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.config.Configuration;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.intake.jms.JmsIntake;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.model.StatusTable;
import dev.smsroutes.pipeline.DeliverRoute;
import dev.smsroutes.pipeline.QueueRoute;
import dev.smsroutes.pipeline.RetryPolicy;
import dev.smsroutes.pipeline.SendManyRoute;
import dev.smsroutes.pipeline.SendOptions;
import dev.smsroutes.pipeline.SendRoute;
import dev.smsroutes.pipeline.SendSteps;
import dev.smsroutes.pipeline.StatusRoute;
import dev.smsroutes.throttle.Throttle;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;

/** Puts the pipeline together; all of its wiring is here. */
final class PipelineWiring {
  private static final Duration LONGEST_RETRY_DELAY = Duration.ofSeconds(30);

  private PipelineWiring() {}

  static List<RoutesBuilder> routes(
      CamelContext context,
      Configuration configuration,
      ApiEndpoints api,
      Definitions definitions,
      Ledger ledger,
      StatusTable table,
      Throttle throttle,
      ContactPolicy contactPolicy,
      Clock clock) {
    boolean asksForStatus = configuration.api().statusCheck();
    SendSteps steps =
        SendSteps.of(
            definitions,
            ledger,
            table,
            new TokenSource(TokenRoute.endpoint(context), table, clock, throttle),
            throttle,
            contactPolicy,
            new SendOptions(
                configuration.maxParts(),
                new RetryPolicy(
                    configuration.api().retryDelay(),
                    LONGEST_RETRY_DELAY,
                    configuration.http().deadline()),
                asksForStatus,
                configuration.jms().maxBodyBytes(),
                configuration.files().recipientsPerCall()));
    List<RoutesBuilder> routes = new ArrayList<>();
    routes.add(new SendRoute(steps));
    routes.add(new QueueRoute(steps, JmsIntake.queueUri(configuration.jms())));
    routes.add(new DeliverRoute(steps, api.messages()));
    routes.add(new SendManyRoute(steps, api.messages()));
    if (asksForStatus) {
      routes.add(new StatusRoute(steps, api.status()));
    }
    routes.add(new TokenRoute(api.token(), api.credentials()));
    return routes;
  }
}
