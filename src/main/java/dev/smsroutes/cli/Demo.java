package dev.smsroutes.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.smsroutes.app.Bundle;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * Sends the samples through all three intakes, over the wire like any client. Compares the answers,
 * and what the sandbox got, with what is expected.
 */
final class Demo {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectReader JSON = JsonMapper.builder().build().readerFor(JsonNode.class);
  private static final JsonNode NOTHING = JsonMapper.builder().build().createObjectNode();
  private static final String MESSAGES = "/messaging/v1/sms/messages/";

  private final Path samples;
  private final Path folder;
  private final String gateway;
  private final String sandbox;
  private final int brokerPort;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<DemoLine> lines = new ArrayList<>();

  Demo(Bundle bundle, Path samples, Path folder) {
    this.samples = samples;
    this.folder = folder;
    this.gateway = "http://127.0.0.1:" + bundle.httpPort();
    this.sandbox = bundle.sandbox().orElseThrow().url();
    this.brokerPort = bundle.broker().orElseThrow().port();
  }

  /** Sends everything and returns one line for each request. */
  List<DemoLine> run() throws IOException, InterruptedException, JMSException {
    http();
    files();
    jms();
    return List.copyOf(lines);
  }

  private void http() throws IOException, InterruptedException {
    one("http-one.json", "sample-http-1", "202", 0);
    one("http-one.json, same key again", "sample-http-1", "202", 0);
    one("http-faulty.json", "sample-http-2", "400", 109122);
    HttpResponse<String> many = post(MESSAGES, "http-many.json");
    JsonNode responses = JSON.readTree(many.body()).path("responses");
    item("http-many.json, recipient 1", many.statusCode(), responses.path(0), 0);
    item("http-many.json, recipient 2", many.statusCode(), responses.path(1), 109121);
  }

  private void one(String sample, String key, String status, int code)
      throws IOException, InterruptedException {
    boolean before = !got(key).isEmpty();
    HttpResponse<String> reply = post(MESSAGES + key, sample.replaceAll(",.*", ""));
    JsonNode body = JSON.readTree(reply.body());
    String name =
        body.path("errors").size() > 1
            ? sample + ", " + body.path("errors").size() + " faults"
            : sample;
    line(
        "HTTP",
        name,
        Integer.toString(reply.statusCode()),
        body.path("errorcode").asInt(-1),
        key,
        status,
        code,
        before || code == 0);
  }

  private void item(String name, int status, JsonNode item, int code)
      throws IOException, InterruptedException {
    line(
        "HTTP",
        name,
        Integer.toString(status),
        item.path("errorcode").asInt(0),
        item.path("messageKey").asText(),
        "202",
        code,
        code == 0);
  }

  private void files() throws IOException, InterruptedException {
    drop("batch.csv");
    drop("request.json");
    List<JsonNode> rows = results("batch.csv");
    for (int i = 0; i < 5; i++) {
      JsonNode row = i < rows.size() ? rows.get(i) : NOTHING;
      boolean faulty = i == 3;
      row("batch.csv, row " + (i + 1), row, faulty ? "REFUSED" : "ACCEPTED", faulty ? 109121 : 0);
    }
    List<JsonNode> request = results("request.json");
    row("request.json", request.isEmpty() ? NOTHING : request.get(0), "ACCEPTED", 0);
  }

  private void row(String name, JsonNode row, String outcome, int code)
      throws IOException, InterruptedException {
    line(
        "file",
        name,
        row.path("outcome").asText("no result"),
        row.path("code").asInt(-1),
        row.path("messageKey").asText(),
        outcome,
        code,
        code == 0);
  }

  private void drop(String sample) throws IOException {
    // Copied under another name first: a file must appear in the inbox as a whole.
    Path part = Files.copy(samples.resolve(sample), folder.resolve("inbox/" + sample + ".part"));
    Files.move(part, folder.resolve("inbox/" + sample), StandardCopyOption.ATOMIC_MOVE);
  }

  private List<JsonNode> results(String sample) throws IOException, InterruptedException {
    Path done = folder.resolve("done/" + sample);
    Instant latest = Instant.now().plus(PATIENCE);
    while (!Files.exists(done)) {
      if (Instant.now().isAfter(latest)) {
        return List.of();
      }
      Thread.sleep(50);
    }
    List<JsonNode> rows = new ArrayList<>();
    for (String line :
        Files.readAllLines(folder.resolve("results/" + sample + ".results.ndjson"))) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private void jms() throws JMSException, IOException, InterruptedException {
    try (ActiveMQConnectionFactory factory =
            new ActiveMQConnectionFactory("tcp://127.0.0.1:" + brokerPort);
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
      connection.start();
      message(session, "message.json", "sample-message-1", "ACCEPTED", 0);
      message(session, "message-faulty.json", "sample-message-2", "REFUSED", 10002);
    }
  }

  private void message(Session session, String sample, String key, String outcome, int code)
      throws JMSException, IOException, InterruptedException {
    Queue replies = session.createQueue("sms.reply.demo");
    TextMessage message = session.createTextMessage(Files.readString(samples.resolve(sample)));
    message.setJMSReplyTo(replies);
    message.setJMSCorrelationID(key);
    session.createProducer(session.createQueue("sms.send")).send(message);
    try (MessageConsumer consumer =
        session.createConsumer(replies, "JMSCorrelationID = '" + key + "'")) {
      Message reply = consumer.receive(PATIENCE.toMillis());
      JsonNode body = reply instanceof TextMessage text ? JSON.readTree(text.getText()) : NOTHING;
      int received = body.path("errorcode").asInt(-1);
      boolean waiting = invalid(session, key);
      line(
          "JMS",
          waiting ? sample + ", now on sms.send.invalid" : sample,
          reply == null ? "no reply" : received == 0 ? "ACCEPTED" : "REFUSED",
          received,
          key,
          waiting == (code == 0) ? "on the other queue" : outcome,
          code,
          code == 0);
    }
  }

  private static boolean invalid(Session session, String key) throws JMSException {
    try (MessageConsumer consumer =
        session.createConsumer(
            session.createQueue("sms.send.invalid"), "JMSCorrelationID = '" + key + "'")) {
      return consumer.receive(500) != null;
    }
  }

  private void line(
      String channel,
      String request,
      String outcome,
      int code,
      String key,
      String expectedOutcome,
      int expectedCode,
      boolean expectedAtApi)
      throws IOException, InterruptedException {
    List<JsonNode> got = got(key);
    boolean once = got.size() == 1 && got.get(0).path("times").asInt() == 1;
    lines.add(
        new DemoLine(
            channel,
            request,
            outcome,
            code,
            got.isEmpty() ? "nothing" : got.get(0).path("text").asText(),
            outcome.equals(expectedOutcome)
                && code == expectedCode
                && (expectedAtApi ? once : got.isEmpty())));
  }

  /** The messages that the API accepted under this key. */
  private List<JsonNode> got(String key) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    sandbox
                        + "/sandbox/messages?key="
                        + URLEncoder.encode(key, StandardCharsets.UTF_8)))
            .timeout(PATIENCE)
            .build();
    List<JsonNode> messages = new ArrayList<>();
    JSON.readTree(client.send(request, BodyHandlers.ofString()).body())
        .path("messages")
        .forEach(messages::add);
    return messages;
  }

  private HttpResponse<String> post(String path, String sample)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateway + path))
            .header("Content-Type", "application/json")
            .timeout(PATIENCE)
            .POST(BodyPublishers.ofFile(samples.resolve(sample)))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }
}
