package dev.smsroutes.intake.file;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.smsroutes.config.TestOptions;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.Parked;
import dev.smsroutes.model.Outcome.Refused;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.TestRequests;
import dev.smsroutes.testing.TestRuns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

/**
 * The file route as a site runs it, in a folder of its own, before a pipeline that answers what the
 * definition's key says.
 */
final class FileRoute implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final Path home;
  final ConcurrentLinkedQueue<SendRequest> handedOver = new ConcurrentLinkedQueue<>();

  /** How many requests were handed over together. */
  final ConcurrentLinkedQueue<Integer> groups = new ConcurrentLinkedQueue<>();

  final ConcurrentLinkedQueue<Map<String, Object>> headers = new ConcurrentLinkedQueue<>();
  final ConcurrentLinkedQueue<Map<String, Object>> properties = new ConcurrentLinkedQueue<>();
  final TestRuns runs;
  final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
  private final Synchronized log = new Synchronized();
  private final DefaultCamelContext context = new DefaultCamelContext();

  private static final class Synchronized extends ListAppender<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      synchronized (this) {
        super.append(event);
      }
    }
  }

  FileRoute(Path home) throws Exception {
    this(home, Map.of());
  }

  FileRoute(Path home, Map<String, String> overrides) throws Exception {
    this(home, overrides, new TestRuns());
  }

  FileRoute(Path home, Map<String, String> overrides, TestRuns runs) throws Exception {
    this.home = home;
    this.runs = runs;
    log.start();
    rootLogger().addAppender(log);
    Map<String, String> keys = new HashMap<>();
    keys.put("sms.file.enabled", "true");
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      keys.put("sms.file." + folder, home.resolve(folder).toString());
    }
    keys.put("sms.file.concurrency", "8");
    keys.put("sms.file.max-line-bytes", "65536");
    keys.put("sms.file.poll-delay", "20");
    keys.put("sms.file.min-age", "40");
    keys.put("sms.file.retry-delay", "200");
    keys.putAll(overrides);
    Properties properties = new Properties();
    properties.putAll(keys);
    context.getPropertiesComponent().setInitialProperties(properties);
    new FileIntakeBeans(
            TestOptions.files(keys),
            new TestRequests(),
            runs,
            (file, maxFindings) -> {
              throw new IllegalStateException("Nothing is checked here");
            },
            Clock.systemUTC(),
            false,
            Optional.empty(),
            false)
        .configure(context);
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:sms-send-many")
                .errorHandler(noErrorHandler())
                .process(FileRoute.this::sendMany);
          }
        });
    PluginHelper.getRoutesLoader(context)
        .loadRoutes(
            PluginHelper.getResourceLoader(context)
                .resolveResource("file:routes/file-intake.camel.yaml"));
    context.getShutdownStrategy().setTimeout(5);
    context.start();
  }

  private static Logger rootLogger() {
    return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  }

  private void send(Exchange exchange) throws Exception {
    SendRequest request = exchange.getMessage().getBody(SendRequest.class);
    headers.add(Map.copyOf(exchange.getMessage().getHeaders()));
    properties.add(Map.copyOf(exchange.getProperties()));
    handedOver.add(request);
    CountDownLatch gate = gates.get(request.messageKey());
    if (gate != null && !gate.await(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("The test never opened the gate");
    }
    exchange.getMessage().setBody(outcome(request));
  }

  private void sendMany(Exchange exchange) throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    List<?> items = exchange.getMessage().getBody(List.class);
    groups.add(items.size());
    for (Object each : items) {
      SendItem item = (SendItem) each;
      exchange.getMessage().setBody(item.request());
      exchange.setProperty(HandOver.ORIGIN, item.origin());
      send(exchange);
      outcomes.add(exchange.getMessage().getBody(Outcome.class));
    }
    exchange.getMessage().setBody(outcomes);
  }

  private static Outcome outcome(SendRequest request) {
    Optional<String> key = Optional.ofNullable(request.messageKey());
    String script = request.definitionKey() == null ? "faulty" : request.definitionKey();
    return switch (script) {
      case "boom" -> throw new IllegalStateException("+14255550123 must not be logged");
      case "faulty" ->
          Refused.of(
              "r-1",
              key,
              List.of(
                  new Fault("recipient.to", ErrorCode.INVALID_TO, "Expected a number"),
                  new Fault(
                      "recipient.attributes.FirstName",
                      ErrorCode.VALIDATION,
                      "Expected \"FirstName\"; got none")));
      case "duplicate" ->
          new Refused("r-2", key, ErrorCode.DUPLICATE_MESSAGE_KEY.number(), "used", List.of());
      case "unrecorded" ->
          new Unsettled("r-5", key, Reason.UNRECORDED, false, 50300, "", Optional.empty());
      case "uncertain", "waiting" ->
          new Unsettled(
              "r-3",
              key,
              Reason.NO_CLEAR_ANSWER,
              script.equals("uncertain"),
              30000,
              "no clear answer",
              Optional.of(Duration.ofSeconds(1)));
      case "parked" -> new Parked("r-4", key, 99999, "a person decides");
      default -> new Accepted("r-0", key, script.equals("earlier"));
    };
  }

  /** Drops a file as the documentation says: written elsewhere, renamed into the inbox. */
  void drop(String name, byte[] content) {
    try {
      Path elsewhere = Files.createTempFile(home, "drop", null);
      Files.write(elsewhere, content);
      Files.move(elsewhere, inbox(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void drop(String name, String content) {
    drop(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** How many file routes there are. */
  long routes() {
    return context.getRoutes().stream()
        .filter(route -> route.getId().equals("sms-file-intake"))
        .count();
  }

  Path inbox(String name) {
    return home.resolve("inbox").resolve(name);
  }

  Path results(String name) {
    return home.resolve("results").resolve(name);
  }

  Path done(String name) {
    return home.resolve("done").resolve(name);
  }

  Path failed(String name) {
    return home.resolve("failed").resolve(name);
  }

  /** Waits until the source is in done, and reads its results. */
  List<JsonNode> awaitResults(String name) {
    awaitFile(done(name));
    awaitTidiedUp();
    return lines(results(name + ".results.ndjson"));
  }

  /** Waits until the source is in failed, and reads why. */
  JsonNode awaitReason(String name) {
    awaitFile(failed(name));
    awaitTidiedUp();
    return json(text(failed(name + ".reason.json")));
  }

  /** The note on how a file ends goes away right after the source has moved. */
  private void awaitTidiedUp() {
    Awaitility.await().until(() -> files().stream().noneMatch(file -> file.endsWith(".sms-end")));
  }

  static void awaitFile(Path file) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file));
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> lines(Path file) {
    return text(file).lines().map(FileRoute::json).toList();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All files below home, by their paths. */
  List<String> files() {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(Files::isRegularFile)
          .map(file -> home.relativize(file).toString().replace('\\', '/'))
          .sorted(Comparator.naturalOrder())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an operator sees: INFO and above. */
  List<ILoggingEvent> log() {
    List<ILoggingEvent> all;
    synchronized (log) {
      all = new ArrayList<>(log.list);
    }
    return all.stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO)).toList();
  }

  /** How many splitters wait for a thread: each that is not waiting for its own rows has a step. */
  int queued() {
    return context
        .getRegistry()
        .lookupByNameAndType("fileThreads", ThreadPoolExecutor.class)
        .getQueue()
        .size();
  }

  boolean isStopping() {
    return context.isStopping();
  }

  /** Stops as a process does that is told to; returns when it has. */
  void stop() {
    context.stop();
  }

  @Override
  public void close() {
    gates.values().forEach(CountDownLatch::countDown);
    context.stop();
    rootLogger().detachAppender(log);
  }
}
