package dev.smsroutes.trace;

import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(delivery.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
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
