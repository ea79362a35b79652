package dev.smsroutes.app;

import static dev.smsroutes.testing.KeysFiles.secret;
import static dev.smsroutes.testing.KeysFiles.shown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.SettableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v2/token}, as a client of the SMS API asks for it, and what its tokens are worth.
 */
@Timeout(60)
class AccessTokenIT {
  private static final String JSON = "application/json";
  private static final String FORM = "application/x-www-form-urlencoded";

  private static final int FAILURES = 10;

  @TempDir Path home;

  private final SettableClock clock = new SettableClock();
  private RunningBundle bundle;

  @BeforeEach
  void start() throws IOException {
    clock.set(Instant.now());
    write(KeysFiles.key("shop", Role.SEND), KeysFiles.revoked("gone"), KeysFiles.expired("old"));
    bundle = node();
  }

  private void write(Key... keys) throws IOException {
    KeysFiles.write(home.resolve("keys.json"), keys);
  }

  private RunningBundle node() {
    return RunningBundle.start(clock, RunningBundle.withKeys(home));
  }

  @AfterEach
  void stop() {
    bundle.close();
  }

  @Test
  void gives_a_token_as_the_api_does_and_takes_it() {
    Reply reply = ask(json("client_credentials", "shop", secret("shop")), JSON);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("token_type").asText()).isEqualTo("Bearer");
    assertThat(reply.json().path("expires_in").asInt()).isEqualTo(1080);
    assertThat(reply.json().path("scope").asText()).isEqualTo("sms_send");
    assertThat(reply.json().path("rest_instance_url").asText())
        .isEqualTo("http://127.0.0.1:" + bundle.port() + "/");
    assertThat(reply.header("Cache-Control")).contains("no-store");
    String token = token(reply);
    // As the stock client does it: the URL ends with a slash, the path begins with one.
    assertThat(send(bundle, "//messaging/v1/sms/messages/" + Requests.key(), token).status())
        .isEqualTo(202);

