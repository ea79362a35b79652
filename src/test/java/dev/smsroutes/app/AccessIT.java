package dev.smsroutes.app;

import static dev.smsroutes.testing.KeysFiles.shown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Rights;
import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What callers may send, over all channels: what the API got, and what they are told. */
@Timeout(120)
class AccessIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String AUSTRIAN = "+436641234567";

  @TempDir private static Path home;

  private static RunningBundle bundle;

  private static Key limited(String id, OptionalDouble rate, OptionalLong daily) {
    Key key = KeysFiles.key(id, Role.SEND);
    return new Key(
        id,
        key.hashes(),
        key.roles(),
        new Rights(List.of("account-*"), Set.of("DE"), rate, daily, false, false),
        key.created(),
        key.expires(),
        key.revoked());
  }

  @BeforeAll
  static void start() throws IOException {
    KeysFiles.write(
        home.resolve("keys.json"),
        limited("shop", OptionalDouble.empty(), OptionalLong.empty()),
        limited("slow", OptionalDouble.of(0.001), OptionalLong.empty()),
        limited("few", OptionalDouble.empty(), OptionalLong.of(2)),
        KeysFiles.key("crm", Role.SEND),
        KeysFiles.key("watcher", Role.SEND, Role.OBSERVE));
    Path routes = Files.createDirectories(home.resolve("routes"));
    Files.writeString(routes.resolve("jms.camel.yaml"), jmsRoute());
    Files.writeString(routes.resolve("own.camel.yaml"), ownRoute("without", ""));
    Files.writeString(
        routes.resolve("own-with.camel.yaml"),
        ownRoute(
            "with",
            """
                    - setProperty:
                        name: smsCaller
                        expression:
                          simple:
                            expression: "${header.CamelVertxPlatformHttpAuthenticatedUser.subject()}"
            """));
    bundle =
        RunningBundle.startWithFiles(
            home,
            RunningBundle.withBroker(
                home,
                RunningBundle.withKeys(
                    home,
                    "sms.file.caller",
                    "shop",
                    "camel.main.routesIncludePattern",
                    "file:routes/http-*.yaml,file:routes/error-*.yaml,file:routes/file-*.yaml,"
                        + routes.toUri()
                        + "*.camel.yaml")));
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  /** The intake that comes with the bundle, and the one line that names a caller. */
  private static String jmsRoute() throws IOException {
    String route = Files.readString(Path.of("routes/jms-intake.camel.yaml"));
    String filter = "        - filter:";
    assertThat(route).containsOnlyOnce(filter);
    return route.replace(
        filter,
        """
                - setProperty:
                    id: sms-jms-intake-caller
                    name: smsCaller
                    expression:
                      constant:
                        expression: shop
        """
            + filter);
  }

  private static String ownRoute(String id, String line) {
    return """
        - route:
            id: own-%s
            routeConfigurationId: error-replies
            from:
              uri: platform-http
              parameters:
                path: /own/%s
                httpMethodRestrict: POST
                headerFilterStrategy: "#httpHeaders"
              steps:
        %s
                - bean:
                    ref: own-%s-fields
                    method: fromJson
                - to:
                    uri: direct
                    parameters:
                      name: sms-send
                - bean:
                    ref: httpIntake
                    method: answerOne
        - beans:
            - name: own-%s-fields
              type: dev.smsroutes.intake.request.FieldMapping
              properties:
                definitionKey: account-reset
                messageKey: "{key}"
                contactKey: c
                to: "4915112345678"
                attributes:
                  FirstName: Ada
                  password: "31415"
        """
        .formatted(id, id, line, id, id);
  }

  private static Reply send(String caller, String key, Object body) {
    return bundle.post(
        RunningBundle.MESSAGES + RunningBundle.encode(key),
        body,
        "Authorization",
        "Bearer " + shown(caller));
  }

  private static Reply status(String caller, String key) {
    return bundle.exchange(
        "GET",
        RunningBundle.MESSAGES + RunningBundle.encode(key),
        "",
        "Authorization",
        "Bearer " + shown(caller));
  }

  /** Another definition, a text of its own, and a number of another country. */
  private static ObjectNode forbidden() {
    ObjectNode body =
        Requests.json(
            "{\"definitionKey\":\"order-shipped\",\"recipient\":{\"contactKey\":\"c\",\"to\":\""
                + AUSTRIAN
                + "\",\"attributes\":{\"FirstName\":\"Ada\",\"OrderNumber\":\"1\"}}}");
    body.putObject("content").put("message", "Hello %%FirstName%%");
    return body;
  }

  private static List<String> sent() {
    List<String> keys = new ArrayList<>();
    bundle.sandbox().messages().forEach(one -> keys.add(one.path("messageKey").asText()));
    return keys;
  }

  private static void drop(String name, String content) throws IOException {
    Path aside = Files.writeString(home.resolve(name), content);
    Files.move(aside, home.resolve("inbox").resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void an_http_caller_sends_what_it_may_and_is_told_all_that_it_may_not() {
    Reply right = send("shop", "http-right", Requests.keyed());
    Reply wrong = send("shop", "http-wrong", forbidden());

    assertThat(right.status()).isEqualTo(202);
    assertThat(wrong.status()).isEqualTo(403);
    assertThat(wrong.code()).isEqualTo(20002);
    assertThat(wrong.json().findValuesAsText("field"))
        .containsExactly("definitionKey", "content.message", "recipient.to");
    assertThat(wrong.json().path("errors").findValuesAsText("errorcode"))
        .containsExactly("20002", "20002", "20002");
    assertThat(wrong.body()).doesNotContain("6641234567");
    assertThat(send("crm", "http-crm", forbidden()).status()).isEqualTo(202);
    assertThat(sent()).contains("http-right", "http-crm").doesNotContain("http-wrong");
  }

  @Test
  void recipients_that_a_caller_may_not_send_to_are_refused_one_by_one() {
    ObjectNode austrian = Requests.recipient("bare-wrong").put("to", AUSTRIAN);
    Reply some =
        bundle.post(
            RunningBundle.MESSAGES,
            Requests.bare(Requests.recipient("bare-right"), austrian),
            "Authorization",
            "Bearer " + shown("shop"));
    Reply none =
        bundle.post(
            RunningBundle.MESSAGES,
            Requests.bare(austrian),
            "Authorization",
            "Bearer " + shown("shop"));

    assertThat(some.status()).isEqualTo(202);
    assertThat(some.json().at("/responses/1/errorcode").asInt()).isEqualTo(20002);
    assertThat(none.status()).isEqualTo(403);
    assertThat(none.code()).isEqualTo(20002);
    assertThat(sent()).contains("bare-right").doesNotContain("bare-wrong");
  }

  @Test
  void the_rows_of_files_have_the_rights_of_their_caller() throws IOException {
    String rows =
        """
        definitionKey,messageKey,contactKey,to,FirstName,password
        account-reset,file-right,c,4915112345678,Ada,31415
        account-reset,file-wrong,c,%s,Ada,31415
        """
            .formatted(AUSTRIAN);
    drop("rights.csv", rows);
    await().atMost(PATIENCE).until(() -> Files.exists(home.resolve("done/rights.csv")));

    assertThat(sent()).contains("file-right").doesNotContain("file-wrong");
    assertThat(Files.readString(home.resolve("results/rights.csv.rejects.csv")))
        .contains("20002")
        .contains("Expected a number of DE");
    assertThat(status("shop", "file-right").status()).isEqualTo(200);
    assertThat(status("few", "file-right").status()).isEqualTo(404);
  }

  @Test
  void jms_messages_have_the_rights_of_their_caller() throws Exception {
    bundle.queue(
        List.of(
            Requests.keyed().put("messageKey", "jms-right").toString(),
            forbidden().put("messageKey", "jms-wrong").toString()));

    try (ActiveMQConnectionFactory factory = bundle.broker();
        Connection connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer invalid = session.createConsumer(session.createQueue("sms.send.invalid"))) {
      connection.start();
      Message refused = invalid.receive(PATIENCE.toMillis());
      assertThat(refused).isNotNull();
      assertThat(refused.getStringProperty("smsErrorCode")).isEqualTo("20002");
    }
    await().atMost(PATIENCE).until(() -> sent().contains("jms-right"));
    assertThat(sent()).doesNotContain("jms-wrong");
    assertThat(status("shop", "jms-right").status()).isEqualTo(200);
  }

  @Test
  void a_caller_sees_its_own_messages_only() {
    send("crm", "of-crm", Requests.keyed());

    assertThat(status("crm", "of-crm").status()).isEqualTo(200);
    assertThat(status("watcher", "of-crm").status()).isEqualTo(200);
    Reply foreign = status("shop", "of-crm");
    Reply unknown = status("shop", "of-nobody");
    assertThat(foreign.status()).isEqualTo(404);
    assertThat(foreign.body().replaceAll("\"requestId\":\"[^\"]*\"", "").replace("of-crm", "k"))
        .isEqualTo(
            unknown.body().replaceAll("\"requestId\":\"[^\"]*\"", "").replace("of-nobody", "k"));
    // Its key is taken for everyone, as before.
    ObjectNode other = Requests.keyed();
    other.withObject("/recipient").put("contactKey", "other");
    assertThat(send("shop", "of-crm", other).code()).isEqualTo(109110);
  }

  @Test
  void a_caller_that_is_too_fast_is_told_when_to_come_again() {
    assertThat(send("slow", "slow-1", Requests.keyed()).status()).isEqualTo(202);
    Reply tooFast = send("slow", "slow-2", Requests.keyed());

    assertThat(tooFast.status()).isEqualTo(429);
    assertThat(tooFast.code()).isEqualTo(50100);
    assertThat(Integer.parseInt(tooFast.header("Retry-After").orElseThrow())).isPositive();
    assertThat(status("slow", "slow-2").status()).isEqualTo(404);
    assertThat(send("shop", "not-slow", Requests.keyed()).status()).isEqualTo(202);
  }

  @Test
  void a_caller_has_its_allowance_of_the_day_and_repetitions_do_not_count() {
    assertThat(send("few", "few-wrong", forbidden()).status()).isEqualTo(403);
    assertThat(send("few", "few-1", Requests.keyed()).status()).isEqualTo(202);
    assertThat(send("few", "few-1", Requests.keyed()).status()).isEqualTo(202);
    assertThat(send("few", "few-2", Requests.keyed()).status()).isEqualTo(202);
    Reply third = send("few", "few-3", Requests.keyed());

    assertThat(third.status()).isEqualTo(403);
    assertThat(third.code()).isEqualTo(20002);
    assertThat(third.json().path("message").asText()).contains("may send on one day");
    // What was sent before is told as before.
    assertThat(send("few", "few-2", Requests.keyed()).status()).isEqualTo(202);
    assertThat(sent()).doesNotContain("few-3");
  }

  @Test
  void an_intake_of_a_site_that_names_no_caller_is_refused_and_one_line_mends_it() {
    Reply without = own("without", "own-1");
    Reply with = own("with", "own-2");

    assertThat(without.status()).isEqualTo(403);
    assertThat(without.json().path("message").asText())
        .contains("set the exchange property smsCaller before direct:sms-send");
    assertThat(with.status()).isEqualTo(202);
    assertThat(status("shop", "own-2").status()).isEqualTo(200);
    assertThat(sent()).contains("own-2").doesNotContain("own-1");
  }

  private static Reply own(String route, String key) {
    return bundle.post(
        "/own/" + route, "{\"key\":\"" + key + "\"}", "Authorization", "Bearer " + shown("shop"));
  }

  @Test
  void the_allowance_of_the_day_is_the_same_after_a_restart(@TempDir Path other)
      throws IOException {
    KeysFiles.write(
        other.resolve("keys.json"), limited("few", OptionalDouble.empty(), OptionalLong.of(1)));
    String[] settings =
        RunningBundle.withKeys(
            other, "sms.ledger.url", "jdbc:sqlite:" + other.resolve("ledger.db"));
    Map<String, Integer> before = Map.of("day-1", 202, "day-2", 403);
    for (int start = 0; start < 2; start++) {
      try (RunningBundle one = RunningBundle.start(settings)) {
        for (String key : List.of("day-1", "day-2")) {
          Reply reply =
              one.post(
                  RunningBundle.MESSAGES + key,
                  Requests.keyed(),
                  "Authorization",
                  "Bearer " + shown("few"));
          assertThat(reply.status()).as(key + " at start " + start).isEqualTo(before.get(key));
        }
      }
    }
  }
}
