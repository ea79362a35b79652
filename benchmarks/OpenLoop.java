import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A load that does not wait for answers: so many requests a second, however slow the answers are. A
 * latency begins when the request was due, so that a server that stops taking requests is seen.
 *
 * <p>One event loop does everything; use it from one thread.
 */
final class OpenLoop implements AutoCloseable {
  private static final Buffer BODY =
      Buffer.buffer(
          "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"ada@example.com\","
              + "\"to\":\"14255550123\",\"attributes\":{\"FirstName\":\"Ada\","
              + "\"password\":\"Tulip-41\"}}}");

  /** The last answers are waited for at most so long. */
  private static final int DRAIN_SECONDS = 30;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final HttpClient client;
  private final RequestOptions target;
  private int series;

  /**
   * @param connections the most connections at a time, each with one request under way
   * @param waiting how many requests may wait for a connection; more are not sent
   */
  OpenLoop(String url, int connections, int waiting) {
    URI uri = URI.create(url);
    client =
        vertx.createHttpClient(
            new HttpClientOptions().setKeepAliveTimeout(60),
            new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(waiting));
    target = new RequestOptions().setHost(uri.getHost()).setPort(uri.getPort());
  }

  /** What became of the requests of one run. Rates are a second of the run; latencies are in ms. */
  static final class Result {
    private final double seconds;
    private final Histogram acceptedMicros = new Histogram(3);
    private final Histogram refusedMicros = new Histogram(3);
    private long offered;
    private long withoutRetryAfter;
    private long others;
    private long notSent;
    private long lastRefusedNanos;

    private Result(double seconds) {
      this.seconds = seconds;
    }

    double offeredRate() {
      return (offered - notSent) / seconds;
    }

    double acceptedRate() {
      return acceptedMicros.getTotalCount() / seconds;
    }

    double refusedRate() {
      return refusedMicros.getTotalCount() / seconds;
    }

    double acceptedMs(double percentile) {
      return acceptedMicros.getValueAtPercentile(percentile) / 1000.0;
    }

    double refusedMs(double percentile) {
      return refusedMicros.getValueAtPercentile(percentile) / 1000.0;
    }

    /** Answers 503 without the header Retry-After. */
    long withoutRetryAfter() {
      return withoutRetryAfter;
    }

    /** Neither 202 nor 503, or no answer. */
    long others() {
      return others;
    }

    /** How many the load could not offer, because all its connections were in use. */
    long notSent() {
      return notSent;
    }

    /** How long after the begin of the run the last 503 was given; 0: there was none. */
    double lastRefusedSeconds() {
      return lastRefusedNanos / 1e9;
    }

    private boolean isAnswered() {
      return acceptedMicros.getTotalCount() + refusedMicros.getTotalCount() + others + notSent
          >= offered;
    }
  }

  /** Offers so many messages a second, and waits for their answers. */
  Result offer(double rate, int seconds) {
    Result result = new Result(seconds);
    CompletableFuture<Void> answered = new CompletableFuture<>();
    String prefix = "/messaging/v1/sms/messages/o" + series++ + "-";
    long begin = System.nanoTime();
    long length = TimeUnit.SECONDS.toNanos(seconds);
    vertx.setPeriodic(
        1,
        timer -> {
          long now = System.nanoTime() - begin;
          long due = (long) (Math.min(now, length) / 1e9 * rate);
          while (result.offered < due) {
            long at = begin + (long) (result.offered / rate * 1e9);
            send(prefix + result.offered++, at, begin, result);
          }
          if (now >= length && result.isAnswered()) {
            vertx.cancelTimer(timer);
            answered.complete(null);
          }
        });
    answered.orTimeout(seconds + DRAIN_SECONDS, TimeUnit.SECONDS).join();
    return result;
  }

  private void send(String path, long due, long begin, Result result) {
    client
        .request(new RequestOptions(target).setMethod(HttpMethod.POST).setURI(path))
        .compose(request -> request.putHeader("Content-Type", "application/json").send(BODY))
        .compose(response -> response.body().map(body -> response))
        .onComplete(
            answer -> {
              long now = System.nanoTime();
              if (answer.cause() instanceof ConnectionPoolTooBusyException) {
                result.notSent++;
              } else if (answer.failed()) {
                result.others++;
              } else {
                count(answer.result(), (now - due) / 1000, now - begin, result);
              }
            });
  }

  private static void count(HttpClientResponse response, long micros, long at, Result result) {
    if (response.statusCode() == 202) {
      result.acceptedMicros.recordValue(micros);
    } else if (response.statusCode() == 503) {
      result.refusedMicros.recordValue(micros);
      result.lastRefusedNanos = at;
      if (response.getHeader("Retry-After") == null) {
        result.withoutRetryAfter++;
      }
    } else {
      result.others++;
    }
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
