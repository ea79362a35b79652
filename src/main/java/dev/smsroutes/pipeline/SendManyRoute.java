package dev.smsroutes.pipeline;

import dev.smsroutes.api.TokenException;
import dev.smsroutes.ledger.LedgerUnavailableException;
import dev.smsroutes.throttle.ThrottledException;
import java.io.IOException;
import org.apache.camel.builder.RouteBuilder;

/**
 * The same story for many requests at once: those that have enough in common travel in one call of
 * the API's bare route, and each ends in the outcome that it would have had alone
 * (docs/decisions/0017).
 *
 * <p>{@value #SEND_MANY} takes a list of {@code SendItem} as its body and leaves a list of {@code
 * Outcome} there, in the same order. It never throws.
 */
public final class SendManyRoute extends RouteBuilder {
  /** Where an intake hands over what may travel together. */
  public static final String SEND_MANY = "direct:sms-send-many";

  private static final String TOGETHER = "direct:sms-send-together";
  private static final String DELIVER = "direct:sms-deliver-together";
  private static final String ATTEMPT = "direct:sms-attempt-together";
  private static final String CALL = "direct:sms-call-together";
  private static final String ALONE = "direct:sms-send-alone";
  private static final String KNOWN = "direct:sms-send-known";

  private final SendSteps steps;
  private final String messagesUri;

  /**
   * @param messagesUri the Camel endpoint of the API's {@code /messaging/v1/sms/messages}
   */
  public SendManyRoute(SendSteps steps, String messagesUri) {
    this.steps = steps;
    this.messagesUri = messagesUri;
  }

  @Override
  public void configure() {
    ManySteps many = steps.many();

    from(SEND_MANY)
        .routeId("sms-send-many")
        .description("As sms-send for many send requests; those of one definition share calls")
        .errorHandler(noErrorHandler())
        .bean(many, "begin")
        .doTry()
        .bean(many, "validate")
        .bean(many, "enrich")
        .bean(many, "render")
        .bean(many, "refuseSuppressed")
        .bean(many, "admit")
        .bean(many, "hold")
        .split(method(many, "calls"))
        .to(TOGETHER)
        .end()
        .bean(many, "settle")
        .delay(method(many, "backOff"))
        .syncDelayed()
        .split(method(many, "alone"))
        .to(ALONE)
        .end()
        .endDoTry()
        .doCatch(LedgerUnavailableException.class)
        .bean(many, "unrecorded")
        .doCatch(Exception.class)
        .bean(many, "failed")
        .doFinally()
        .bean(many, "release")
        .end()
        // Only now that all claims have ended: who waits for a key must not hold one.
        .split(method(many, "known"))
        .to(KNOWN)
        .end()
        .bean(many, "end");

    configureTogether(steps.together());
    configureOneByOne(many);
  }

  private void configureTogether(TogetherSteps together) {
    from(TOGETHER)
        .routeId("sms-send-together")
        .description("One call with many messages; each gets its outcome, or is to go alone")
        .errorHandler(noErrorHandler())
        .bean(together, "take")
        .doTry()
        .to(DELIVER)
        .bean(together, "outcomes")
        .endDoTry()
        .doCatch(LedgerUnavailableException.class)
        .bean(together, "unrecorded")
        .doCatch(Exception.class)
        .bean(together, "failed")
        .end();

    from(DELIVER)
        .routeId("sms-deliver-together")
        .description("Repeats a call with many messages while all of them wait")
        .onException(UnsettledException.class)
        .retryWhile(method(steps.attempt(), "again"))
        .logExhausted(false)
        .logExhaustedMessageHistory(false)
        .continued(true)
        .end()
        .to(ATTEMPT);

    from(ATTEMPT)
        .routeId("sms-attempt-together")
        .description("As sms-attempt, with many messages in one call: one turn, one reply, judged")
        .errorHandler(noErrorHandler())
        .bean(together, "forgetTheLast")
        .doTry()
        .bean(steps.permits(), "await")
        .bean(together, "lookAgain")
        .bean(together, "begin")
        .to(CALL)
        .choice()
        .when(method(steps.attempt(), "tokenRefused"))
        .bean(steps.attempt(), "renewToken")
        .to(CALL)
        .end()
        .bean(together, "judge")
        .endDoTry()
        .doCatch(ThrottledException.class)
        .bean(steps.attempt(), "notNow")
        .doCatch(TokenException.class)
        .bean(steps.attempt(), "noToken")
        .doCatch(IOException.class)
        .bean(steps.attempt(), "noReply")
        .doFinally()
        .bean(steps.permits(), "giveBack")
        .end()
        .bean(together, "throwIfAllWait");

    from(CALL)
        .routeId("sms-call-together")
        .description("One HTTP call to the SMS API's bare route")
        .errorHandler(noErrorHandler())
        .bean(together, "write")
        .to(messagesUri);
  }

  private void configureOneByOne(ManySteps many) {
    from(ALONE)
        .routeId("sms-send-alone")
        .description("One of many, admitted: sent by itself, under the claim that it has")
        .errorHandler(noErrorHandler())
        .bean(many, "beginAlone")
        .doTry()
        .to(DeliverRoute.DELIVER)
        .bean(steps.ledgerSteps(), "settle")
        .endDoTry()
        .doCatch(LedgerUnavailableException.class)
        .bean(steps.outcomeLog(), "unrecorded")
        .doCatch(Exception.class)
        .bean(steps.outcomeLog(), "failed")
        .doFinally()
        .bean(steps.ledgerSteps(), "release")
        .end()
        .bean(many, "took");

    from(KNOWN)
        .routeId("sms-send-known")
        .description("One of many whose key is not new: the ledger knows what becomes of it")
        .errorHandler(noErrorHandler())
        .bean(many, "beginKnown")
        .to(SendRoute.SEND)
        .bean(many, "took");
  }
}
