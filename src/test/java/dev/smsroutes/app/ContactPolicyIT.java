package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.intake.file.FileIntake;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.Scrape;
import dev.smsroutes.testing.SettableClock;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The suppression list and the window through the whole bundle, over each channel. It is midnight
 * in UTC, one o'clock in Germany, and four in the afternoon before in Seattle.
 */
@Timeout(120)
class ContactPolicyIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String GERMAN = "+49 151 12345678";
  private static final String SEATTLE = "+1 425 555 0123";
  private static final Duration NIGHT = Duration.ofHours(7);

  private static final String SUPPRESSED = "+1 425 555 0199";

  @TempDir private static Path folder;
  private static final SettableClock CLOCK = new SettableClock();
  private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();
  private static RunningBundle bundle;

  @BeforeAll
  static void start() throws IOException {
    LOG.start();
    logger().addAppender(LOG);
    Files.writeString(list(), "# nobody yet\n");
    bundle = open(folder, RunningBundle.withManagement());
  }

  @AfterAll
  static void stop() {
    bundle.close();
    logger().detachAppender(LOG);
  }

  /** Each test begins at another midnight. */
  @BeforeEach
  void letNightFall() {
    Instant today = CLOCK.instant().truncatedTo(ChronoUnit.DAYS);
    CLOCK.forward(Duration.between(CLOCK.instant(), today.plus(1, ChronoUnit.DAYS)));
    bundle.sandbox().reset();
  }

  private static Path list() {
    return folder.resolve("suppressed.txt");
  }

  private static RunningBundle open(Path home, String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "sms.ledger.url", "jdbc:sqlite:" + home.resolve("ledger.db"),
                "sms.suppression-file", list().toString(),
                "sms.send-window", "08:00–20:00",
                // The time for which a row is held is not part of it.
                "sms.file.row-timeout", "200ms",
                "sms.jms.redelivery-delay", "50ms",
                "sms.jms.max-redelivery-delay", "100ms",
                "sms.jms.max-attempts", "1000"));
    settings.addAll(List.of(more));
    return RunningBundle.startWithFiles(
        CLOCK, home, RunningBundle.withBroker(home, settings.toArray(String[]::new)));
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(FileIntake.class);
  }

  private static String request(String key, String to) {
    return """
        {"messageKey":"%s","definitionKey":"account-reset","recipient":{"contactKey":"c-%s",\
        "to":"%s","attributes":{"FirstName":"Ada","password":"p"}}}"""
        .formatted(key, key, to);
  }

  private static String keyed(String key, String to) {
    return request(key, to).replace("\"messageKey\":\"" + key + "\",", "");
  }

  private static void suppress(String... lines) throws IOException {
    Path next = Files.write(folder.resolve("next"), List.of(lines));
    Files.move(next, list(), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String outcome(String key) {
    return bundle.status(key).json().path("outcome").asText();
  }

  private static void awaitOutcome(String key, String outcome) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(outcome(key)).isEqualTo(outcome));
  }

  @Test
  void tells_http_callers_when_to_repeat() {
    Reply night = bundle.keyed("h1", keyed("h1", GERMAN));

    assertThat(night.status()).isEqualTo(500);
    assertThat(night.code()).isEqualTo(50300);
    assertThat(night.header("Retry-After")).contains("25200");
    assertThat(night.body()).doesNotContain("15112345678");
    assertThat(outcome("h1")).isEqualTo("WAITING");
    assertThat(bundle.keyed("h2", keyed("h2", SEATTLE)).status()).isEqualTo(202);

    CLOCK.forward(NIGHT);
    assertThat(bundle.keyed("h1", keyed("h1", GERMAN)).status()).isEqualTo(202);
    assertThat(bundle.sandbox().sends()).isEqualTo(2);
  }

  /** A window is closed on purpose: health stays up, and says so. */
  @Test
  void tells_operators_which_channels_wait_for_their_window_and_how_long() throws Exception {
    assertThat(health()).doesNotContain("sms-send-window");
    assertThat(waits("http", "closed")).isZero();

    bundle.keyed(Requests.key(), keyed("w1", GERMAN));
    bundle.queue(List.of(request("w2", GERMAN)));
    awaitOutcome("w2", "WAITING");
    CLOCK.forward(Duration.ofMinutes(5));

    assertThat(health())
        .contains("\"status\":\"UP\"", "\"notes\"", "sms-send-window", "messages of http, jms wait")
        .contains("the first for 5 min", "the last one may leave in 6 h");
    assertThat(bundle.managed("/page/api/overview").body())
        .contains("\"notes\":[{\"name\":\"sms-send-window\"", "messages of http, jms wait");
    for (String channel : List.of("http", "jms")) {
      assertThat(waits(channel, "closed")).as(channel).isEqualTo(300);
      assertThat(waits(channel, "opens")).as(channel).isEqualTo(NIGHT.toSeconds() - 300);
    }
    assertThat(waits("file", "closed")).isZero();

    CLOCK.forward(NIGHT);
    assertThat(health()).doesNotContain("sms-send-window");
    assertThat(waits("http", "closed")).isZero();
    awaitOutcome("w2", "ACCEPTED");
  }

  private static double waits(String channel, String what) {
    return Scrape.read(bundle.managed("/observe/metrics").body())
        .sum("sms_window_" + what + "_seconds", "channel", channel);
  }

  @Test
  void queued_requests_and_jms_messages_wait_for_the_morning() throws Exception {
    Reply reply =
        bundle.post(RunningBundle.MESSAGES + "q1", keyed("q1", GERMAN), "Prefer", "respond-async");
    assertThat(reply.status()).isEqualTo(202);
    bundle.queue(List.of(request("j1", GERMAN)));
    bundle.queue(List.of(request("j2", SEATTLE)));
    awaitOutcome("j2", "ACCEPTED");
    awaitOutcome("j1", "WAITING");
    awaitOutcome("q1", "WAITING");
    assertThat(bundle.sandbox().sends()).isEqualTo(1);

    CLOCK.forward(NIGHT);
    awaitOutcome("j1", "ACCEPTED");
    awaitOutcome("q1", "ACCEPTED");
    assertThat(bundle.sandbox().sends()).isEqualTo(3);
  }

  @Test
  void a_file_sends_by_day_and_holds_by_night() throws Exception {
    // More sleepers than there are threads, in front.
    drop(folder, "day-and-night", 40, 20);
    await().untilAsserted(() -> assertThat(bundle.sandbox().sends()).isEqualTo(20));
    awaitLine(
        "file held until="
            + CLOCK.instant().plus(NIGHT)
            + " name=\"day-and-night.ndjson\" rows=0 held=40");
    await().during(Duration.ofMillis(400)).until(() -> bundle.sandbox().sends() == 20);
    assertThat(folder.resolve("inbox/day-and-night.ndjson")).exists();

    CLOCK.forward(NIGHT);
    List<JsonNode> results = awaitResults(folder, "day-and-night");

    assertThat(results)
        .hasSize(60)
        .allMatch(row -> row.path("outcome").asText().equals("ACCEPTED"));
    assertThat(bundle.sandbox().sends()).isEqualTo(60);
    assertThat(folder.resolve("results/day-and-night.ndjson.rejects.ndjson")).doesNotExist();
  }

  @Test
  @SuppressWarnings("try") // How long that takes is looked at.
  void a_file_stopped_at_night_continues_after_the_start() throws Exception {
    Path home = Files.createDirectory(folder.resolve("stopped"));
    // One thread: the one that waits for the morning is also the one that sends.
    try (RunningBundle stopped =
        open(home, "sms.file.concurrency", "1", "camel.main.shutdownTimeout", "60")) {
      drop(home, "stopped", 3, 2);
      awaitLine(
          "file held until="
              + CLOCK.instant().plus(NIGHT)
              + " name=\"stopped.ndjson\" rows=0 held=3");
      assertThat(stopped.sandbox().sends()).isEqualTo(2);
      long before = System.nanoTime();
      stopped.close();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
    }
    assertThat(home.resolve("inbox/stopped.ndjson")).exists();

    CLOCK.forward(NIGHT);
    try (RunningBundle again = open(home)) {
      assertThat(awaitResults(home, "stopped"))
          .hasSize(5)
          .allMatch(row -> row.path("outcome").asText().equals("ACCEPTED"));
      // This sandbox is a new one: those of Seattle were sent before.
      assertThat(again.sandbox().sends()).isEqualTo(3);
    }
  }

  @Test
  void no_channel_sends_to_a_suppressed_recipient() throws Exception {
    String contact = Requests.key();
    awaitSuppressed("c-" + contact, SUPPRESSED);
    CLOCK.forward(NIGHT);

    String key = Requests.key();
    Reply number = bundle.keyed(key, keyed(key, "+1 (425) 555-0199"));
    assertThat(number.status()).isEqualTo(400);
    assertThat(number.code()).isEqualTo(900002);
    assertThat(number.body()).contains("recipient.to").doesNotContain("5550199");
    Reply listed = bundle.keyed(contact, keyed(contact, GERMAN));
    assertThat(listed.code()).isEqualTo(900002);
    assertThat(listed.body()).contains("recipient.contactKey").doesNotContain("c-" + contact);
    assertThat(bundle.keyed(key, keyed(key, GERMAN)).status()).as("the key is free").isEqualTo(202);

    write(
        folder,
        "listed",
        List.of(
            request("listed-1", GERMAN),
            request("listed-2", SUPPRESSED),
            request(contact, GERMAN)));
    assertThat(awaitResults(folder, "listed"))
        .extracting(row -> row.path("outcome").asText() + row.path("code").asInt())
        .containsExactly("ACCEPTED0", "REFUSED900002", "REFUSED900002");
    assertThat(Files.readAllLines(folder.resolve("results/listed.ndjson.rejects.ndjson")))
        .hasSize(2)
        .allMatch(line -> line.contains("\"_code\":900002"));

    bundle.queue(List.of(request(Requests.key(), SUPPRESSED)));
    assertThat(takeInvalid().getIntProperty("smsErrorCode")).isEqualTo(900002);
    assertThat(bundle.sandbox().sends()).isEqualTo(2);
  }

  /** What is compared is tidied up; what is sent is not. */
  @Test
  void knows_a_suppressed_contact_key_in_every_wrapping() throws Exception {
    CLOCK.forward(Duration.ofHours(16));
    awaitSuppressed(SUPPRESSED, "wrapped", "Jos\u00e9");
    List<String> refused =
        List.of(" wrapped", "wrapped\u00a0", "wrapped\u200b", "\ufeffwrapped\t", "Jose\u0301");
    for (String contactKey : refused) {
      ObjectNode body = Requests.keyed();
      ((ObjectNode) body.path("recipient")).put("contactKey", contactKey).put("to", SEATTLE);
      Reply reply = bundle.keyed(Requests.key() + "-wrapped", body);
      assertThat(reply.status()).as(reply.body()).isEqualTo(400);
      assertThat(reply.code()).isEqualTo(900002);
      assertThat(reply.body()).contains("recipient.contactKey").doesNotContain(contactKey);
    }

    // A blank after each comma, as people type it.
    Path part =
        Files.write(
            folder.resolve("inbox/blanks.part"),
            List.of(
                "definitionKey, messageKey, contactKey, to, FirstName, password",
                "account-reset, blank-1, wrapped, " + SEATTLE + ", Ada, p",
                "account-reset, blank-2, Wrapped, " + SEATTLE + ", Ada, p"));
    Files.move(part, folder.resolve("inbox/blanks.csv"), StandardCopyOption.ATOMIC_MOVE);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.exists(folder.resolve("done/blanks.csv")));
    List<String> results = Files.readAllLines(folder.resolve("results/blanks.csv.results.ndjson"));
    assertThat(results.get(0)).contains("\"REFUSED\"", "900002");
    assertThat(results.get(1)).contains("\"ACCEPTED\"");
    assertThat(bundle.sandbox().messages())
        .extracting(sent -> sent.path("contactKey").asText())
        .as("sent as it was given")
        .containsExactly(" Wrapped");
  }

  @Test
  void suppressing_a_recipient_ends_the_queued_request() throws Exception {
    String key = Requests.key();
    bundle.post(RunningBundle.MESSAGES + key, keyed(key, GERMAN), "Prefer", "respond-async");
    awaitOutcome(key, "WAITING");

    suppress("c-" + key);
    awaitOutcome(key, "REFUSED");
    assertThat(bundle.status(key).json().path("errorcode").asInt()).isEqualTo(900002);
    assertThat(takeInvalid().getIntProperty("smsErrorCode")).isEqualTo(900002);
    CLOCK.forward(NIGHT);
    assertThat(bundle.sandbox().sends()).isZero();
  }

  @Test
  void health_is_down_while_the_list_is_missing() throws Exception {
    awaitSuppressed(SUPPRESSED);
    assertThat(health()).contains("UP");

    Files.delete(list());
    await().atMost(Duration.ofSeconds(20)).until(() -> health().contains("DOWN"));
    String key = Requests.key();
    assertThat(bundle.keyed(key, keyed(key, SUPPRESSED)).status()).isEqualTo(400);

    suppress("# nobody");
    await().atMost(Duration.ofSeconds(20)).until(() -> health().contains("UP"));
  }

  private static void awaitLine(String line) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(List.copyOf(LOG.list))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .contains(line));
  }

  /** Puts them on the list, the number of SUPPRESSED among them, and waits until that is known. */
  private static void awaitSuppressed(String... lines) throws IOException {
    suppress(lines);
    String key = Requests.key();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> bundle.keyed(key, keyed(key, SUPPRESSED)).status() == 400);
    bundle.sandbox().reset();
  }

  private static String health() {
    return bundle.managed("/observe/health").body();
  }

  private static void drop(Path home, String name, int german, int seattle) throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < german + seattle; i++) {
      rows.add(request(name + "-" + i, i < german ? GERMAN : SEATTLE));
    }
    write(home, name, rows);
  }

  private static void write(Path home, String name, List<String> rows) throws IOException {
    Path part = Files.write(home.resolve("inbox/" + name + ".part"), rows);
    Files.move(part, home.resolve("inbox/" + name + ".ndjson"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<JsonNode> awaitResults(Path home, String name) throws IOException {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.exists(home.resolve("done/" + name + ".ndjson")));
    List<JsonNode> results = new ArrayList<>();
    for (String line :
        Files.readAllLines(home.resolve("results/" + name + ".ndjson.results.ndjson"))) {
      results.add(JSON.readTree(line));
    }
    return results;
  }

  private static Message takeInvalid() throws JMSException {
    try (ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer =
            session.createConsumer(session.createQueue("sms.send.invalid"))) {
      connection.start();
      Message taken = consumer.receive(30_000);
      assertThat(taken).as("a refused message").isNotNull();
      return taken;
    }
  }
}
