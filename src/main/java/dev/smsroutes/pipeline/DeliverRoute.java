package dev.smsroutes.pipeline;

import dev.smsroutes.api.TokenException;
import dev.smsroutes.model.InvalidRequestException;
import dev.smsroutes.throttle.ThrottledException;
import java.io.IOException;
import org.apache.camel.builder.RouteBuilder;

/**
 * Takes a message to the SMS API. Three routes, because Camel repeats only the step that failed:
 * {@code sms-deliver} repeats {@code sms-attempt} (call, then judge), which may make {@code
 * sms-call} twice when the token had run out.
 */
public final class DeliverRoute extends RouteBuilder {
  static final String DELIVER = "direct:sms-deliver";

  private static final String ATTEMPT = "direct:sms-attempt";
  private static final String CALL = "direct:sms-call";

  private final SendSteps steps;
  private final String messagesUri;

  /**
   * @param messagesUri the Camel endpoint of the API's {@code /messaging/v1/sms/messages}
   */
  public DeliverRoute(SendSteps steps, String messagesUri) {
    this.steps = steps;
    this.messagesUri = messagesUri;
  }

  @Override
  public void configure() {
    Attempt attempt = steps.attempt();

    from(DELIVER)
        .routeId("sms-deliver")
        .description("Repeats an attempt that did not settle, with the same key")
        .onException(UnsettledException.class)
        .retryWhile(method(attempt, "again"))
        .logExhausted(false)
        .logExhaustedMessageHistory(false)
        .continued(true)
        .end()
        .to(ATTEMPT)
        .choice()
        .when(method(attempt, "inDoubt"))
        .to(StatusRoute.ASK)
        .end()
        .bean(attempt, "outcome");

    from(ATTEMPT)
        .routeId("sms-attempt")
        .description("One attempt: await a turn, call, renew the token once if it ran out, judge")
        .errorHandler(noErrorHandler())
        .bean(attempt, "forgetTheLast")
        .doTry()
        .bean(steps.permits(), "await")
        .bean(steps.contactPolicySteps(), "lookAgain")
        .bean(attempt, "begin")
        .to(CALL)
        .choice()
        .when(method(attempt, "tokenRefused"))
        .bean(attempt, "renewToken")
        .to(CALL)
        .end()
        .bean(attempt, "judge")
        .endDoTry()
        .doCatch(ThrottledException.class)
        .bean(attempt, "notNow")
        .doCatch(InvalidRequestException.class)
        .bean(attempt, "refused")
        .doCatch(TokenException.class)
        .bean(attempt, "noToken")
        .doCatch(IOException.class)
        .bean(attempt, "noReply")
        .doFinally()
        .bean(steps.permits(), "giveBack")
        .end()
        .bean(attempt, "throwIfUnsettled");

    from(CALL)
        .routeId("sms-call")
        .description("One HTTP call to the SMS API")
        .errorHandler(noErrorHandler())
        .bean(attempt, "write")
        .to(messagesUri);
  }
}
