package dev.smsroutes.cli;

import dev.smsroutes.SmsRoutes;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * A run of {@code serve} in which Java learns what an AOT cache is to hold: a process in a
 * temporary folder, with the sandbox, the defaults and the routes of this version. It sees nothing
 * of the site: neither its settings, environment, routes and definitions, nor its data.
 */
final class Training implements AutoCloseable {
  private static final int FIRST_WITH_AOT = 25;
  private static final Pattern HTTP = Pattern.compile("HTTP +(http://\\S+/)\\{");
  private static final Pattern JMS = Pattern.compile("JMS +(127\\.0\\.0\\.1:\\d+)");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Writing the cache takes seconds; only a machine that stands still takes so long. */
  private static final int WRITE_MINUTES = 10;

  private static final int CONNECTIONS = 16;
  private static final int FILE_ROWS = 500;
  private static final int JMS_MESSAGES = 500;

  /** Options of Java that a cache has to fit. */
  private static final Pattern FITTING =
      Pattern.compile(
          "-Xm[snx].+|-XX:[+-](Use|Unlock)\\w+"
              + "|-XX:(MaxRAM\\w*|MaxHeapSize|InitialHeapSize|ObjectAlignmentInBytes|ActiveProcessorCount)=.+");

  private static final Set<String> ENVIRONMENT =
      Set.of("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH");

  private static final String DEFINITION =
      "{\"name\":\"training\",\"definitionKey\":\"training\",\"status\":\"Active\","
          + "\"content\":{\"message\":\"%%FirstName%%, your code is %%code%%\"}}";
  private static final String RECIPIENT =
      "{\"contactKey\":\"ada@example.com\",\"to\":\"%s\","
          + "\"attributes\":{\"FirstName\":\"Ada\",\"code\":\"%d\"}}";

  private final Path folder;
  private final Path made;
  private final Process process;
  private final Thread cleaning = new Thread(this::clean, "aot-cache-clean");

