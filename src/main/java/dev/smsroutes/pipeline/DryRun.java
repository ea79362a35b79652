package dev.smsroutes.pipeline;

import dev.smsroutes.access.Access;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Prepared;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.Envelope.Handling;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Tells beforehand what becomes of requests, as far as that needs neither the ledger nor the API:
 * they go through the route {@code sms-prepare}, as those do that are sent. Thread-safe.
 */
public final class DryRun implements AutoCloseable {
  private final ProducerTemplate template;
  private final Optional<String> caller;
  private final Runnable close;

  private DryRun(ProducerTemplate template, Optional<String> caller, Runnable close) {
    this.template = template;
    this.caller = caller;
    this.close = close;
  }

  /**
   * In a context that has the routes of a {@link Pipeline}.
   *
   * @param caller whose rights count; empty: all rights
   */
  public static DryRun in(CamelContext context, Optional<String> caller) {
    ProducerTemplate template = context.createProducerTemplate();
    return new DryRun(template, caller, template::stop);
  }

  /**
   * In a context of its own, which ends with {@link #close}.
   *
   * @param caller whose rights count; empty: all rights
   * @param maxParts the most parts of one message
   */
  public static DryRun start(
      Definitions definitions,
      ContactPolicy contactPolicy,
      Access access,
      Optional<String> caller,
      int maxParts) {
    DefaultCamelContext context = new DefaultCamelContext();
    context.disableJMX();
    context.setStartupSummaryLevel(StartupSummaryLevel.Off);
    PrepareSteps steps =
        PrepareSteps.of(definitions, contactPolicy, access, maxParts, Integer.MAX_VALUE);
    try {
      context.addRoutes(new PrepareRoute(steps));
    } catch (Exception e) {
      throw new IllegalStateException("Expected the route sms-prepare to be complete", e);
    }
    context.start();
    return new DryRun(context.createProducerTemplate(), caller, context::stop);
  }

  /**
   * Takes requests as far as they go.
   *
   * @param requests some hundreds at most
   * @return in the same order
   */
  public List<Prepared> prepare(List<SendRequest> requests) {
    return prepare(requests, caller);
  }

  /**
   * As {@link #prepare(List)}.
   *
   * @param caller whose rights count for these; empty: all rights
   */
  public List<Prepared> prepare(List<SendRequest> requests, Optional<String> caller) {
    Exchange exchange =
        template.send(
            PrepareRoute.PREPARE,
            asked -> {
              Handling handling =
                  new Handling(
                      "",
                      caller,
                      Optional.empty(),
                      Optional.empty(),
                      false,
                      false,
                      0,
                      Duration.ZERO,
                      false,
                      false,
                      asked.getClock(),
                      0);
              Origin origin = Origin.of("", "");
              asked
                  .getMessage()
                  .setBody(
                      new Sends(
                          requests.stream()
                              .map(request -> new InFlight(new Envelope(request, origin, handling)))
                              .toList(),
                          Optional.empty()));
            });
    if (exchange.getException() != null) {
      throw new IllegalStateException("A dry run failed inside", exchange.getException());
    }
    return ExchangeAdapter.sends(exchange).messages().stream().map(DryRun::prepared).toList();
  }

  private static Prepared prepared(InFlight message) {
    Outcome outcome = message.outcome;
    if (outcome == null) {
      return Prepared.of(message.message);
    }
    return Prepared.refused(
        outcome.faults().isEmpty()
            ? List.of(new Fault("", ErrorCode.INTERNAL, outcome.message()))
            : outcome.faults());
  }

  @Override
  public void close() {
    close.run();
  }
}
