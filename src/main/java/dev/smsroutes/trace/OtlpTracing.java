package dev.smsroutes.trace;

import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.TraceContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * {@link Tracing} by the OpenTelemetry SDK. Spans wait in a queue of bounded size for a thread of
 * the SDK; when it is full, further ones are dropped. Close it after the last request has ended.
 */
public final class OtlpTracing implements Tracing, AutoCloseable {
  private static final AttributeKey<String> CHANNEL = AttributeKey.stringKey("sms_routes.channel");
  private static final AttributeKey<String> DEFINITION =
      AttributeKey.stringKey("sms_routes.definition");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("sms_routes.outcome");
  private static final AttributeKey<Long> CODE = AttributeKey.longKey("sms_routes.code");
  private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("sms_routes.attempt");
  private static final AttributeKey<Long> MESSAGES =
      AttributeKey.longKey("sms_routes.call.messages");
  private static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");

  private static final String SERVICE = "sms-routes";

  /** A second or so of spans of a busy node, some megabytes. */
  private static final int MAX_WAITING = 8_192;

  private static final Duration EXPORT_EACH = Duration.ofSeconds(1);
  private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(5);

  /** How long a stop waits for the last spans. */
  private static final long CLOSE_SECONDS = 2;

  private final TraceIds ids = new TraceIds();
  private final SdkTracerProvider provider;
  private final Tracer tracer;

  public OtlpTracing(TraceOptions options) {
    OtlpHttpSpanExporterBuilder exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(options.endpoint().toString())
            .setTimeout(EXPORT_TIMEOUT)
            // The next batch is the next attempt; what was in this one may be lost.
            .setRetryPolicy(null);
    options
        .authorization()
        .ifPresent(value -> exporter.setHeaders(() -> Map.of("Authorization", value.get())));
    provider =
        SdkTracerProvider.builder()
            .setIdGenerator(ids)
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(options.samplingRatio())))
            .setResource(resource())
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        new CollectorState(exporter.build(), options.endpoint().getHost()))
                    .setMaxQueueSize(MAX_WAITING)
                    .setScheduleDelay(EXPORT_EACH)
                    .setExporterTimeout(EXPORT_TIMEOUT)
                    .build())
            .build();
    tracer = provider.get(SERVICE);
  }

  private static Resource resource() {
    String version = OtlpTracing.class.getPackage().getImplementationVersion();
    return Resource.getDefault().toBuilder()
        .put("service.name", SERVICE)
        .put("service.version", version == null ? "" : version)
        .build();
  }

  @Override
  public RequestSpan begin(
      String channel, Optional<TraceContext> caller, Optional<String> delivery) {
    SpanBuilder builder =
        tracer
            .spanBuilder("send request")
            .setSpanKind(kind(channel))
            .setParent(caller.map(OtlpTracing::remote).orElseGet(Context::root))
            .setAttribute(CHANNEL, channel);
    return new Request(ids.with(delivery, builder::startSpan), channel);
  }

  private static SpanKind kind(String channel) {
    return switch (channel) {
      case Origin.HTTP -> SpanKind.SERVER;
      case Origin.JMS -> SpanKind.CONSUMER;
      default -> SpanKind.INTERNAL;
    };
  }

  private static Context remote(TraceContext caller) {
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.createFromRemoteParent(
                    caller.traceId(),
                    caller.spanId(),
                    caller.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                    TraceState.getDefault())));
  }

  /** Gives the last spans to the collector, for a short time. */
  @Override
  public void close() {
    provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private final class Request implements RequestSpan {
    private final Span span;
    private final String channel;

    private Request(Span span, String channel) {
      this.span = span;
      this.channel = channel;
    }

    @Override
    public TraceContext context() {
      SpanContext context = span.getSpanContext();
      return new TraceContext(context.getTraceId(), context.getSpanId(), context.isSampled());
    }

    @Override
    public void attempted(AttemptEnd attempt) {
      if (!span.isRecording()) {
        return;
      }
      long now = Clock.getDefault().now();
      long nanos = System.nanoTime();
      Span done =
          tracer
              .spanBuilder("attempt")
              .setSpanKind(SpanKind.CLIENT)
              .setParent(Context.root().with(span))
              .setStartTimestamp(now - (nanos - attempt.began()), TimeUnit.NANOSECONDS)
              .setAttribute(CHANNEL, channel)
              .setAttribute(DEFINITION, attempt.definition())
              .setAttribute(ATTEMPT, (long) attempt.number())
              .setAttribute(MESSAGES, (long) attempt.messages())
              .startSpan();
      attempt.httpStatus().ifPresent(status -> done.setAttribute(HTTP_STATUS, (long) status));
      ended(done, attempt.outcome(), !attempt.outcome().accepted());
      done.end(now - (nanos - attempt.ended()), TimeUnit.NANOSECONDS);
    }

    @Override
    public void end(Optional<String> definition, Outcome outcome) {
      definition.ifPresent(key -> span.setAttribute(DEFINITION, key));
      // A refusal is the caller's error, not ours; what is queued goes on.
      ended(span, outcome, !outcome.queued() && isOurTrouble(outcome.state()));
      span.end();
    }

    private static boolean isOurTrouble(Outcome.State state) {
      return switch (state) {
        case PARKED, UNCERTAIN, WAITING -> true;
        case ACCEPTED, ACCEPTED_EARLIER, REFUSED, DUPLICATE -> false;
      };
    }

    /** Without the words of the outcome, which may quote the API. */
    private static void ended(Span span, Outcome outcome, boolean error) {
      span.setAttribute(OUTCOME, outcome.state().name());
      span.setAttribute(CODE, (long) outcome.errorCode());
      if (error) {
        span.setStatus(StatusCode.ERROR);
      }
    }
  }
}
