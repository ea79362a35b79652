package dev.smsroutes.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.SmsRoutes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code serve} as a process of its own, as an operator runs, stops and kills it. */
public final class ServeProcess implements AutoCloseable {
  /** Options of the Java machine: a process that ends soon is not worth its best compiler. */
  public static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Pattern HTTP =
      Pattern.compile("HTTP +(http://127\\.0\\.0\\.1:\\d+\\S*/)\\{");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Path output;
  private final Process process;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * Starts it; returns at once.
   *
   * @param folder for its ledger, broker and log; the next process with the same folder continues
   *     with them
   * @param settings over free ports, no management and no intake but HTTP
   */
  public ServeProcess(Path folder, Map<String, String> settings) throws IOException {
    this(folder, settings, List.of());
  }

  /**
   * As above.
   *
   * @param javaOptions for the Java machine
   */
  public ServeProcess(Path folder, Map<String, String> settings, List<String> javaOptions)
      throws IOException {
    this(folder, Path.of(""), beside(folder, settings), javaOptions);
  }

  /**
   * As above, with this folder as the place where it is started; all stays at its default place.
   */
  public static ServeProcess in(Path folder, Map<String, String> settings) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("sms.definitions.directory", Path.of("definitions").toAbsolutePath().toString());
    all.put(
        "camel.main.routesIncludePattern",
        "file:" + Path.of("routes").toAbsolutePath() + "/*.camel.yaml");
    all.putAll(settings);
    return new ServeProcess(folder, folder, all, List.of());
  }

  private static Map<String, String> beside(Path folder, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("sms.jms.directory", folder.resolve("broker").toString());
    all.put("sms.ledger.url", "jdbc:sqlite:" + folder.resolve("ledger.db"));
    all.putAll(settings);
    return all;
  }

  private ServeProcess(
      Path folder, Path place, Map<String, String> settings, List<String> javaOptions)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("sms.http.port", "0");
    all.put("sms.management.enabled", "false");
    all.put("sms.sandbox.port", "0");
    all.put("sms.file.enabled", "false");
    all.put("sms.jms.enabled", "false");
    all.put("sms.jms.port", "0");
    all.putAll(settings);
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(QUICK_START);
    command.addAll(javaOptions);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            // The one that operators have: it writes in a thread of its own.
            "-Dlogback.configurationFile="
                + Path.of("src/main/resources/logback.xml").toAbsolutePath(),
            SmsRoutes.class.getName(),
            "serve"));
    all.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    output = Files.createTempFile(folder, "serve", ".log");
    process =
        new ProcessBuilder(command)
            .directory(place.toAbsolutePath().toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
  }

  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of its output that have these words in them. */
  public List<String> lines(String words) {
    return output().lines().filter(line -> line.contains(words)).toList();
  }

  /** Waits until its output has this text; fails once the process has ended without it. */
  public ServeProcess awaitOutput(String text) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              assertThat(process.isAlive()).as(output()).isTrue();
              return output().contains(text);
            });
    return this;
  }

  /** Waits until it takes requests. */
  public ServeProcess awaitUp() {
    return awaitOutput("Ctrl-C stops it.");
  }

  /** The port of its HTTP intake, once it is up. */
  public int httpPort() {
    return URI.create(messages()).getPort();
  }

  private String messages() {
    Matcher http = HTTP.matcher(output());
    assertThat(http.find()).isTrue();
    return http.group(1);
  }

  /** A request to the keyed route of a process that is up; it waits for no reply. */
  public CompletableFuture<HttpResponse<String>> send(
      String method, String messageKey, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(messages() + messageKey))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body));
    return client.sendAsync(
        headers.length == 0 ? request.build() : request.headers(headers).build(),
        BodyHandlers.ofString());
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Its exit code, once it has ended. */
  public int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output()).isTrue();
    return process.exitValue();
  }

  /** Terminates it, and waits until it has ended; how long that took. */
  public Duration stop() throws InterruptedException {
    long asked = System.nanoTime();
    terminate();
    awaitEnd();
    return Duration.ofNanos(System.nanoTime() - asked);
  }

  /** Ends it as a power failure would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
