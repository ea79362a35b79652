package dev.smsroutes.trace;

import dev.smsroutes.model.Sha256;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Random ids; but a trace that begins with a message of a broker has the same id at each delivery
 * of it, after a restart too, since nothing else remembers what an earlier delivery had.
 * Thread-safe.
 */
final class TraceIds implements IdGenerator {
  private static final IdGenerator RANDOM = IdGenerator.random();
  private static final int BYTES = TraceId.getLength() / 2;

  private final ThreadLocal<String> given = new ThreadLocal<>();

  /** Starts a span; if that begins a trace, it gets the id that follows from the delivery. */
  <T> T with(Optional<String> delivery, Supplier<T> start) {
    if (delivery.isEmpty()) {
      return start.get();
    }
    given.set(ofDelivery(delivery.get()));
    try {
      return start.get();
    } finally {
      given.remove();
    }
  }

  private static String ofDelivery(String delivery) {
    return HexFormat.of().formatHex(Sha256.of(delivery), 0, BYTES);
  }

  @Override
  public String generateTraceId() {
    String id = given.get();
    return id == null ? RANDOM.generateTraceId() : id;
  }

  @Override
  public String generateSpanId() {
    return RANDOM.generateSpanId();
  }
}
