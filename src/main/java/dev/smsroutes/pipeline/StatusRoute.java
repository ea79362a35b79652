package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Step.call;

import dev.smsroutes.api.TokenException;
import java.io.IOException;
import org.apache.camel.builder.RouteBuilder;

/**
 * Asks the SMS API whether it knows a message whose answers were unclear (contract, section 2):
 * only where a site wants that, since the API limits how often it answers.
 */
final class StatusRoute extends RouteBuilder {
  static final String ASK = "direct:sms-ask";

  private final SendSteps steps;
  private final String statusUri;

  /**
   * @param statusUri the Camel endpoint of {@code GET /messaging/v1/sms/messages}
   */
  StatusRoute(SendSteps steps, String statusUri) {
    this.steps = steps;
    this.statusUri = statusUri;
  }

  @Override
  public void configure() {
    from(ASK)
        .routeId("sms-ask")
        .description("Asks the SMS API whether it knows a message whose answers were unclear")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .doTry()
        .process(steps.attempt()::ask)
        .to(statusUri)
        .process(ExchangeAdapter::reply)
        .process(call(steps.attempt()::classifyStatus))
        .endDoTry()
        .doCatch(TokenException.class, IOException.class)
        // Without an answer the doubt stays.
        .process(ExchangeAdapter::back)
        .end();
  }
}
