package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.model.Correlation;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.model.TraceContext;
import dev.smsroutes.trace.RequestSpan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the pipeline does with spans, whatever notes them. */
class TracedSendTest extends CamelTestSupport {
  private static final String CALLERS = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";
  private static final String OWN_TRACE = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  private static final String OWN_SPAN = "bbbbbbbbbbbbbbbb";

  private final RecordingLedger ledger = new RecordingLedger();
  private final List<String> ended = new ArrayList<>();
  private final List<Map<String, Object>> queued = new ArrayList<>();
  private boolean sampled;

  @Override
  protected RoutesBuilder[] createRouteBuilders() {
    return new PipelineBuilder(ledger)
        .definitions(new TwoDefinitions())
        .tracing(this::begin)
        .routes(
            new ScriptedApi(),
            new RouteBuilder() {
              @Override
              public void configure() {
                from(PipelineBuilder.QUEUE)
                    .process(to -> queued.add(new HashMap<>(to.getMessage().getHeaders())));
              }
            });
  }

  private RequestSpan begin(
      String channel, Optional<TraceContext> caller, Optional<String> delivery) {
    TraceContext context =
        new TraceContext(
            caller.map(TraceContext::traceId).orElse(OWN_TRACE),
            OWN_SPAN,
            caller.map(TraceContext::sampled).orElse(sampled));
    return new RequestSpan() {
      @Override
      public TraceContext context() {
        return context;
      }

      @Override
      public void attempted(AttemptEnd attempt) {
        ended.add("attempt " + attempt.number());
      }

      @Override
      public void end(Optional<String> definition, Outcome outcome) {
        ended.add(definition.orElse("-") + " " + outcome.state());
      }
    };
  }

  private void send(SendRequest request, Map<String, Object> properties) {
    template.request(
        Pipeline.SEND,
        exchange -> {
          exchange.getMessage().setBody(request);
          properties.forEach(exchange::setProperty);
        });
  }

  private static SendRequest request(String definitionKey) {
    return new SendRequest(
        "k", definitionKey, new Recipient("c", "+1 425 555 0123", Map.of("password", "p1")), null);
  }

  /** A trace that begins here and is not recorded has an id that nobody can look up. */
  @ParameterizedTest
  @CsvSource({
    // the caller's flag, whether ours is recorded; what is queued, the id that is kept
    "'',  true, 00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "'',  false, ,",
    "01,  false, 00-4bf92f3577b34da6a3ce929d0e0e4736-bbbbbbbbbbbbbbbb-01, 4bf92f3577b34da6a3ce929d0e0e4736",
    "00,  true, 00-4bf92f3577b34da6a3ce929d0e0e4736-bbbbbbbbbbbbbbbb-00, 4bf92f3577b34da6a3ce929d0e0e4736",
  })
  void a_trace_id_is_kept_where_there_is_a_trace(
      String flags, boolean recorded, String traceparent, String kept) {
    sampled = recorded;
    Map<String, Object> properties = new HashMap<>(Map.of(HandOver.QUEUED, true));
    if (!flags.isEmpty()) {
      properties.put(HandOver.TRACEPARENT, CALLERS + flags);
    }

    send(request("reset"), properties);

    assertThat(queued)
        .singleElement()
        .satisfies(message -> assertThat(message.get("traceparent")).isEqualTo(traceparent));
    assertThat(ledger.correlations)
        .containsExactly(new Correlation(Optional.ofNullable(kept), Optional.empty()));
  }

  @Test
  void a_request_ends_once_after_its_attempts() {
    send(request("reset"), Map.of());

    assertThat(ended).containsExactly("attempt 1", "reset ACCEPTED");
  }

  @Test
  void a_definition_that_nobody_knows_is_not_named() {
    send(request("+49 151 12345678"), Map.of());

    assertThat(ended).containsExactly("- REFUSED");
  }
}
