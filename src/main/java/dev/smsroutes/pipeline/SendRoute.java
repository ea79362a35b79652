package dev.smsroutes.pipeline;

import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.model.InvalidRequestException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.bean.validator.BeanValidationException;

/**
 * The story: a send request comes in, becomes one message, is sent once, and ends in one outcome.
 *
 * <p>{@value #SEND} takes a {@code SendRequest} as its body and leaves an {@code Outcome} there. It
 * never throws: whatever happens is an outcome. Every intake ends here.
 */
public final class SendRoute extends RouteBuilder {
  /** Where every intake hands over. */
  public static final String SEND = "direct:sms-send";

  private final SendSteps steps;

  public SendRoute(SendSteps steps) {
    this.steps = steps;
  }

  @Override
  public void configure() {
    // No error handler here, not even the default one: it would hide faults from the caller's.
    from(SEND)
        .routeId("sms-send")
        .description(
            "Validates, enriches, renders, admits and delivers one send request; not to people on the list, not at night")
        .errorHandler(noErrorHandler())
        .bean(steps.outcomeLog(), "begin")
        .doTry()
        .to("bean-validator:sms-request")
        .bean(steps.enrichment(), "enrich")
        .bean(steps.substitution(), "render")
        .bean(steps.contactPolicySteps(), "refuseSuppressed")
        .bean(steps.queueSteps(), "check")
        .bean(steps.ledgerSteps(), "admit")
        .filter(exchangeProperty(SendState.OUTCOME).isNull())
        .choice()
        .when(exchangeProperty(SendState.QUEUED).isEqualTo(true))
        .to(QueueRoute.QUEUE)
        .when(method(steps.contactPolicySteps(), "mustWait"))
        .bean(steps.contactPolicySteps(), "hold")
        .otherwise()
        .to(DeliverRoute.DELIVER)
        .end()
        .bean(steps.ledgerSteps(), "settle")
        .end()
        .endDoTry()
        .doCatch(BeanValidationException.class, InvalidRequestException.class)
        .bean(steps.refusal(), "explain")
        .bean(steps.ledgerSteps(), "refused")
        .doCatch(LedgerUnavailableException.class)
        .bean(steps.outcomeLog(), "unrecorded")
        .doCatch(Exception.class)
        .bean(steps.outcomeLog(), "failed")
        .doFinally()
        .bean(steps.ledgerSteps(), "release")
        .end()
        .bean(steps.outcomeLog(), "end");
  }
}
