package dev.smsroutes.intake.http;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.spi.Registry;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;

/**
 * Binds the beans that {@code routes/http-intake.camel.yaml} and a site's own HTTP routes name:
 * {@code httpIntake}, {@code httpHeaders}, {@code smsOutcomes} and {@code smsRecipients}.
 *
 * @param recipients how many recipients of all requests are sent side by side
 */
public record HttpIntakeBeans(HttpIntake intake, int recipients) implements CamelConfiguration {
  @Override
  public void configure(CamelContext context) {
    Registry registry = context.getRegistry();
    registry.bind("httpIntake", intake);
    // Its name until this release: a site's own routes may still say it. Goes in the next one.
    registry.bind("httpEdge", intake);
    registry.bind("httpHeaders", new HttpHeaders());
    registry.bind("smsOutcomes", new GroupedBodyAggregationStrategy());
    registry.bind(
        "smsRecipients",
        context
            .getExecutorServiceManager()
            .newThreadPool(
                HttpIntakeBeans.class,
                "sms-recipients",
                new ThreadPoolProfileBuilder("sms-recipients")
                    .poolSize(recipients)
                    .maxPoolSize(recipients)
                    .maxQueueSize(recipients)
                    .rejectedPolicy(ThreadPoolRejectedPolicy.CallerRuns)
                    .build()));
  }
}
