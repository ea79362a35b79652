package dev.smsroutes.sandbox;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections, latency and faults: everything between the wire and {@link ApiRoutes}. There is one
 * for each event loop; its own fields belong to that thread.
 */
final class SandboxServer extends AbstractVerticle {
  private static final Logger LOG = LoggerFactory.getLogger(SandboxServer.class);

  /** The interval of the check for idle connections. */
  private static final long SWEEP_MS = 50;

  private static final int CHUNK = 64 << 10;
  private static final Buffer FILLER = Buffer.buffer(" ".repeat(CHUNK));

  /** Longer than any key, so that the API refuses a key that is too long, and not HTTP. */
  private static final int MAX_LINE_BYTES = 64 << 10;

  /**
   * Since when a connection is idle or busy. It counts calls, because the next call may be read
   * before the last answer is reported as written.
   */
  private static final class ConnectionState {
    int calls;
    long since = System.nanoTime();

    void change(boolean toBusy) {
      calls += toBusy ? 1 : -1;
      since = System.nanoTime();
    }
  }

  private final SandboxOptions options;
  private final BrowserCheck browsers;
  private final ApiRoutes api;
  private final Oracle oracle;
  private final Tokens tokens;
  private final FaultScript faults;
  private final CallCounts counts;
  private final Replies replies;
  private final AtomicReference<SandboxSettings> settings;
  private final AtomicReference<Integer> port;
  private final Map<HttpConnection, ConnectionState> lines = new IdentityHashMap<>();

  SandboxServer(
      SandboxOptions options,
      ApiRoutes api,
      Oracle oracle,
      Tokens tokens,
      FaultScript faults,
      CallCounts counts,
      Replies replies,
      AtomicReference<SandboxSettings> settings,
      AtomicReference<Integer> port) {
    this.options = options;
    this.browsers = new BrowserCheck(options.host);
    this.api = api;
    this.oracle = oracle;
    this.tokens = tokens;
    this.faults = faults;
    this.counts = counts;
    this.replies = replies;
    this.settings = settings;
    this.port = port;
  }

