package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Step.call;
import static dev.smsroutes.pipeline.Step.group;
import static dev.smsroutes.pipeline.Step.sends;
import static dev.smsroutes.pipeline.Step.when;
import static dev.smsroutes.pipeline.Step.whenSends;

import dev.smsroutes.ledger.LedgerUnavailableException;
import org.apache.camel.builder.RouteBuilder;

/**
 * The story: send requests come in, become messages, are sent once, and each ends in one outcome. A
 * single request is a list of one. Whatever happens is an outcome: no route of these throws.
 */
final class SendRoute extends RouteBuilder {
  private static final String PIPELINE = "direct:sms-pipeline";
  private static final String DELIVER = "direct:sms-deliver";

  private final SendSteps steps;

  SendRoute(SendSteps steps) {
    this.steps = steps;
  }

  @Override
  public void configure() {
    from(Pipeline.SEND)
        .routeId("sms-send")
        .description("Takes one send request; its outcome takes its place")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .process(steps.adapter()::one)
        .to(PIPELINE)
        .process(steps.adapter()::outcome);

    from(Pipeline.SEND_MANY)
        .routeId("sms-send-many")
        .description(
            "Takes many send requests, which may share calls; their outcomes take their place")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .process(steps.adapter()::many)
        .to(PIPELINE)
        .process(steps.adapter()::outcomes);

    from(PIPELINE)
        .routeId("sms-pipeline")
        .description(
            "Prepares the messages, claims their keys, delivers them, and logs the outcomes")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .doTry()
        .to(PrepareRoute.PREPARE)
        .process(sends(all -> steps.limits().take(all, getContext()::isStopping)))
        .process(sends(steps.calls()::plan))
        .filter(whenSends(steps.contactPolicy()::mayLeaveNow))
        .process(sends(steps.throttle()::passAtOnce))
        .end()
        .process(sends(steps.ledger()::admit))
        .loopDoWhile(whenSends(Sends::hasCall))
        .process(ExchangeAdapter::nextCall)
        .to(DELIVER)
        .process(ExchangeAdapter::afterCall)
        .end()
        .endDoTry()
        .doCatch(LedgerUnavailableException.class)
        .process(group(steps.failures()::unrecorded))
        .doCatch(Exception.class)
        .process(steps.failures()::failed)
        .doFinally()
        .process(sends(steps.ledger()::release))
        .process(sends(Sends::returnUnusedPermit))
        .process(sends(steps.limits()::giveBack))
        .end()
        .process(sends(steps.outcomeLog()::tell))
        // Only now that all claims have ended: a thread that waits for a key must not hold another.
        .filter(whenSends(Sends::hasKeysInUse))
        .split()
        .body(Sends.class, Sends::keysInUse)
        .to(PIPELINE)
        .end()
        .end();

    from(DELIVER)
        .routeId("sms-deliver")
        .description(
            "Makes one call, again if need be, or queues its message; records the outcomes")
        .errorHandler(noErrorHandler())
        .noStreamCaching()
        .doTry()
        .choice()
        .when(when(ApiCall::isQueued))
        .to(QueueRoute.QUEUE)
        .otherwise()
        .process(call(steps.contactPolicy()::hold))
        .loopDoWhile(when(ApiCall::goesOn))
        .to(AttemptRoute.ATTEMPT)
        .end()
        .process(steps.attempt()::outcomes)
        .filter(when(steps.attempt()::isInDoubt))
        .to(StatusRoute.ASK)
        .end()
        .end()
        .process(call(steps.ledger()::settle))
        .endDoTry()
        .doCatch(LedgerUnavailableException.class)
        .process(group(steps.failures()::unrecorded))
        .doCatch(Exception.class)
        .process(steps.failures()::failed)
        .end()
        .process(call(steps.calls()::planUnclear));
  }
}
