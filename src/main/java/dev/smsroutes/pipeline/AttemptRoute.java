package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Step.call;
import static dev.smsroutes.pipeline.Step.when;

import dev.smsroutes.api.TokenException;
import dev.smsroutes.throttle.ThrottledException;
import org.apache.camel.builder.RouteBuilder;

/** One attempt at the SMS API. It leaves what it learnt in the {@link ApiCall}. */
final class AttemptRoute extends RouteBuilder {
  static final String ATTEMPT = "direct:sms-attempt";

  private static final String CALL = "direct:sms-call";

  private final SendSteps steps;
  private final String messagesUri;

  /**
   * @param messagesUri the Camel endpoint of the API's {@code /messaging/v1/sms/messages}
   */
  AttemptRoute(SendSteps steps, String messagesUri) {
    this.steps = steps;
    this.messagesUri = messagesUri;
  }

  @Override
  public void configure() {
    Attempt attempt = steps.attempt();

    from(ATTEMPT)
        .routeId("sms-attempt")
        .description("Waits for a permit, records the attempt, calls, and classifies the reply")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .process(attempt::waitForBackOff)
        .process(call(ApiCall::begin))
        .doTry()
        .filter(when(ApiCall::hasToWait))
        .process(call(steps.throttle()::await))
        .process(call(steps.contactPolicy()::recheck))
        .process(call(steps.ledger()::recordAttempt))
        .end()
        .filter(when(ApiCall::isAnyAboard))
        .to(CALL)
        .filter(when(attempt::isTokenRefused))
        .process(call(attempt::renewToken))
        .to(CALL)
        .end()
        .process(call(attempt::classify))
        .end()
        .endDoTry()
        .doCatch(ThrottledException.class)
        .process(attempt::throttled)
        .doCatch(TokenException.class)
        .process(attempt::noToken)
        .doFinally()
        .process(call(steps.throttle()::giveBack))
        .end()
        .process(attempt::conclude);

    from(CALL)
        .routeId("sms-call")
        .description("One HTTP call to the SMS API")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .process(attempt::write)
        .doTry()
        .to(messagesUri)
        .process(ExchangeAdapter::reply)
        .doCatch(Exception.class)
        .process(ExchangeAdapter::noReply)
        .end();
  }
}
