package dev.smsroutes.intake.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what an HTTP server refuses before a request is handed over: such a request has no outcome
 * in the meters of messages. Thread-safe.
 */
public final class HttpRefusals implements MeterBinder {
  /** Why, as the label says it in lower case. docs/operations.md explains each. */
  public enum Why {
    /** No credentials, or wrong ones: 401. */
    CREDENTIALS,
    /** Too many wrong credentials from one address: 429. */
    FAILURES,
    /** The credentials are right, and not for this: 403, or 400 for what passthrough cannot do. */
    RIGHTS,
    /** Nobody can verify credentials at the moment: 503. */
    UNVERIFIED,
    /** Called by a name that is not ours: 403. */
    HOST,
    /** Not a valid HTTP request: 400 or 417. */
    MALFORMED,
    /** The request line or the headers are too long: 414 or 431. */
    HEADERS,
    /** There is no such path, or no such method: 404 or 405. */
    PATH,
    /** The body is not announced as plain JSON: 415. */
    MEDIA_TYPE,
    /** The path has no readable message key: 400. */
    KEY,
    /** The body holds no request: 400. */
    BODY,
    /** The body is too long: 413. */
    LENGTH,
    /** The body did not arrive in time: 408. */
    SLOW,
    /** Too many requests, or too many bytes, are in progress: 503. */
    FULL,
    /** This process is stopping: 503. */
    STOPPING,
    /** Too many connections: one was closed. */
    CONNECTIONS
  }

  private final Map<Why, LongAdder> counts = new EnumMap<>(Why.class);

  public HttpRefusals() {
    for (Why why : Why.values()) {
      counts.put(why, new LongAdder());
    }
  }

  public void count(Why why) {
    counts.get(why).increment();
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    counts.forEach(
        (why, count) ->
            FunctionCounter.builder("sms.http.refused", count, LongAdder::doubleValue)
                .description("HTTP requests that were refused before they were handed over")
                .tag("why", why.name().toLowerCase(Locale.ROOT))
                .register(registry));
  }
}
