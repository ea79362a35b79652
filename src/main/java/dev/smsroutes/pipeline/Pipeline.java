package dev.smsroutes.pipeline;

import dev.smsroutes.access.Access;
import dev.smsroutes.access.CallerLimits;
import dev.smsroutes.access.NumberRules;
import dev.smsroutes.api.ReplyClassifier;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.ledger.Ledger;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.trace.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.RoutesBuilder;

/** The routes from a request to its outcome, put together. Immutable. */
public final class Pipeline {
  /**
   * Where an intake hands over one request: takes a {@code SendRequest} as its body, and leaves an
   * {@code Outcome} there. Never throws.
   */
  public static final String SEND = "direct:sms-send";

  /**
   * Where an intake hands over many: takes a list of {@code SendItem} as its body, and leaves a
   * list of {@code Outcome} there, in the same order. Those that have enough in common share calls
   * (docs/decisions/0017). Never throws.
   */
  public static final String SEND_MANY = "direct:sms-send-many";

  private final PrepareSteps prepare;
  private final SendSteps send;
  private final boolean asksForStatus;

  /**
   * @param registry gets the meters of messages
   * @param tracing notes their spans; empty where traces are off
   */
  public Pipeline(
      Definitions definitions,
      Ledger ledger,
      ReplyClassifier classifier,
      TokenSource tokens,
      Throttle throttle,
      ContactPolicy contactPolicy,
      Access access,
      CallerLimits limits,
      NumberRules numbers,
      SendOptions options,
      MeterRegistry registry,
      Optional<Tracing> tracing) {
    RetryPolicy retries = options.retries();
    ThrottleSteps throttleSteps = new ThrottleSteps(throttle);
    MessageMeters meters = new MessageMeters(registry, definitions, contactPolicy.clock());
    this.asksForStatus = options.asksForStatus();
    this.prepare =
        PrepareSteps.of(
            definitions, contactPolicy, access, options.maxParts(), options.maxQueuedBytes());
    this.send =
        new SendSteps(
            new ExchangeAdapter(retries.deadline(), prepare.failures(), tracing),
            new LimitSteps(limits, numbers, ledger),
            new LedgerSteps(ledger),
            new Calls(options.recipientsPerCall()),
            prepare.contactPolicy(),
            throttleSteps,
            new Attempt(classifier, tokens, throttleSteps, retries, asksForStatus, meters),
            prepare.queue(),
            prepare.failures(),
            new OutcomeLog(meters));
  }

  /**
   * The routes.
   *
   * @param messagesUri the Camel endpoint of the API's {@code /messaging/v1/sms/messages}
   * @param statusUri the Camel endpoint with which it is asked about a message; needed only if
   *     {@link SendOptions#asksForStatus}
   * @param queueUri the Camel endpoint of the queue of the JMS intake: it must write persistent
   *     messages, and return when they are on disk
   */
  public List<RoutesBuilder> routes(
      String messagesUri, Optional<String> statusUri, String queueUri) {
    List<RoutesBuilder> routes = new ArrayList<>();
    routes.add(new SendRoute(send));
    routes.add(new PrepareRoute(prepare));
    routes.add(new AttemptRoute(send, messagesUri));
    routes.add(new QueueRoute(send, queueUri));
    if (asksForStatus) {
      routes.add(new StatusRoute(send, statusUri.orElseThrow()));
    }
    return routes;
  }
}
