package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** With {@code passthrough} a caller's own token goes to the API: for its request, and no other. */
@Timeout(60)
class PassthroughIT {
  private static final String FOREIGN = "token-canary-0123456789";

  @TempDir static Path home;

  private static RunningBundle bundle;
  private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();

  @BeforeAll
  static void start() {
    LOG.start();
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(LOG);
    bundle =
        RunningBundle.start(
            RunningBundle.withBroker(
                home,
                "sms.http.authentication",
                "passthrough",
                "sms.ledger.url",
                "jdbc:sqlite:" + home.resolve("ledger.db"),
                // A pause would show.
                "sms.api.probe-interval",
                "30s",
                "sms.api.longest-pause",
                "1h"));
  }

  @AfterAll
  static void stop() {
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).detachAppender(LOG);
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
  }

  @AfterEach
  void left_no_token_anywhere() throws IOException {
    assertThat(LOG.list).extracting(ILoggingEvent::getFormattedMessage).noneMatch(this::hasToken);
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(hasToken(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)))
            .as(file.toString())
            .isFalse();
      }
    }
  }

  private boolean hasToken(String text) {
    return text.contains(FOREIGN);
  }

  /** A token that the API itself gave to the caller. */
  private static String own() {
    Reply reply =
        bundle.elsewhere(
            "POST",
            URI.create(bundle.bundle().sandbox().orElseThrow().url() + "/v2/token"),
            "{\"grant_type\": \"client_credentials\", \"client_id\": \"c\", \"client_secret\": \"s\"}",
            "Content-Type",
            "application/json");
    return reply.json().path("access_token").asText();
  }

  @Test
  void sends_with_the_token_of_the_caller_and_asks_for_none_of_ours() {
    String own = own();
    int asked = bundle.sandbox().tokens();
    String key = Requests.key();

    assertThat(send(RunningBundle.MESSAGES + key, own).status()).isEqualTo(202);

    assertThat(bundle.sandbox().find(key)).isPresent();
    assertThat(bundle.sandbox().tokens()).isEqualTo(asked);
  }

  @Test
  void tells_the_refusal_of_the_api_as_the_callers_and_pauses_nobody() {
    int asked = bundle.sandbox().tokens();
    for (int i = 0; i < 3; i++) {
      Reply refused = send(RunningBundle.MESSAGES + Requests.key(), FOREIGN);
      assertThat(List.of(refused.status(), refused.code())).containsExactly(401, 20000);
    }
    assertThat(bundle.sandbox().tokens()).isEqualTo(asked);

    assertThat(send(RunningBundle.MESSAGES + Requests.key(), own()).status()).isEqualTo(202);
  }

  @Test
  void tells_a_forbidden_account_as_the_callers_and_pauses_nobody() {
    bundle.sandbox().faults("{\"status\": 403, \"calls\": 1}");
    assertThat(send(RunningBundle.MESSAGES + Requests.key(), own()).status()).isEqualTo(403);

    assertThat(send(RunningBundle.MESSAGES + Requests.key(), own()).status()).isEqualTo(202);
  }

  @Test
  void sends_each_of_many_recipients_with_the_token_of_the_caller() {
    Reply reply =
        bundle.post(
            RunningBundle.MESSAGES,
            Requests.bare(Requests.recipient(Requests.key()), Requests.recipient(Requests.key())),
            "Authorization",
            "Bearer " + FOREIGN);

    assertThat(List.of(reply.status(), reply.code())).containsExactly(401, 20000);
    assertThat(bundle.sandbox().messages()).isEmpty();
  }

  /** A request that waits for a key in use must not leave with our token afterwards. */
  @Test
  void keeps_the_token_of_a_request_that_had_to_wait_for_its_key() {
    String key = Requests.key();
    bundle.sandbox().faults("{\"status\": 403, \"latencyMs\": 700, \"calls\": 1}");
    CompletableFuture<Reply> first =
        bundle.postLater(
            RunningBundle.MESSAGES + key, Requests.keyed(), "Authorization", "Bearer " + own());
    await().until(() -> bundle.sandbox().sends() == 1);

    Reply second = send(RunningBundle.MESSAGES + key, FOREIGN);

    assertThat(first.join().status()).isEqualTo(403);
    assertThat(List.of(second.status(), second.code())).containsExactly(401, 20000);
    assertThat(bundle.sandbox().find(key)).isEmpty();
  }

  /** The queue is sent with our token, so a made-up one would open it to everyone. */
  @Test
  void never_queues() {
    Reply refused =
        bundle.post(
            RunningBundle.MESSAGES + Requests.key(),
            Requests.keyed(),
            "Authorization",
            "Bearer " + FOREIGN,
            "Prefer",
            "respond-async");

    assertThat(List.of(refused.status(), refused.code())).containsExactly(400, 30001);
    assertThat(bundle.sandbox().messages()).isEmpty();
  }

  /** Nobody here can tell whether the token is right, so it opens nothing that we answer. */
  @Test
  void opens_nothing_but_the_api() {
    String key = Requests.key();
    assertThat(send(RunningBundle.MESSAGES + key, own()).status()).isEqualTo(202);

    Reply status =
        bundle.exchange(
            "GET", RunningBundle.MESSAGES + key, "", "Authorization", "Bearer " + FOREIGN);
    assertThat(List.of(status.status(), status.code())).containsExactly(403, 20002);
    assertThat(bundle.post(RunningBundle.MESSAGES + key, Requests.keyed()).status()).isEqualTo(401);
  }

  private static Reply send(String path, String token) {
    return bundle.post(path, Requests.keyed(), "Authorization", "Bearer " + token);
  }
}
