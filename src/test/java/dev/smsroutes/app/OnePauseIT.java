package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.intake.jms.JmsIntake;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.throttle.Throttle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/**
 * What one refusal of our account does to everything else, over all channels and with the pauses
 * that users have (docs/decisions/0021-one-pause-one-timer.md).
 */
@Timeout(120)
class OnePauseIT {
  @TempDir private static Path folder;

  private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();
  private static final List<String> LOGGERS =
      List.of(
          Throttle.class.getName(),
          TokenSource.class.getName(),
          JmsIntake.class.getPackageName() + ".JmsAnswering");
  private static int management;
  private static RunningBundle bundle;

  @BeforeAll
  static void start() throws IOException {
    LOG.start();
    LOGGERS.forEach(logs -> ((Logger) LoggerFactory.getLogger(logs)).addAppender(LOG));
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      management = socket.getLocalPort();
    }
    bundle =
        RunningBundle.startWithFiles(
            folder,
            RunningBundle.withBroker(
                folder,
                "sms.api.probe-interval",
                "30s",
                "sms.api.longest-pause",
                "1h",
                "sms.management.enabled",
                "true",
                "sms.management.port",
                Integer.toString(management)));
  }

  @AfterAll
  static void stop() {
    bundle.close();
    LOGGERS.forEach(logs -> ((Logger) LoggerFactory.getLogger(logs)).detachAppender(LOG));
  }

  @BeforeEach
  void forget() {
    bundle.forget();
    LOG.list.clear();
  }

  /** Whatever a test leaves behind, the next one finds the gate open. */
  @AfterEach
  void open() {
    bundle.sandbox().faults();
    awaitAccepted();
  }

  /** What the API does to one message | how its caller and all others are answered meanwhile. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "status": 401                       | 401
          "status": 403                       | 403
          "status": 400, "code": 20002        | 403
          """)
  void a_refused_message_holds_up_others_until_the_first_probe(String fault, int status) {
    awaitAccepted();
    bundle.sandbox().faults("{\"key\": \"^poison$\", " + fault + "}");

    for (int i = 0; i < 2; i++) {
      Reply refused = bundle.keyed("poison", Requests.keyed());
      assertThat(refused.status()).as(refused.body()).isEqualTo(status);
      assertThat(refused.header("Retry-After")).contains("1");
      Reply other = bundle.keyed(Requests.key(), Requests.keyed());
      assertThat(other.status()).as(other.body()).isEqualTo(status);
      assertThat(other.header("Retry-After")).as("told at once, and true").contains("1");
      awaitAccepted();
    }

    assertThat(lines())
        .filteredOn(line -> line.startsWith("pace=") && !line.startsWith("pace=slower"))
        .as("each of the two pauses is told once, and that it is over")
        .hasSizeBetween(4, 5);
  }

  @Test
  void health_shows_the_reason_until_the_first_success() throws Exception {
    awaitAccepted();
    bundle.sandbox().faults("{\"status\": 401}");
    List<CompletableFuture<Reply>> together =
        IntStream.range(0, 10)
            .mapToObj(i -> bundle.postLater(RunningBundle.MESSAGES + "t-" + i, Requests.keyed()))
            .toList();
    together.forEach(reply -> assertThat(reply.join().status()).isEqualTo(401));
    assertThat(lines()).filteredOn(line -> line.startsWith("pace=shut")).hasSize(1);
    assertThat(health()).contains("refuses our login");
    int tokens = bundle.sandbox().tokens();

    // Two probes: each of them asks for one token, and makes one call.
    int sends = bundle.sandbox().sends();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              bundle.keyed(Requests.key(), Requests.keyed());
              return bundle.sandbox().sends() >= sends + 2;
            });
    assertThat(bundle.sandbox().tokens() - tokens).isEqualTo(bundle.sandbox().sends() - sends);

    bundle.sandbox().faults();
    awaitAccepted();
    assertThat(health()).doesNotContain("refuses our login");
    assertThat(lines())
        .filteredOn(line -> !line.startsWith("New token") && !line.startsWith("jms="))
        .as("two probes later")
        .hasSize(3)
        .anyMatch(line -> line.startsWith("pace=shut reason=UNAUTHENTICATED"))
        .anyMatch(line -> line.startsWith("The SMS API refuses the token"))
        .anyMatch(line -> line.startsWith("pace=open after=UNAUTHENTICATED"));
  }

  @Test
  void rows_and_jms_messages_wait_and_one_probes() throws Exception {
    awaitAccepted();
    bundle.sandbox().faults("{\"key\": \"^poison$\", \"status\": 401}");
    assertThat(bundle.keyed("poison", Requests.keyed()).status()).isEqualTo(401);
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      requests.add(request("waits-" + i));
    }

    Path part = Files.write(folder.resolve("inbox/rows.part"), requests.subList(0, 20));
    Files.move(part, folder.resolve("inbox/rows.ndjson"), StandardCopyOption.ATOMIC_MOVE);
    bundle.queue(requests.subList(20, 40));

    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> IntStream.range(0, 40).allMatch(i -> outcome("waits-" + i).equals("ACCEPTED")));
    await().until(() -> Files.exists(folder.resolve("done/rows.ndjson")));
    assertThat(folder.resolve("results/rows.ndjson.rejects.ndjson")).doesNotExist();
    assertThat(lines())
        .as("a redelivery of the broker")
        .noneMatch(line -> line.startsWith("jms=later"));
  }

  private static void awaitAccepted() {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> bundle.keyed(Requests.key(), Requests.keyed()).status() == 202);
  }

  private static List<String> lines() {
    return List.copyOf(LOG.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static String outcome(String key) {
    return bundle.status(key).json().path("outcome").asText();
  }

  private static String request(String key) {
    return Requests.keyed().put("messageKey", key).toString();
  }

  private static String health() throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + "/observe/health"))
                .build(),
            BodyHandlers.ofString())
        .body();
  }
}
