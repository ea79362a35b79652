package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The options of a sandbox. Immutable: each {@code with…} returns a changed copy; begin with {@link
 * #defaults()}.
 */
public final class SandboxOptions implements Cloneable {
  private static final SandboxOptions DEFAULTS = new SandboxOptions();

  Clock clock = Clock.systemUTC();
  String host = "127.0.0.1";
  int port = 8089;
  String clientId = "";
  String clientSecret = "";
  String accountId = "";

  /** {@code expires_in} reports nine tenths of it, as the API does (contract, section 4). */
  final Duration tokenLifetime = Duration.ofMinutes(20);

  Duration keyWindow = Duration.ofHours(72);
  int maxMessages = 1_000_000;
  long maxDetailBytes = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);
  List<JsonNode> definitions = List.of();
  Optional<Path> definitionsDirectory = Optional.empty();
  Duration idleTimeout = Duration.ofSeconds(5);
  Duration requestTimeout = Duration.ofSeconds(120);
  Duration latency = Duration.ZERO;
  int maxBodyBytes = 4 << 20;
  int maxRecipients = 500;
  int eventLoops = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));

  private SandboxOptions() {}

  /** Port 8089 on loopback, any credentials, no definitions, and the API's own limits. */
  public static SandboxOptions defaults() {
    return DEFAULTS;
  }

  /** For tokens, the key window and timestamps; connections use the machine's own time. */
  public SandboxOptions withClock(Clock other) {
    return with(copy -> copy.clock = Objects.requireNonNull(other));
  }

  /** The address to listen on; loopback by default. */
  public SandboxOptions withHost(String other) {
    return with(copy -> copy.host = Objects.requireNonNull(other));
  }

  /** 0 for any free port. */
  public SandboxOptions withPort(int other) {
    within("sms.sandbox.port", other, 0, 65535);
    return with(copy -> copy.port = other);
  }

  /** Only these credentials get a token; an empty one is not compared. */
  public SandboxOptions withCredentials(String id, String secret, String account) {
    return with(
        copy -> {
          copy.clientId = Objects.requireNonNull(id);
          copy.clientSecret = Objects.requireNonNull(secret);
          copy.accountId = Objects.requireNonNull(account);
        });
  }

  /** How long a messageKey stays used (72 h; contract, section 4). */
  public SandboxOptions withKeyWindow(Duration other) {
    notNegative("keyWindow", other);
    return with(copy -> copy.keyWindow = other);
  }

  /** The maximum number of remembered keys, the newest; about 350 bytes each. */
  public SandboxOptions withMaxMessages(int other) {
    within("maxMessages", other, 1, 100_000_000);
    return with(copy -> copy.maxMessages = other);
  }

  /**
   * The maximum number of bytes of calls (path, headers, body) that are kept, the newest; 0: only
   * keys and how often they arrived, for long benchmarks.
   */
  public SandboxOptions withMaxDetailBytes(long other) {
    within("maxDetailBytes", other, 0, Long.MAX_VALUE);
    return with(copy -> copy.maxDetailBytes = other);
  }

  /** Adds a definition in the API's own shape. */
  public SandboxOptions withDefinition(JsonNode definition) {
    return withDefinitions(Stream.concat(definitions.stream(), Stream.of(definition)).toList());
  }

  /** Adds a definition that is active and has no keyword. */
  public SandboxOptions withDefinition(String definitionKey, String text) {
    ObjectNode definition =
        Json.object()
            .put("definitionKey", definitionKey)
            .put("name", definitionKey)
            .put("status", "Active");
    definition.putObject("content").put("message", text);
    return withDefinition(definition);
  }

  public SandboxOptions withDefinitions(List<JsonNode> other) {
    return with(copy -> copy.definitions = List.copyOf(other));
  }

  /** More definitions, one in each {@code *.json}, {@code *.yaml} or {@code *.yml}. */
  public SandboxOptions withDefinitionsDirectory(Path directory) {
    return with(copy -> copy.definitionsDirectory = Optional.of(directory));
  }

  /** When an idle connection is closed (5 s; contract, section 4); zero: never. */
  public SandboxOptions withIdleTimeout(Duration other) {
    notNegative("idleTimeout", other);
    return with(copy -> copy.idleTimeout = other);
  }

  /** When an unanswered call is cut off (120 s; contract, section 4); more than zero. */
  public SandboxOptions withRequestTimeout(Duration other) {
    if (other.isZero() || other.isNegative()) {
      throw new IllegalArgumentException(
          "requestTimeout: expected a time of more than 0; got " + other);
    }
    return with(copy -> copy.requestTimeout = other);
  }

  /** How long every call of /messaging waits before it is handled. */
  public SandboxOptions withLatency(Duration other) {
    notNegative("latency", other);
    return with(copy -> copy.latency = other);
  }

  /** The maximum size of a body (4 MB; contract, section 4). */
  public SandboxOptions withMaxBodyBytes(int other) {
    within("maxBodyBytes", other, 1, 1 << 30);
    return with(copy -> copy.maxBodyBytes = other);
  }

  /** The maximum number of recipients in one call; the API publishes none. */
  public SandboxOptions withMaxRecipients(int other) {
    within("maxRecipients", other, 1, 1_000_000);
    return with(copy -> copy.maxRecipients = other);
  }

  /** How many threads serve connections. */
  public SandboxOptions withEventLoops(int other) {
    within("eventLoops", other, 1, 1024);
    return with(copy -> copy.eventLoops = other);
  }

  private SandboxOptions with(Consumer<SandboxOptions> change) {
    try {
      SandboxOptions copy = (SandboxOptions) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Without secrets, so that it may be logged. */
  @Override
  public String toString() {
    return "SandboxOptions[host=" + host + ", port=" + port + "]";
  }

  private static void within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": expected a whole number from " + least + " to " + most + "; got " + value);
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": expected a time of 0 or more; got " + value);
    }
  }
}