  @Override
  public void start(Promise<Void> started) {
    HttpServer server =
        vertx.createHttpServer(
            new HttpServerOptions()
                // The idle timeout of Vert.x would also cut off a slow answer; the sweep does not.
                .setIdleTimeout(0)
                .setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(true)
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_LINE_BYTES)
                .setTcpNoDelay(true)
                .setAcceptBacklog(4096));
    server.connectionHandler(
        connection -> {
          lines.put(connection, new ConnectionState());
          connection.closeHandler(nothing -> lines.remove(connection));
        });
    server.exceptionHandler(e -> LOG.debug("A connection broke: {}", e.getMessage()));
    server.requestHandler(this::receive);
    vertx.setPeriodic(SWEEP_MS, timer -> sweep());
    // A negative port means any free one, the same for all event loops.
    server
        .listen(options.port == 0 ? -1 : options.port, options.host)
        .onSuccess(listening -> port.set(listening.actualPort()))
        .<Void>mapEmpty()
        .onComplete(started);
  }

  /** Closes idle connections, and those whose call takes longer than the API waits. */
  private void sweep() {
    long now = System.nanoTime();
    long idle = (long) (settings.get().idleSeconds() * TimeUnit.SECONDS.toNanos(1));
    long slow = options.requestTimeout.toNanos();
    List<HttpConnection> over = new ArrayList<>();
    lines.forEach(
        (connection, line) -> {
          long limit = line.calls > 0 ? slow : idle;
          if (limit > 0 && now - line.since >= limit) {
            over.add(connection);
          }
        });
    over.forEach(HttpConnection::close);
  }

  private void receive(HttpServerRequest request) {
    change(request, true);
    Optional<String> web = browsers.refuses(request.headers());
    if (web.isPresent()) {
      write(request, replies.error(403, ApiCode.FORBIDDEN, web.get()));
      return;
    }
    Buffer body = Buffer.buffer();
    boolean[] tooLong = {false};
    request.handler(
        chunk -> {
          if (tooLong[0]) {
            return;
          }
          if (body.length() + chunk.length() > options.maxBodyBytes) {
            tooLong[0] = true;
            refuseBody(request);
          } else {
            body.appendBuffer(chunk);
          }
        });
    request.exceptionHandler(e -> LOG.debug("A request broke: {}", e.getMessage()));
    request.endHandler(
        nothing -> {
          if (!tooLong[0]) {
            received(request, body);
          }
        });
  }

  private void refuseBody(HttpServerRequest request) {
    WireAnswer answer =
        replies
            .error(
                413,
                ApiCode.VALIDATION,
                "Expected a body of up to " + options.maxBodyBytes + " bytes")
            .withHeader("Connection", "close");
    Incoming call =
        new Incoming(request.method().name(), request.uri(), request.headers(), new byte[0]);
    if (call.resource != Incoming.Resource.SANDBOX) {
      counts.started(CallCounts.kind(call));
      counts.ended(CallCounts.kind(call), "413");
    }
    write(request, answer);
  }

  private void received(HttpServerRequest request, Buffer body) {
    Incoming call =
        new Incoming(request.method().name(), request.uri(), request.headers(), body.getBytes());
    if (call.resource == Incoming.Resource.SANDBOX) {
      // A page may take long to write; calls of the API must not wait for it.
      vertx
          .executeBlocking(() -> oracle.answer(call), false)
          .onComplete(
              done -> write(request, done.succeeded() ? done.result() : broken(done.cause())));
      return;
    }
    counts.started(CallCounts.kind(call));
    Optional<ScriptedFault> fault = faults.next(call);
    long latency = fault.map(found -> found.latencyMs).orElse(0L);
    if (call.resource.isInApi()) {
      latency += settings.get().latencyMs();
    }
    if (latency > 0) {
      vertx.setTimer(latency, timer -> handle(request, call, fault.orElse(null)));
    } else {
      handle(request, call, fault.orElse(null));
    }
  }

  private void handle(HttpServerRequest request, Incoming call, ScriptedFault fault) {
    String kind = CallCounts.kind(call);
    if (fault == null) {
      answer(request, kind, process(call));
      return;
    }
    if (fault.expiresTokens) {
      tokens.expireAll();
    }
    if (fault.silence != ScriptedFault.Silence.NO) {
      if (fault.silence.afterAccepting()) {
        process(call);
      }
      if (fault.silence.isDrop()) {
        counts.ended(kind, "dropped");
        request.connection().close();
      } else {
        counts.ended(kind, "hanging");
      }
      return;
    }
    if (fault.answers()) {
      if (fault.accepts) {
        process(call);
      }
      answer(request, kind, fault.answer(call, replies));
    } else {
      answer(request, kind, fault.decorate(process(call)));
    }
  }

  private WireAnswer process(Incoming call) {
    try {
      return api.answer(call);
    } catch (RuntimeException e) {
      return broken(e);
    }
  }

  private WireAnswer broken(Throwable cause) {
    LOG.error("The sandbox failed on a call", cause);
    return replies.error(500, ApiCode.INTERNAL, "The sandbox failed; its log says why");
  }

  private void answer(HttpServerRequest request, String kind, WireAnswer answer) {
    counts.ended(kind, Integer.toString(answer.status()));
    write(request, answer);
  }

  private void write(HttpServerRequest request, WireAnswer answer) {
    HttpServerResponse response = request.response();
    if (response.closed() || response.ended()) {
      return;
    }
    response
        .setStatusCode(answer.status())
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader(
            HttpHeaders.DATE,
            DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (!answer.contentType().isEmpty()) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, answer.contentType());
    }
    answer.headers().forEach(response::putHeader);
    Buffer body = Buffer.buffer(answer.body());
    Future<Void> written;
    if (answer.filler() == 0) {
      written = response.end(body);
    } else {
      long length = body.length() + answer.filler();
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length));
      response.write(body);
      Promise<Void> filled = Promise.promise();
      response.exceptionHandler(filled::tryFail);
      response.closeHandler(nothing -> filled.tryComplete());
      fill(response, answer.filler(), filled);
      written = filled.future();
    }
    written.onComplete(
        done -> {
          change(request, false);
          if ("close".equalsIgnoreCase(answer.headers().get("Connection"))) {
            request.connection().close();
          }
        });
  }

  /** Writes no faster than the client reads: the body takes no memory, whatever its length. */
  private void fill(HttpServerResponse response, long left, Promise<Void> filled) {
    long still = left;
    while (still > 0) {
      if (response.closed()) {
        return;
      }
      if (response.writeQueueFull()) {
        long rest = still;
        response.drainHandler(nothing -> fill(response, rest, filled));
        return;
      }
      int length = (int) Math.min(CHUNK, still);
      response.write(length == CHUNK ? FILLER : FILLER.slice(0, length));
      still -= length;
    }
    response.end().onComplete(done -> filled.tryComplete());
  }

  private void change(HttpServerRequest request, boolean busy) {
    ConnectionState line = lines.get(request.connection());
    if (line != null) {
      line.change(busy);
    }
  }
}
