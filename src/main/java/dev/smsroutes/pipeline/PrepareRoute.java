package dev.smsroutes.pipeline;

import dev.smsroutes.model.InvalidRequestException;
import java.util.function.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.bean.validator.BeanValidationException;

/**
 * The first half of the story: what can be said of a request before the ledger and the API are
 * asked. It changes nothing outside, so that {@link DryRun} goes the same way.
 *
 * <p>{@value #PREPARE} takes {@link Sends}. Each message ends refused, or has a {@code Message}.
 */
final class PrepareRoute extends RouteBuilder {
  static final String PREPARE = "direct:sms-prepare";

  private final PrepareSteps steps;

  PrepareRoute(PrepareSteps steps) {
    this.steps = steps;
  }

  @Override
  public void configure() {
    from(PREPARE)
        .routeId("sms-prepare")
        .description(
            "Validates, enriches, checks rights and renders, and refuses what must not be sent")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .doTry()
        .to("bean-validator:sms-request")
        .doCatch(BeanValidationException.class)
        .process(
            exchange ->
                steps
                    .refusal()
                    .violated(
                        ExchangeAdapter.sends(exchange),
                        ExchangeAdapter.caught(exchange, BeanValidationException.class)))
        .end()
        .process(each(steps.enrichment()::enrich))
        .process(each(steps.access()::check))
        .process(each(steps.substitution()::render))
        .process(each(steps.contactPolicy()::refuseSuppressed))
        .process(each(steps.queue()::check));
  }

  /** For each message that has no outcome yet. One that is refused, or fails, holds up no other. */
  private Processor each(Consumer<InFlight> step) {
    return Step.sends(
        sends -> {
          for (InFlight message : sends.open()) {
            try {
              step.accept(message);
            } catch (InvalidRequestException e) {
              steps.refusal().refuse(message, e.faults());
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
              steps.failures().failed(message, e);
            }
          }
        });
  }
}
