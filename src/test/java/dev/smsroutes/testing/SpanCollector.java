package dev.smsroutes.testing;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;

/** A collector of spans as OpenTelemetry specifies it (OTLP over HTTP, protobuf). Thread-safe. */
public final class SpanCollector implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Queue<Span> spans = new ConcurrentLinkedQueue<>();
  private final Queue<String> authorizations = new ConcurrentLinkedQueue<>();
  private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch asked = new CountDownLatch(1);
  private volatile int status = 200;
  private volatile boolean silent;

  public SpanCollector() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v1/traces", this::take);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      byte[] body =
          packed
              ? new GZIPInputStream(exchange.getRequestBody()).readAllBytes()
              : exchange.getRequestBody().readAllBytes();
      asked.countDown();
      if (silent) {
        closing.await();
        return;
      }
      authorizations.add(
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse(""));
      bodies.add(new String(body, StandardCharsets.ISO_8859_1));
      int answer = status;
      if (answer == 200) {
        ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
            .flatMap(resource -> resource.getScopeSpansList().stream())
            .flatMap(scope -> scope.getSpansList().stream())
            .forEach(spans::add);
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(answer, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The base URL, for {@code sms.traces.otlp.endpoint}. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on each export is answered so. */
  public void answer(int httpStatus) {
    status = httpStatus;
  }

  /** From now on exports get no answer until this is closed. */
  public void neverAnswer() {
    silent = true;
  }

  /** Waits until an export has come. */
  public void awaitExport() throws InterruptedException {
    asked.await();
  }

  public List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  /** All that came, byte for byte. */
  public List<String> bodies() {
    return List.copyOf(bodies);
  }

  /** The spans of a trace once there are so many, in the order in which they began. */
  public List<Seen> await(String traceId, int count) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> seen(traceId), found -> found.size() >= count);
  }

  /** The spans of a trace that have come, in the order in which they began. */
  public List<Seen> seen(String traceId) {
    return all().stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  /** All spans that have come, in the order in which they began. */
  public List<Seen> all() {
    return spans.stream()
        .sorted((a, b) -> Long.compare(a.getStartTimeUnixNano(), b.getStartTimeUnixNano()))
        .map(SpanCollector::seen)
        .toList();
  }

  private static Seen seen(Span span) {
    Map<String, String> attributes = new TreeMap<>();
    for (KeyValue each : span.getAttributesList()) {
      AnyValue value = each.getValue();
      attributes.put(
          each.getKey(),
          value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue());
    }
    return new Seen(
        span.getName(),
        span.getKind().name().replace("SPAN_KIND_", ""),
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        hex(span.getParentSpanId()),
        span.getStatus().getCode().name().replace("STATUS_CODE_", ""),
        attributes,
        span.getStartTimeUnixNano(),
        span.getEndTimeUnixNano());
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  /**
   * A span that came.
   *
   * @param parent the id of its parent; empty if it has none
   * @param began in nanoseconds since 1970
   * @param ended in nanoseconds since 1970
   */
  public record Seen(
      String name,
      String kind,
      String traceId,
      String id,
      String parent,
      String status,
      Map<String, String> attributes,
      long began,
      long ended) {}
}
