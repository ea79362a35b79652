package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A page of another origin, in a real Chromium on this machine, tries all four ports with all that
 * a page has: fetch, forms, beacons, images, scripts, frames, WebSockets, and a name that was bound
 * anew to 127.0.0.1 (attack.js). It sends nothing and reads nothing.
 */
@Timeout(240)
@EnabledIf(value = "chromiumIsThere", disabledReason = "Chromium is not installed")
class ForeignPageIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  /** The one message that was sent, and the one request in the queue of invalid ones. */
  private static final String CANARY = "canary-4711";

  @TempDir private static Path folder;

  private static RunningBundle bundle;
  private static HttpServer evil;
  private static HttpServer open;
  private static Process chromium;
  private static final List<ReboundName> REBOUND = new ArrayList<>();

  /** What each page could read, by its origin. */
  private static final Map<String, List<String>> READ = new ConcurrentHashMap<>();

  static boolean chromiumIsThere() {
    return program().isPresent();
  }

  private static Optional<Path> program() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(bin -> Stream.of("chromium", "chromium-browser").map(Path.of(bin)::resolve))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @BeforeAll
  static void visit() throws Exception {
    bundle = RunningBundle.start(RunningBundle.withBroker(folder, RunningBundle.withManagement()));
    bundle.keyed(CANARY, Requests.keyed());
    bundle.queue(List.of("{\"" + CANARY + "\": true}"));
    await().atMost(PATIENCE).until(() -> queued("sms.send.invalid").size() == 1);
    evil = server(ForeignPageIT::evil);
    open = server(ForeignPageIT::open);
    String home = "http://evil.test:" + evil.getAddress().getPort();
    StringBuilder url = new StringBuilder(home + "/attack?home=" + home);
    StringBuilder names = new StringBuilder("MAP evil.test 127.0.0.1");
    Map<String, Integer> targets = targets();
    for (Map.Entry<String, Integer> target : targets.entrySet()) {
      String name = "rebound-" + target.getKey();
      ReboundName rebound = new ReboundName(target.getValue(), page());
      REBOUND.add(rebound);
      url.append("&target=").append(target.getKey()).append(':').append(target.getValue());
      names.append(", MAP " + name + ".test 127.0.0.1:" + rebound.port());
    }
    chromium = start(url.toString(), names.toString());
    await()
        .atMost(PATIENCE)
        .failFast(() -> assertThat(chromium.isAlive()).as(output()).isTrue())
        .until(() -> READ.size() == targets.size() + 1);
  }

  private static Map<String, Integer> targets() {
    Map<String, Integer> targets = new LinkedHashMap<>();
    targets.put("intake", bundle.port());
    targets.put("management", bundle.bundle().managementPort().orElseThrow());
    targets.put("sandbox", URI.create(bundle.bundle().sandbox().orElseThrow().url()).getPort());
    targets.put("broker", bundle.bundle().broker().orElseThrow().port());
    targets.put("open", open.getAddress().getPort());
    return targets;
  }

  private static Process start(String url, String names) throws IOException {
    return new ProcessBuilder(
            program().orElseThrow().toString(),
            "--headless",
            // As root it has no other way; the pages are ours.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            // Older and other browsers have no such check.
            "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
            "--user-data-dir=" + folder.resolve("chromium"),
            "--host-resolver-rules=" + names,
            "--remote-debugging-port=0",
            url)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("chromium.log").toFile())
        .start();
  }

  private static String output() throws IOException {
    return Files.readString(folder.resolve("chromium.log"));
  }

  private interface Handler {
    void handle(HttpExchange exchange) throws IOException;
  }

  private static HttpServer server(Handler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            handler.handle(exchange);
          }
        });
    server.start();
    return server;
  }

  /** Serves the page, and takes its reports. */
  private static void evil(HttpExchange exchange) throws IOException {
    if (exchange.getRequestURI().getPath().equals("/attack")) {
      answer(exchange, "text/html", "<!DOCTYPE html><script>" + script() + "</script>");
    } else if (exchange.getRequestURI().getPath().equals("/report")) {
      JsonNode report = JSON.readTree(exchange.getRequestBody());
      List<String> read = new ArrayList<>();
      report.path("found").forEach(one -> read.add(one.toString()));
      READ.put(report.path("page").asText(), read);
      answer(exchange, "text/plain", "");
    }
  }

  /** Lets all pages read all: shows that the attacks work where nothing is done against them. */
  private static void open(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().add("Access-Control-Allow-Origin", "*");
    exchange.getResponseHeaders().add("Access-Control-Allow-Headers", "*");
    exchange.getResponseHeaders().add("Access-Control-Allow-Methods", "*");
    answer(exchange, "text/plain", "open");
  }

  private static void answer(HttpExchange exchange, String type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static String script() throws IOException {
    return new String(
        ForeignPageIT.class.getResourceAsStream("/foreign-page/attack.js").readAllBytes(),
        StandardCharsets.UTF_8);
  }

  private static String page() throws IOException {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
        + "<!DOCTYPE html><script>"
        + script()
        + "</script>";
  }

  private static List<String> queued(String queue) throws JMSException {
    try (ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession();
        QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
      connection.start();
      return Collections.list((java.util.Enumeration<?>) browser.getEnumeration()).stream()
          .map(Object::toString)
          .toList();
    }
  }

  @AfterAll
  static void close() throws Exception {
    chromium.descendants().forEach(ProcessHandle::destroyForcibly);
    chromium.destroyForcibly().waitFor();
    for (ReboundName rebound : REBOUND) {
      rebound.close();
    }
    evil.stop(0);
    open.stop(0);
    bundle.close();
  }

  @Test
  void the_attacks_work_where_nothing_is_done_against_them() {
    assertThat(read("http://evil.test", "open")).isNotEmpty();
    assertThat(read("http://rebound-open.test", "")).isNotEmpty();
  }

  @Test
  void sends_nothing() throws JMSException {
    List<String> sent =
        bundle.sandbox().messages().stream()
            .map(message -> message.path("messageKey").asText())
            .toList();

    assertThat(sent).as("neither sent nor deleted by a page").containsExactly(CANARY);
    assertThat(bundle.sandbox().sends()).isEqualTo(1);
    assertThat(queued("sms.send")).isEmpty();
    assertThat(queued("sms.send.invalid")).as("only what was there before").hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"intake", "management", "sandbox", "broker"})
  void reads_nothing(String target) {
    assertThat(read("http://evil.test", target)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"intake", "management", "sandbox", "broker"})
  void reads_nothing_by_a_name_that_was_bound_anew(String target) {
    assertThat(read("http://rebound-" + target + ".test", ""))
        .allSatisfy(read -> assertThat(read).contains("\"text\":\"403 "));
  }

  @Test
  void sees_no_request_of_others() {
    assertThat(READ.toString()).doesNotContain(CANARY);
  }

  /** What the pages of this origin read, of attacks whose name begins so. */
  private static List<String> read(String origin, String attack) {
    return READ.entrySet().stream()
        .filter(page -> page.getKey().startsWith(origin + ":"))
        .flatMap(page -> page.getValue().stream())
        .filter(read -> read.startsWith("{\"attack\":\"" + attack))
        .collect(Collectors.toList());
  }
}
