package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.SmsRoutes;
import java.io.IOException;
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

/** {@code serve} as a process of its own, as an operator runs it. */
final class ServeProcess implements AutoCloseable {
  private static final Pattern HTTP =
      Pattern.compile("HTTP +(http://127\\.0\\.0\\.1:\\d+\\S*/)\\{");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path output;
  private final Process process;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * @param folder for its files; the next process with the same folder continues with them
   */
  ServeProcess(Path folder, Map<String, String> settings) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("sms.http.port", "0");
    all.put("sms.management.enabled", "false");
    all.put("sms.sandbox.port", "0");
    all.put("sms.file.enabled", "false");
    all.put("sms.jms.port", "0");
    all.put("sms.jms.directory", folder.resolve("broker").toString());
    all.put("sms.ledger.url", "jdbc:sqlite:" + folder.resolve("ledger.db"));
    all.putAll(settings);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                // The one that operators have: it writes in a thread of its own.
                "-Dlogback.configurationFile=src/main/resources/logback.xml",
                SmsRoutes.class.getName(),
                "serve"));
    all.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    output = Files.createTempFile(folder, "serve", ".log");
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  ServeProcess awaitOutput(String text) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(output()).contains(text);
              assertThat(process.isAlive()).as(output()).isTrue();
            });
    return this;
  }

  /** Waits until it takes requests. */
  ServeProcess awaitUp() {
    return awaitOutput("Ctrl-C stops it.");
  }

  CompletableFuture<HttpResponse<String>> send(
      String method, String messageKey, String body, String... headers) throws IOException {
    Matcher http = HTTP.matcher(output());
    assertThat(http.find()).isTrue();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(http.group(1) + messageKey))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body));
    return client.sendAsync(
        headers.length == 0 ? request.build() : request.headers(headers).build(),
        BodyHandlers.ofString());
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Its exit code, once it has ended. */
  int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