  private Training(Path folder, Path made) throws IOException {
    this.folder = folder;
    this.made = made;
    Files.writeString(
        Files.createDirectories(folder.resolve("definitions")).resolve("training.json"),
        DEFINITION);
    ProcessBuilder command =
        new ProcessBuilder(command())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log().toFile());
    command.environment().keySet().retainAll(ENVIRONMENT);
    process = command.start();
    Runtime.getRuntime().addShutdownHook(cleaning);
  }

  /**
   * Starts it; returns at once.
   *
   * @param made where the cache is written; it is there only after {@link #finish}
   */
  static Training start(Path made) throws IOException {
    return new Training(Files.createTempDirectory("sms-routes-training"), made);
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(FITTING.asMatchPredicate())
        .forEach(command::add);
    command.add(
        (Runtime.version().feature() < FIRST_WITH_AOT
                ? "-XX:ArchiveClassesAtExit="
                : "-XX:AOTCacheOutput=")
            + made);
    command.add("-Djava.io.tmpdir=" + folder);
    command.add("-cp");
    command.add(
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(each -> Path.of(each).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator)));
    command.addAll(List.of(SmsRoutes.class.getName(), "serve"));
    Stream.of(
            "sms.http.port=0",
            "sms.sandbox.port=0",
            "sms.management.port=0",
            "sms.jms.port=0",
            "sms.file.poll-delay=100ms",
            "sms.file.min-age=0ms",
            "camel.main.routesIncludePattern=classpath:training/*.camel.yaml")
        .forEach(setting -> command.add("--set=" + setting));
    return command;
  }

  /**
   * Sends through all intakes: single messages, many recipients, refused and repeated ones.
   *
   * @throws IOException if it does not start, or takes no message
   */
  void send(int seconds) throws IOException, InterruptedException {
    String log = awaitUp();
    String messages = found(HTTP, log);
    Files.writeString(
        folder.resolve("data/inbox/training.csv"),
        "definitionKey,messageKey,to,FirstName,code\n"
            + Stream.iterate(0, row -> row + 1)
                .limit(FILE_ROWS)
                .map(row -> "training,row-" + row + "," + number(row) + ",Ada," + row + "\n")
                .collect(Collectors.joining()));
    jms(found(JMS, log));
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    Semaphore places = new Semaphore(CONNECTIONS);
    AtomicBoolean taken = new AtomicBoolean();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; System.nanoTime() < end && process.isAlive(); i++) {
      places.acquire();
      client
          .sendAsync(request(messages, i), BodyHandlers.ofString())
          .whenComplete(
              (reply, failure) -> {
                places.release();
                if (reply != null && reply.statusCode() == 202) {
                  taken.set(true);
                }
              });
    }
    places.tryAcquire(CONNECTIONS, PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (!taken.get() || !process.isAlive()) {
      throw new IOException("the training took no message; " + lastWords());
    }
  }

  private static HttpRequest request(String messages, int i) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder().timeout(PATIENCE).header("Content-Type", "application/json");
    String one = recipient(number(i), i);
    return switch (i % 20) {
      case 17 ->
          request
              .uri(URI.create(messages))
              .POST(
                  BodyPublishers.ofString(
                      "{\"definitionKey\":\"training\",\"recipients\":["
                          + one
                          + ","
                          + recipient("12", i)
                          + "]}"))
              .build();
      case 18 -> single(request, messages + "refused-" + i, recipient("12", i));
      case 19 -> single(request, messages + "key-" + (i - 10), recipient(number(i - 10), i - 10));
      default -> single(request, messages + "key-" + i, one);
    };
  }

  private static HttpRequest single(HttpRequest.Builder request, String url, String recipient) {
    return request.uri(URI.create(url)).POST(BodyPublishers.ofString(body(recipient))).build();
  }

  private static String body(String recipient) {
    return "{\"definitionKey\":\"training\",\"recipient\":" + recipient + "}";
  }

  private static String recipient(String number, int i) {
    return String.format(RECIPIENT, number, i);
  }

  private static String number(int i) {
    return "+1425555" + String.format("%04d", i % 10_000);
  }

  private static void jms(String broker) throws IOException {
    try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory("tcp://" + broker);
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue("sms.send"))) {
      for (int i = 0; i < JMS_MESSAGES; i++) {
        producer.send(session.createTextMessage(body(recipient(number(i), i))));
      }
    } catch (JMSException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private String awaitUp() throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String log = "";
    while (!log.contains("Ctrl-C")) {
      if (System.nanoTime() > end || process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IOException("the training did not start; " + lastWords());
      }
      log = Files.readString(log());
    }
    return log;
  }

  private String found(Pattern pattern, String log) throws IOException {
    Matcher matcher = pattern.matcher(log);
    if (!matcher.find()) {
      throw new IOException("the training has no " + pattern + "; " + lastWords());
    }
    return matcher.group(1);
  }

  private String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log());
    return "its last line: " + (lines.isEmpty() ? "none" : lines.get(lines.size() - 1));
  }

  private Path log() {
    return folder.resolve("log");
  }

  /**
   * Stops it in order; Java writes the cache as it ends.
   *
   * @throws IOException if there is no cache then
   */
  void finish() throws IOException, InterruptedException {
    process.destroy();
    boolean ended = process.waitFor(WRITE_MINUTES, TimeUnit.MINUTES);
    if (!ended || process.exitValue() != 0 || !Files.exists(made)) {
      throw new IOException("Java wrote none; " + lastWords());
    }
  }

  /** Ends it, and deletes all that it left. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(cleaning);
    } catch (IllegalStateException e) {
      // Interrupted: that hook does it.
      return;
    }
    clean();
  }

  /** From Java 25 on a child of its own writes the cache. */
  private void clean() {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().join());
    try {
      Files.deleteIfExists(made);
      Files.deleteIfExists(made.resolveSibling(made.getFileName() + ".config"));
      SendCommand.delete(folder);
    } catch (IOException e) {
      // What is left has a name that nothing uses.
    }
  }
}
