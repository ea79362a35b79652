package dev.smsroutes.testing;

import dev.smsroutes.app.Bundle;
import dev.smsroutes.app.BundleAtTime;
import dev.smsroutes.ledger.jdbc.JdbcRecords;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * The bundle as a user starts it, on free ports, and the ways to talk to it: over the wire, and in
 * no other way. What the API got is seen through {@link #sandbox()}.
 */
public final class RunningBundle implements AutoCloseable {
  /** The API's own path; the keyed route has the key after it. */
  public static final String MESSAGES = "/messaging/v1/sms/messages/";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Bundle bundle;
  private final String ledgerUrl;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private RunningBundle(Bundle bundle, String ledgerUrl) {
    this.bundle = bundle;
    this.ledgerUrl = ledgerUrl;
  }

  /** What every test changes in {@code application.properties}: the one place for it. */
  public static Map<String, String> overrides() {
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("sms.http.port", "0");
    overrides.put("sms.management.enabled", "false");
    overrides.put("camel.main.shutdownTimeout", "5");
    overrides.put("sms.sandbox.port", "0");
    overrides.put("sms.api.retry-delay", "20ms");
    // Trouble of one test must not slow down the next.
    overrides.put("sms.api.probe-interval", "1ms");
    overrides.put("sms.api.longest-pause", "1ms");
    // Health and meters of a test need no rest between two looks.
    overrides.put("sms.health.look-interval", "50ms");
    overrides.put("sms.ledger.url", "jdbc:sqlite:target/ledgers/" + UUID.randomUUID() + ".db");
    // The tests of an intake switch it on.
    overrides.put("sms.file.enabled", "false");
    overrides.put("sms.jms.enabled", "false");
    return overrides;
  }

  /**
   * Starts a bundle.
   *
   * @param keysAndValues what this test changes, over {@link #overrides()}: key, value, key, value…
   */
  public static RunningBundle start(String... keysAndValues) {
    return start(Clock.systemUTC(), keysAndValues);
  }

  /**
   * Starts a bundle that takes files from {@code inbox} in this folder at once, and leaves what
   * becomes of them in {@code results}, {@code done} and {@code failed} beside it.
   *
   * @param keysAndValues as for {@link #start(String...)}
   */
  public static RunningBundle startWithFiles(Path home, String... keysAndValues) {
    return startWithFiles(Clock.systemUTC(), home, keysAndValues);
  }

  /** As above, by this clock. */
  public static RunningBundle startWithFiles(Clock clock, Path home, String... keysAndValues) {
    List<String> files =
        new ArrayList<>(
            List.of(
                "sms.file.enabled", "true",
                "sms.file.poll-delay", "50ms",
                "sms.file.min-age", "0ms"));
    for (String folder : List.of("inbox", "results", "done", "failed")) {
      files.addAll(List.of("sms.file." + folder, home.resolve(folder).toString()));
    }
    return start(clock, all(files, keysAndValues));
  }

  /**
   * The settings of a bundle that has a broker of its own, whose files are in this folder.
   *
   * @param keysAndValues what it has besides, as for {@link #start(String...)}
   */
  public static String[] withBroker(Path home, String... keysAndValues) {
    return all(
        List.of(
            "sms.jms.enabled", "true",
            "sms.jms.port", "0",
            "sms.jms.directory", home.resolve("broker").toString()),
        keysAndValues);
  }

  /** As {@link #withBroker}, with its ledger in this folder, too. */
  public static String[] withLedgerAndBroker(Path home, String... keysAndValues) {
    return withBroker(
        home,
        all(List.of("sms.ledger.url", "jdbc:sqlite:" + home.resolve("ledger.db")), keysAndValues));
  }

  /** The settings of a queue whose messages are delivered three times within moments. */
  public static String[] withFewDeliveries(String... keysAndValues) {
    return all(
        List.of(
            "sms.jms.redelivery-delay", "20ms",
            "sms.jms.max-redelivery-delay", "50ms",
            "sms.jms.max-attempts", "3"),
        keysAndValues);
  }

  /** The settings of a bundle that asks for the keys in {@code keys.json} of this folder. */
  public static String[] withKeys(Path home, String... keysAndValues) {
    return all(
        List.of(
            "sms.http.authentication", "api-key",
            "sms.http.keys-file", home.resolve("keys.json").toString(),
            "sms.http.token-key-file", home.resolve("token.key").toString()),
        keysAndValues);
  }

  /** The settings of a bundle with the port that {@link #managed} asks. */
  public static String[] withManagement(String... keysAndValues) {
    return all(
        List.of("sms.management.enabled", "true", "sms.management.port", "0"), keysAndValues);
  }

  private static String[] all(List<String> first, String... others) {
    return Stream.concat(first.stream(), Stream.of(others)).toArray(String[]::new);
  }

  /** Starts a bundle that goes by this clock. */
  public static RunningBundle start(Clock clock, String... keysAndValues) {
    Map<String, String> overrides = overrides();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      overrides.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return new RunningBundle(BundleAtTime.start(overrides, clock), overrides.get("sms.ledger.url"));
  }

  public Bundle bundle() {
    return bundle;
  }

  public int port() {
    return bundle.httpPort();
  }

  /** The sandbox that this bundle started. */
  public SandboxProbe sandbox() {
    return new SandboxProbe(bundle.sandbox().orElseThrow().url());
  }

  /** Connects to the broker that this bundle started; a test closes it. */
  public ActiveMQConnectionFactory broker() {
    return new ActiveMQConnectionFactory("tcp://127.0.0.1:" + bundle.broker().orElseThrow().port());
  }

  /** Puts these requests into the queue of the JMS intake. */
  public void queue(List<String> requests) throws JMSException {
    try (ActiveMQConnectionFactory factory = broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue("sms.send"))) {
      for (String request : requests) {
        producer.send(session.createTextMessage(request));
      }
    }
  }

  /** What waits in a queue; it stays there. */
  public List<Message> waiting(String queue) throws JMSException {
    try (ActiveMQConnectionFactory factory = broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        QueueBrowser browser = session.createBrowser(session.createQueue(queue))) {
      connection.start();
      List<Message> waiting = new ArrayList<>();
      for (Enumeration<?> all = browser.getEnumeration(); all.hasMoreElements(); ) {
        waiting.add((Message) all.nextElement());
      }
      return waiting;
    }
  }

  /** The records of its ledger, as commands see them; a test closes them. */
  public JdbcRecords records() {
    return JdbcRecords.open(TestLedgers.options(ledgerUrl), Clock.systemUTC());
  }

  /** The options of a command that is to work with the ledger and the broker of this bundle. */
  public List<String> options() {
    return List.of(
        "--set=sms.ledger.url=" + ledgerUrl,
        "--set=sms.jms.port=" + bundle.broker().orElseThrow().port());
  }

  /** All well again, and no key was ever used: neither the sandbox nor the ledger knows one. */
  public void forget() {
    sandbox().reset();
    try (java.sql.Connection ledger = DriverManager.getConnection(ledgerUrl);
        Statement statement = ledger.createStatement()) {
      statement.executeUpdate("DELETE FROM message");
    } catch (SQLException e) {
      throw new IllegalStateException("The ledger could not be emptied", e);
    }
  }

  /** POST to the keyed route; the key is encoded here, all of it. */
  public Reply keyed(String messageKey, Object body) {
    return post(MESSAGES + encode(messageKey), body);
  }

  /** POST to the bare route. */
  public Reply bare(Object body) {
    return post(MESSAGES, body);
  }

  /** GET of what became of a key, which is encoded here. */
  public Reply status(String messageKey) {
    return exchange("GET", MESSAGES + encode(messageKey), "");
  }

  /** POST of JSON to a path that is taken as it stands. */
  public Reply post(String rawPath, Object body, String... headers) {
    return exchange("POST", rawPath, body, withJson(headers));
  }

  /** As {@link #post}, without waiting. */
  public CompletableFuture<Reply> postLater(String rawPath, Object body, String... headers) {
    return client
        .sendAsync(
            request("POST", rawPath, body, withJson(headers)),
            BodyHandlers.ofString(StandardCharsets.UTF_8))
        .thenApply(Reply::of);
  }

  /** Any request: no header is added to those given here. */
  public Reply exchange(String method, String rawPath, Object body, String... headers) {
    return send(request(method, rawPath, body, headers));
  }

  /** GET from the management port, which it must have. */
  public Reply managed(String path) {
    int port = bundle.managementPort().orElseThrow();
    return elsewhere("GET", URI.create("http://127.0.0.1:" + port + path), "");
  }

  /** A request to another port than the intake's. */
  public Reply elsewhere(String method, URI uri, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(PATIENCE).method(method, BodyPublishers.ofString(body));
    return send(headers.length == 0 ? request.build() : request.headers(headers).build());
  }

  private Reply send(HttpRequest request) {
    try {
      return Reply.of(client.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a reply", e);
    }
  }

  private HttpRequest request(String method, String rawPath, Object body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + rawPath))
            .timeout(PATIENCE)
            .method(
                method,
                body instanceof byte[] bytes
                    ? BodyPublishers.ofByteArray(bytes)
                    : BodyPublishers.ofString(body.toString()));
    return headers.length == 0 ? request.build() : request.headers(headers).build();
  }

  private static String[] withJson(String... headers) {
    String[] all = new String[headers.length + 2];
    all[0] = "Content-Type";
    all[1] = "application/json";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return all;
  }

  /** POST of JSON with a request target that no HTTP client would send as it is. */
  public Reply rawPost(String target, Object body, String... headerLines) {
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("POST " + target + " HTTP/1.1\r\n");
    head.append("Host: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n");
    for (String line : headerLines) {
      head.append(line).append("\r\n");
    }
    head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    request.writeBytes(bytes);
    return raw(request.toByteArray());
  }

  /** Writes these bytes to a new connection and reads until the other side closes it. */
  public Reply raw(byte[] request) {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request);
      socket.getOutputStream().flush();
      return Reply.read(socket.getInputStream().readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A bare connection to the HTTP intake, for a caller that misbehaves. */
  public Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /** One path segment, percent-encoded as UTF-8. */
  public static String encode(String messageKey) {
    return URLEncoder.encode(messageKey, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A");
  }

  @Override
  public void close() {
    bundle.close();
  }
}