    // Another node with the same files knows nothing of it, and takes it.
    try (RunningBundle other = node()) {
      assertThat(send(other, RunningBundle.MESSAGES + Requests.key(), token).status())
          .isEqualTo(202);
    }
  }

  @ParameterizedTest(name = "{0}: {2}, {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a form                | FORM | 200 |                        | grant_type=client_credentials&client_id=shop&client_secret=SECRET
          the whole key         | FORM | 200 |                        | grant_type=client_credentials&client_id=shop&client_secret=shop.SECRET
          more fields           | JSON | 200 |                        | {"grant_type":"client_credentials","client_id":"shop","client_secret":"SECRET","account_id":"1","scope":"x"}
          another secret        | FORM | 401 | invalid_client         | grant_type=client_credentials&client_id=shop&client_secret=x
          another id            | JSON | 401 | invalid_client         | {"grant_type":"client_credentials","client_id":"nobody","client_secret":"SECRET"}
          the key of another    | JSON | 401 | invalid_client         | {"grant_type":"client_credentials","client_id":"gone","client_secret":"shop.SECRET"}
          a revoked key         | JSON | 401 | invalid_client         | {"grant_type":"client_credentials","client_id":"gone","client_secret":"GONE"}
          nothing               | JSON | 401 | invalid_client         | {"grant_type":"client_credentials"}
          another grant         | JSON | 400 | unsupported_grant_type | {"grant_type":"password","client_id":"shop","client_secret":"SECRET"}
          no grant              | FORM | 400 | unsupported_grant_type | client_id=shop&client_secret=SECRET
          no JSON               | JSON | 400 | invalid_request        | {
          a list                | JSON | 400 | invalid_request        | []
          """)
  void answers_what_is_asked(String what, String type, int status, String error, String body) {
    Reply reply =
        ask(
            body.replace("SECRET", secret("shop")).replace("GONE", secret("gone")),
            type.equals("FORM") ? FORM : JSON);

    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.json().path("error").asText(null)).isEqualTo(error);
    assertThat(reply.body()).doesNotContain(secret("shop"), secret("gone"));
  }

  @Test
  void ends_a_token_with_its_time_and_tells_so_as_often_as_it_is_asked() {
    String token = token(ask(json("client_credentials", "shop", secret("shop")), JSON));
    clock.forward(Duration.ofMinutes(17));
    assertThat(send(bundle, RunningBundle.MESSAGES + Requests.key(), token).status())
        .isEqualTo(202);

    clock.forward(Duration.ofMinutes(1));

    // A client with many requests on their way must learn of all that it needs a new one.
    for (int i = 0; i < FAILURES * 2; i++) {
      assertThat(send(bundle, RunningBundle.MESSAGES + "k", token).status()).isEqualTo(401);
    }
  }

  @Test
  void ends_a_token_with_its_key_and_with_the_secret_it_was_given_for() throws IOException {
    String token = token(ask(json("client_credentials", "shop", secret("shop")), JSON));
    assertThat(send(bundle, RunningBundle.MESSAGES + Requests.key(), token).status())
        .isEqualTo(202);

    write(KeysFiles.revoked("shop"));
    await()
        .untilAsserted(
            () ->
                assertThat(send(bundle, RunningBundle.MESSAGES + Requests.key(), token).status())
                    .isIn(401, 429));
    assertThat(send(bundle, RunningBundle.MESSAGES + "k", shown("shop")).status()).isIn(401, 429);

    // The key of the same name that follows is another one.
    Key other = KeysFiles.key("other", Role.SEND);
    write(
        new Key(
            "shop",
            other.hashes(),
            other.roles(),
            other.rights(),
            other.created(),
            other.expires(),
            other.revoked()));
    String shown = "shop." + secret("other");
    await()
        .untilAsserted(
            () ->
                assertThat(send(bundle, RunningBundle.MESSAGES + Requests.key(), shown).status())
                    .isEqualTo(202));
    assertThat(send(bundle, RunningBundle.MESSAGES + "k", token).status()).isIn(401, 429);
  }

  @Test
  void sends_who_guesses_away_and_nobody_else() {
    for (int i = 0; i < FAILURES; i++) {
      String wrong = json("client_credentials", "shop", "guess-" + i);
      assertThat(ask(wrong, JSON).status()).isEqualTo(401);
    }

    Reply tooMany = ask(json("client_credentials", "shop", "guess"), JSON);
    assertThat(tooMany.status()).isEqualTo(429);
    assertThat(tooMany.header("Retry-After").map(Integer::valueOf).orElseThrow()).isBetween(1, 61);
    Reply atTheDoor = send(bundle, RunningBundle.MESSAGES + "k", "shop.guess");
    assertThat(List.of(atTheDoor.status(), atTheDoor.code())).containsExactly(429, 50100);
    // Behind a gateway all callers have one address.
    assertThat(ask(json("client_credentials", "shop", secret("shop")), JSON).status())
        .isEqualTo(200);
    assertThat(send(bundle, RunningBundle.MESSAGES + Requests.key(), shown("shop")).status())
        .isEqualTo(202);
  }

  @Test
  void tells_why_in_the_log_and_nowhere_else() {
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);

    List<String> answers =
        Stream.of(shown("gone"), shown("old"), shown("nobody"), "shop." + secret("x"), "x")
            .map(key -> send(bundle, RunningBundle.MESSAGES + "k", key))
            .map(reply -> reply.status() + reply.body().replaceFirst("[0-9a-f-]{36}", ""))
            .toList();

    root.detachAppender(log);
    assertThat(answers).containsOnly(answers.get(0));
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.startsWith("door=http refused status=401 address=127.0.0.1"))
        .extracting(line -> line.replaceFirst(".*why=", ""))
        .containsExactly(
            "revoked key gone",
            "expired key old",
            "unknown key",
            "wrong secret of key shop",
            "unknown key");
  }

  /** A caller that reads 401 fetches a new token; for the trouble of our account that is a loop. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"on\": \"token\", \"status\": 401}|20000",
        "{\"status\": 403}|20001",
        "{\"code\": 40002}|40002"
      })
  void tells_the_trouble_of_our_own_account_as_an_outage(String trouble) {
    String[] parts = trouble.split("\\|");
    bundle.sandbox().faults(parts[0]);

    Reply one = send(bundle, RunningBundle.MESSAGES + Requests.key(), shown("shop"));
    Reply many =
        bundle.post(
            RunningBundle.MESSAGES,
            Requests.bare(Requests.recipient(Requests.key())),
            "Authorization",
            "Bearer " + shown("shop"));

    for (Reply reply : List.of(one, many)) {
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.code()).isEqualTo(Integer.parseInt(parts[1]));
      assertThat(reply.header("Retry-After")).isPresent();
    }
  }

  private static String json(String grant, String id, String secret) {
    return "{\"grant_type\": \"%s\", \"client_id\": \"%s\", \"client_secret\": \"%s\"}"
        .formatted(grant, id, secret);
  }

  private Reply ask(String body, String type) {
    return bundle.exchange("POST", "/v2/token", body, "Content-Type", type);
  }

  private static String token(Reply reply) {
    return reply.json().path("access_token").asText();
  }

  private static Reply send(RunningBundle to, String path, String token) {
    return to.post(path, Requests.keyed(), "Authorization", "Bearer " + token);
  }
}
