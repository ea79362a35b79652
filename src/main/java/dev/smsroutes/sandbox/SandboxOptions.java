package dev.smsroutes.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The options of a sandbox. Immutable; begin with {@link #defaults()}.
 *
 * @param clock for tokens, the key window and timestamps; idle connections and latency use the
 *     machine's own time
 * @param host the address to listen on; loopback by default
 * @param port the port to listen on; 0 for any free port
 * @param clientId the client id that gets a token; empty: any
 * @param clientSecret the secret that gets a token; empty: any
 * @param accountId the account that gets a token; empty: any, or none
 * @param tokenLifetime how long a token is valid; {@code expires_in} reports nine tenths of it, as
 *     the API does (20 minutes, 1080 s; contract, section 4)
 * @param keyWindow how long a messageKey stays used (72 h; contract, section 4)
 * @param maxMessages the maximum number of remembered keys, the newest; about 300 bytes each
 * @param maxDetailBytes the maximum number of bytes of calls (path, headers, body) that are kept,
 *     the newest; 0: only keys
 * @param definitions send definitions, in the API's own shape
 * @param definitionsDirectory a directory with more of them, one in each {@code *.json}, {@code
 *     *.yaml} or {@code *.yml}
 * @param idleTimeout when an idle connection is closed (5 s; contract, section 4); zero: never
 * @param requestTimeout when an unanswered call is cut off (120 s; contract, section 4)
 * @param latency how long every call of /messaging waits before it is handled
 * @param maxBodyBytes the maximum size of a body (4 MB; contract, section 4)
 * @param maxRecipients the maximum number of recipients in one call; the API publishes none
 * @param eventLoops how many threads serve connections
 */
public record SandboxOptions(
    Clock clock,
    String host,
    int port,
    String clientId,
    String clientSecret,
    String accountId,
    Duration tokenLifetime,
    Duration keyWindow,
    int maxMessages,
    long maxDetailBytes,
    List<JsonNode> definitions,
    Optional<Path> definitionsDirectory,
    Duration idleTimeout,
    Duration requestTimeout,
    Duration latency,
    int maxBodyBytes,
    int maxRecipients,
    int eventLoops) {

  public SandboxOptions {
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(clientId, "clientId");
    Objects.requireNonNull(clientSecret, "clientSecret");
    Objects.requireNonNull(accountId, "accountId");
    definitions = List.copyOf(definitions);
    Objects.requireNonNull(definitionsDirectory, "definitionsDirectory");
    within("sms.sandbox.port", port, 0, 65535);
    within("maxMessages", maxMessages, 1, 100_000_000);
    within("maxDetailBytes", maxDetailBytes, 0, Long.MAX_VALUE);
    within("maxBodyBytes", maxBodyBytes, 1, 1 << 30);
    within("maxRecipients", maxRecipients, 1, 1_000_000);
    within("eventLoops", eventLoops, 1, 1024);
    positive("tokenLifetime", tokenLifetime);
    positive("requestTimeout", requestTimeout);
    notNegative("keyWindow", keyWindow);
    notNegative("idleTimeout", idleTimeout);
    notNegative("latency", latency);
  }

  /** Port 8089 on loopback, any credentials, no definitions, and the API's own limits. */
  public static SandboxOptions defaults() {
    Runtime machine = Runtime.getRuntime();
    return new SandboxOptions(
        Clock.systemUTC(),
        "127.0.0.1",
        8089,
        "",
        "",
        "",
        Duration.ofMinutes(20),
        Duration.ofHours(72),
        1_000_000,
        Math.min(256L << 20, machine.maxMemory() / 8),
        List.of(),
        Optional.empty(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(120),
        Duration.ZERO,
        4 << 20,
        500,
        Math.max(1, Math.min(4, machine.availableProcessors())));
  }

  public SandboxOptions withClock(Clock other) {
    return with(draft -> draft.clock = other);
  }

  public SandboxOptions withHost(String other) {
    return with(draft -> draft.host = other);
  }

  /** 0 for any free port. */
  public SandboxOptions withPort(int other) {
    return with(draft -> draft.port = other);
  }

  /** Only these credentials get a token; an empty one is not compared. */
  public SandboxOptions withCredentials(String id, String secret, String account) {
    return with(
        draft -> {
          draft.clientId = id;
          draft.clientSecret = secret;
          draft.accountId = account;
        });
  }

  public SandboxOptions withKeyWindow(Duration other) {
    return with(draft -> draft.keyWindow = other);
  }

  public SandboxOptions withMaxMessages(int other) {
    return with(draft -> draft.maxMessages = other);
  }

  public SandboxOptions withMaxDetailBytes(long other) {
    return with(draft -> draft.maxDetailBytes = other);
  }

  /** Remembers only which keys arrived and how often: for long benchmarks. */
  public SandboxOptions withKeysOnly() {
    return with(draft -> draft.maxDetailBytes = 0);
  }

  /** Adds a definition in the API's own shape. */
  public SandboxOptions withDefinition(JsonNode definition) {
    List<JsonNode> more = new ArrayList<>(definitions);
    more.add(definition);
    return withDefinitions(more);
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
    return with(draft -> draft.definitions = other);
  }

  public SandboxOptions withDefinitionsDirectory(Path directory) {
    return with(draft -> draft.definitionsDirectory = Optional.of(directory));
  }

  public SandboxOptions withIdleTimeout(Duration other) {
    return with(draft -> draft.idleTimeout = other);
  }

  public SandboxOptions withRequestTimeout(Duration other) {
    return with(draft -> draft.requestTimeout = other);
  }

  public SandboxOptions withLatency(Duration other) {
    return with(draft -> draft.latency = other);
  }

  public SandboxOptions withMaxBodyBytes(int other) {
    return with(draft -> draft.maxBodyBytes = other);
  }

  public SandboxOptions withMaxRecipients(int other) {
    return with(draft -> draft.maxRecipients = other);
  }

  public SandboxOptions withEventLoops(int other) {
    return with(draft -> draft.eventLoops = other);
  }

  private SandboxOptions with(Consumer<OptionsDraft> change) {
    OptionsDraft draft = new OptionsDraft(this);
    change.accept(draft);
    return draft.options();
  }

  /** A copy that can be changed. */
  private static final class OptionsDraft {
    private Clock clock;
    private String host;
    private int port;
    private String clientId;
    private String clientSecret;
    private String accountId;
    private Duration tokenLifetime;
    private Duration keyWindow;
    private int maxMessages;
    private long maxDetailBytes;
    private List<JsonNode> definitions;
    private Optional<Path> definitionsDirectory;
    private Duration idleTimeout;
    private Duration requestTimeout;
    private Duration latency;
    private int maxBodyBytes;
    private int maxRecipients;
    private int eventLoops;

    private OptionsDraft(SandboxOptions from) {
      clock = from.clock();
      host = from.host();
      port = from.port();
      clientId = from.clientId();
      clientSecret = from.clientSecret();
      accountId = from.accountId();
      tokenLifetime = from.tokenLifetime();
      keyWindow = from.keyWindow();
      maxMessages = from.maxMessages();
      maxDetailBytes = from.maxDetailBytes();
      definitions = from.definitions();
      definitionsDirectory = from.definitionsDirectory();
      idleTimeout = from.idleTimeout();
      requestTimeout = from.requestTimeout();
      latency = from.latency();
      maxBodyBytes = from.maxBodyBytes();
      maxRecipients = from.maxRecipients();
      eventLoops = from.eventLoops();
    }

    private SandboxOptions options() {
      return new SandboxOptions(
          clock,
          host,
          port,
          clientId,
          clientSecret,
          accountId,
          tokenLifetime,
          keyWindow,
          maxMessages,
          maxDetailBytes,
          definitions,
          definitionsDirectory,
          idleTimeout,
          requestTimeout,
          latency,
          maxBodyBytes,
          maxRecipients,
          eventLoops);
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

  private static void positive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + ": expected a time of more than 0; got " + value);
    }
  }

  private static void notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": expected a time of 0 or more; got " + value);
    }
  }
}
