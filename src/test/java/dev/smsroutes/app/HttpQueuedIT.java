package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A caller who does not wait for the SMS API: answered once the request is safe in the queue. */
@Timeout(120)
class HttpQueuedIT {
  private static final String[] ASYNC = {"Prefer", "respond-async"};

  @TempDir private static Path folder;

  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle =
        RunningBundle.start(
            RunningBundle.withBroker(
                folder,
                "sms.ledger.url",
                "jdbc:sqlite:" + folder.resolve("ledger.db"),
                "sms.api.response-timeout",
                "300ms",
                "sms.jms.max-body-bytes",
                "5000",
                "sms.jms.redelivery-delay",
                "50ms",
                "sms.jms.max-redelivery-delay",
                "50ms",
                "sms.jms.max-attempts",
                "40"));
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.sandbox().reset();
  }

  private static Reply queued(String key, Object body) {
    return bundle.post(RunningBundle.MESSAGES + RunningBundle.encode(key), body, ASYNC);
  }

  private static String outcome(String key) {
    return bundle.status(key).json().path("outcome").asText();
  }

  private static void awaitOutcome(String key, String outcome) {
    await().untilAsserted(() -> assertThat(outcome(key)).isEqualTo(outcome));
  }

  @Test
  void answers_and_sends_the_same_as_without_queue() {
    String sync = Requests.key();
    Reply waited = bundle.keyed(sync, Requests.keyed());
    String async = Requests.key();
    Reply reply = queued(async, Requests.keyed());

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("Preference-Applied")).contains("respond-async");
    assertThat(waited.header("Preference-Applied")).isEmpty();
    assertThat(reply.json().path("requestId").asText()).matches("[0-9a-f-]{36}");
    assertThat(reply.json().path("errorcode").isInt()).isTrue();
    assertThat(reply.code()).isZero();
    assertThat(reply.json().path("responses")).hasSize(1);
    assertThat(reply.item(0).toString()).isEqualTo("{\"messageKey\":\"" + async + "\"}");
    assertThat(reply.json().properties()).hasSameSizeAs(waited.json().properties());
    awaitOutcome(async, "ACCEPTED");
    assertThat(bundle.sandbox().body(async)).isEqualTo(bundle.sandbox().body(sync));
  }

  /**
   * The API is away: the caller is answered all the same, and the request is sent when it is back.
   */
  @Test
  void answers_before_the_api_has_and_sends_when_it_can() {
    bundle.sandbox().faults("{\"status\": 503}");
    String key = Requests.key();

    Reply reply = queued(key, Requests.keyed());

    assertThat(reply.status()).isEqualTo(202);
    assertThat(outcome(key)).isIn("WAITING", "ADMITTED", "ATTEMPTED");
    await().until(() -> bundle.sandbox().sends() > 2);
    bundle.sandbox().faults();
    awaitOutcome(key, "ACCEPTED");
    assertThat(bundle.sandbox().message(key).path("times").asInt()).isEqualTo(1);
  }

  @Test
  void answers_a_repetition_with_what_is_known_and_queues_nothing() {
    String key = Requests.key();
    queued(key, Requests.keyed());
    awaitOutcome(key, "ACCEPTED");
    int sends = bundle.sandbox().sends();

    Reply again = queued(key, Requests.keyed());
    Reply waited = bundle.keyed(key, Requests.keyed());
    Reply other = queued(key, Requests.keyed().put("definitionKey", "order-shipped"));

    assertThat(again.status()).isEqualTo(202);
    assertThat(again.header("Preference-Applied")).as("it was not needed").isEmpty();
    assertThat(waited.status()).isEqualTo(202);
    assertThat(other.status()).isEqualTo(400);
    assertThat(again.json().path("requestId")).isEqualTo(waited.json().path("requestId"));
    assertThat(bundle.sandbox().sends()).isEqualTo(sends);
    assertThat(bundle.sandbox().message(key).path("duplicates").asInt()).isZero();
  }

  @Test
  void refuses_another_request_with_a_queued_key() {
    bundle.sandbox().faults("{\"status\": 503}");
    String key = Requests.key();
    queued(key, Requests.keyed());
    ObjectNode other = Requests.keyed();
    other.withObject("/recipient").put("contactKey", "somebody else");

    Reply reply = queued(key, other);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(109110);
    bundle.sandbox().faults();
    awaitOutcome(key, "ACCEPTED");
    assertThat(bundle.sandbox().message(key).path("contactKey").asText())
        .isEqualTo("ada@example.com");
  }

  /** However often the same is asked for before it was sent: it is sent once. */
  @Test
  void sends_once_what_was_queued_many_times() {
    bundle.sandbox().faults("{\"status\": 503}");
    String key = Requests.key();
    for (int i = 0; i < 5; i++) {
      assertThat(queued(key, Requests.keyed()).status()).isEqualTo(202);
    }
    bundle.sandbox().faults();

    awaitOutcome(key, "ACCEPTED");
    String last = Requests.key();
    queued(last, Requests.keyed());
    awaitOutcome(last, "ACCEPTED");
    assertThat(bundle.sandbox().message(key).path("times").asInt()).isEqualTo(1);
    assertThat(bundle.sandbox().message(key).path("duplicates").asInt()).isZero();
  }

  @Test
  void names_every_fault_before_it_queues() {
    Reply reply =
        queued(
            "k", "{\"definitionKey\":\"account-reset\",\"more\":1,\"recipient\":{\"to\":\"12\"}}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.fields())
        .contains("more", "recipient.contactKey", "recipient.to", "recipient.attributes.password");
    assertThat(reply.header("Preference-Applied")).isEmpty();
    assertThat(queued("k", "{").code()).isEqualTo(10004);
    assertThat(bundle.status("k").status()).isEqualTo(404);
    assertThat(bundle.sandbox().calls()).isZero();
  }

  /** The queue's consumer would refuse it, when nobody is there any more to be told. */
  @Test
  void sends_what_is_too_long_for_the_queue_only_synchronously() {
    ObjectNode body = Requests.keyed();
    body.withObject("/recipient/attributes").put("Unused", "x".repeat(5_000));
    String key = Requests.key();

    Reply reply = queued(key, body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(10005);
    assertThat(reply.message()).contains("5000 bytes").contains("sms.jms.max-body-bytes");
    assertThat(bundle.keyed(key, body).status()).isEqualTo(202);
  }

  @Test
  void queues_each_recipient_of_many() {
    String one = Requests.key();
    String two = Requests.key();
    ObjectNode wrong = Requests.recipient(Requests.key()).put("to", "12");

    Reply reply =
        bundle.post(
            RunningBundle.MESSAGES,
            Requests.bare(Requests.recipient(one), wrong, Requests.recipient(two)),
            ASYNC);

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.code()).isEqualTo(109001);
    assertThat(reply.header("Preference-Applied")).contains("respond-async");
    assertThat(reply.item(0).toString()).isEqualTo("{\"messageKey\":\"" + one + "\"}");
    assertThat(reply.item(1).path("errorcode").asInt()).isEqualTo(109121);
    assertThat(reply.item(2).path("messageKey").asText()).isEqualTo(two);
    awaitOutcome(one, "ACCEPTED");
    awaitOutcome(two, "ACCEPTED");
  }

  @Test
  void says_0_on_top_when_all_of_many_are_queued() {
    Reply reply =
        bundle.post(
            RunningBundle.MESSAGES,
            Requests.bare(Requests.recipient(Requests.key()), Requests.recipient(Requests.key())),
            ASYNC);

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.code()).isZero();
    assertThat(reply.json().path("responses")).hasSize(2);
  }

  /** A way to ask for it; whether it is one. */
  @ParameterizedTest(name = "{0}: {1} → {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          prefer             | Respond-Async                       | true
          PREFER             | wait=10, respond-async;x=1          | true
          Prefer             | return=minimal                      | false
          Prefer             | foo="respond-async"                 | false
          X-Prefer           | respond-async                       | false
          smsQueued          | true                                | false
          Preference-Applied | respond-async                       | false
          """)
  void queues_only_on_request(String header, String value, boolean applied) {
    Reply reply =
        bundle.post(RunningBundle.MESSAGES + Requests.key(), Requests.keyed(), header, value);

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("Preference-Applied").isPresent()).isEqualTo(applied);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?Prefer=respond-async", "?smsQueued=true", "?prefer=respond-async"})
  void is_not_asked_by_a_query(String query) {
    String key = Requests.key();
    Reply reply = bundle.post(RunningBundle.MESSAGES + key + query, Requests.keyed());

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("Preference-Applied")).isEmpty();
    assertThat(outcome(key)).isEqualTo("ACCEPTED");
  }

  static Stream<String> hostileKeys() {
    return HostileKeysIT.keys();
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource("hostileKeys")
  void carries_a_hostile_key_through_the_queue(String key) {
    Reply reply = queued(key, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.item(0).path("messageKey").asText()).isEqualTo(key);
    awaitOutcome(key, "ACCEPTED");
    assertThat(bundle.sandbox().message(key).path("path").asText())
        .isEqualTo(RunningBundle.MESSAGES + RunningBundle.encode(key));
  }

  /** A request with everything in it is the same one behind the queue as before it. */
  @Test
  void loses_nothing_of_a_request_in_the_queue() {
    ObjectNode body =
        Requests.json(
            """
            {"definitionKey": "account-reset",
             "recipient": {"contactKey": " spaces \\u0000 and \\ud83d\\ude00 ", "to": "+49 (151) 12345678",
              "attributes": {"FirstName": "Zoë €", "password": "a\\"b\\\\c\\n", "Points": 12.50, "Gold": true, "Empty": ""}},
             "content": {"message": "Hi %%FirstName%% %%password%%"},
             "subscriptions": {"resubscribe": false}}
            """);
    String sync = Requests.key();
    assertThat(bundle.keyed(sync, body).status()).isEqualTo(202);
    String async = Requests.key();
    assertThat(queued(async, body).status()).isEqualTo(202);
    awaitOutcome(async, "ACCEPTED");

    JsonNode waited = bundle.sandbox().body(sync);
    assertThat(bundle.sandbox().body(async)).isEqualTo(waited);
    assertThat(queued(async, body).status()).as("the same request again").isEqualTo(202);
  }

  @Test
  void parks_what_cannot_be_sent_in_all_its_deliveries() {
    bundle.sandbox().faults("{\"status\": 503}");
    String key = Requests.key();

    assertThat(queued(key, Requests.keyed()).status()).isEqualTo(202);

    awaitOutcome(key, "PARKED");
    JsonNode status = bundle.status(key).json();
    assertThat(status.path("errorcode").asInt()).isEqualTo(50300);
    assertThat(status.path("message").asText()).contains("for the last time");
    // Nobody sends it by machine any more.
    Reply again = queued(key, Requests.keyed());
    assertThat(again.status()).isEqualTo(500);
    assertThat(again.header("Retry-After")).isEmpty();
  }

  @Test
  void records_the_caller() throws SQLException {
    String key = Requests.key();
    queued(key, Requests.keyed());
    awaitOutcome(key, "ACCEPTED");
    String many = Requests.key();
    bundle.bare(Requests.bare(Requests.recipient(many)));

    assertThat(origin(key)).containsExactly("http", "127.0.0.1");
    assertThat(origin(many)).containsExactly("http", "127.0.0.1");
  }

  private static List<String> origin(String key) throws SQLException {
    List<String> origin = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("ledger.db"));
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT channel, source FROM message WHERE message_key = '" + key + "'")) {
      while (row.next()) {
        origin.add(row.getString(1));
        origin.add(row.getString(2));
      }
    }
    return origin;
  }
}
