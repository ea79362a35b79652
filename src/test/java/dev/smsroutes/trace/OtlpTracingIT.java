package dev.smsroutes.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.TraceContext;
import dev.smsroutes.testing.CapturedLog;
import dev.smsroutes.testing.SpanCollector;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Spans on their way to a collector, which may be well, ill, or not there. */
@Timeout(60)
class OtlpTracingIT {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  private SpanCollector collector;
  private CapturedLog log;

  @BeforeEach
  void start() throws Exception {
    collector = new SpanCollector();
    log = new CapturedLog(Level.INFO);
  }

  @AfterEach
  void stop() {
    log.close();
    collector.close();
  }

  private OtlpTracing tracing(double ratio) {
    return tracing(collector.url(), ratio);
  }

  private static OtlpTracing tracing(String url, double ratio) {
    return new OtlpTracing(
        new TraceOptions(URI.create(url + "/v1/traces"), Optional.empty(), ratio));
  }

  private static TraceContext one(OtlpTracing tracing) {
    return one(tracing, Optional.empty(), Optional.empty());
  }

  /** A request from its beginning to its end. */
  private static TraceContext one(
      OtlpTracing tracing, Optional<TraceContext> caller, Optional<String> delivery) {
    RequestSpan span = tracing.begin("http", caller, delivery);
    span.end(Optional.of("d"), new Accepted("r", Optional.of("k"), false));
    return span.context();
  }

  private List<String> told() {
    return log.lines().stream().filter(line -> line.contains("collector=")).toList();
  }

  @Test
  void a_stop_gives_the_last_spans_to_the_collector() {
    TraceContext context;
    try (OtlpTracing tracing = tracing(1)) {
      context = one(tracing);
    }

    assertThat(collector.seen(context.traceId()))
        .singleElement()
        .satisfies(span -> assertThat(span.id()).isEqualTo(context.spanId()));
  }

  @Test
  void with_a_ratio_of_0_only_callers_decide() {
    TraceContext own;
    try (OtlpTracing tracing = tracing(0)) {
      own = one(tracing);
      one(tracing, Optional.of(new TraceContext(TRACE, SPAN, true)), Optional.empty());
    }

    assertThat(own.sampled()).isFalse();
    assertThat(collector.all())
        .singleElement()
        .satisfies(
            span -> {
              assertThat(span.traceId()).isEqualTo(TRACE);
              assertThat(span.parent()).isEqualTo(SPAN);
            });
  }

  @Test
  void a_caller_that_records_nothing_is_followed() {
    TraceContext context;
    try (OtlpTracing tracing = tracing(1)) {
      context =
          one(tracing, Optional.of(new TraceContext(TRACE, SPAN, false)), Optional.of("delivery"));
    }

    assertThat(context.traceId()).isEqualTo(TRACE);
    assertThat(context.spanId()).isNotEqualTo(SPAN);
    assertThat(context.sampled()).isFalse();
    assertThat(collector.all()).isEmpty();
  }

  @Test
  void a_part_of_the_requests_is_recorded() {
    int requests = 2_000;
    Set<Boolean> seen = new HashSet<>();
    try (OtlpTracing tracing = tracing(0.5)) {
      for (int i = 0; i < requests; i++) {
        seen.add(one(tracing).sampled());
      }
    }

    assertThat(seen).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void all_deliveries_of_a_message_are_in_one_trace_and_those_of_another_are_not() {
    Optional<String> delivery = Optional.of("17/1700000000000/ID:1");
    try (OtlpTracing before = tracing(0.5);
        OtlpTracing afterRestart = tracing(0.5)) {
      TraceContext first = one(before, Optional.empty(), delivery);
      TraceContext second = one(afterRestart, Optional.empty(), delivery);
      TraceContext other = one(before, Optional.empty(), Optional.of("18/1700000000000/ID:2"));
      TraceContext none = one(before);

      assertThat(second.traceId()).isEqualTo(first.traceId());
      assertThat(second.sampled()).isEqualTo(first.sampled());
      assertThat(second.spanId()).isNotEqualTo(first.spanId());
      assertThat(Set.of(first.traceId(), other.traceId(), none.traceId())).hasSize(3);
    }
  }

  @Test
  void a_collector_that_refuses_is_told_of_once_and_again_when_it_is_well() {
    collector.answer(503);
    try (OtlpTracing tracing = tracing(1)) {
      one(tracing);
      await().until(() -> !told().isEmpty());
      one(tracing);
      await().until(() -> collector.bodies().size() > 1);
      collector.answer(200);
      TraceContext well = one(tracing);
      collector.await(well.traceId(), 1);
    }

    assertThat(told()).hasSize(2);
    assertThat(told().get(0)).contains("traces=dropped collector=127.0.0.1");
    assertThat(told().get(1)).contains("traces=exported collector=127.0.0.1");
    assertThat(log.lines()).noneMatch(line -> line.contains("opentelemetry"));
  }

  @Test
  void without_a_collector_requests_go_on_and_one_line_tells() {
    String gone = collector.url();
    collector.close();
    try (OtlpTracing tracing = tracing(gone, 1)) {
      // More than can wait.
      for (int i = 0; i < 20_000; i++) {
        assertThat(one(tracing).sampled()).isTrue();
      }
      await().until(() -> !told().isEmpty());
    }

    assertThat(told()).hasSize(1);
  }

  /** The collector takes the request, and never answers. */
  @Test
  void a_collector_that_hangs_does_not_hold_up_a_stop() throws Exception {
    collector.neverAnswer();
    OtlpTracing tracing = tracing(1);
    one(tracing);
    collector.awaitExport();

    tracing.close();

    assertThat(collector.all()).isEmpty();
  }
}
