package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.smsroutes.access.Role;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.PromQl;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import dev.smsroutes.testing.Scrape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What operators read at {@code /observe/metrics}, after requests over each channel. */
@Timeout(120)
class MetersIT {
  private static final String GOOD =
      """
      {"messageKey":"KEY","definitionKey":"account-reset","recipient":{"contactKey":"c",\
      "to":"+4915112345678","attributes":{"FirstName":"Ada","password":"p"}}}""";

  /** What Prometheus adds to each series that it collects. */
  private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job");

  @TempDir private static Path home;

  private static RunningBundle bundle;
  private static Map<String, Set<String>> everything = Map.of();

  @BeforeAll
  static void start() throws Exception {
    KeysFiles.write(
        home.resolve("keys.json"),
        KeysFiles.key("shop", Role.SEND),
        KeysFiles.key("watcher", Role.OBSERVE));
    bundle =
        RunningBundle.startWithFiles(
            home,
            RunningBundle.withBroker(
                home,
                RunningBundle.withFewDeliveries(
                    RunningBundle.withKeys(
                        home,
                        RunningBundle.withManagement(
                            "sms.http.max-keyed-body-bytes",
                            "2000",
                            "sms.api.response-timeout",
                            "300ms",
                            "sms.file.row-timeout",
                            "3s",
                            "sms.policy.countries",
                            "DE")))));
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
  }

  /**
   * What the API does, or the request is | how it ends | with which code | the definition. 429 is
   * the last one: it teaches a rate that lasts.
   */
  @ParameterizedTest(name = "{0} → {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"latencyMs": 1}                            | ACCEPTED         | 0      | account-reset
          {"status": 500, "accept": true, "calls": 1} | ACCEPTED_EARLIER | 0      | account-reset
          {"code": 109121}                            | REFUSED          | 109121 | account-reset
          {"code": 109110}                            | DUPLICATE        | 109110 | account-reset
          {"status": 403}                             | WAITING          | 20001  | account-reset
          {"status": 500}                             | UNCERTAIN        | 30000  | account-reset
          unknown definition                          | REFUSED          | 109111 | unknown
          retired definition                          | REFUSED          | 109111 | retired-offer
          another country                             | REFUSED          | 20002  | account-reset
          {"status": 429}                             | WAITING          | 50100  | account-reset
          """)
  void counts_each_outcome_on_each_channel(
      String trouble, String outcome, String code, String definition) throws Exception {
    boolean ofApi = trouble.startsWith("{");
    String request =
        switch (trouble) {
          case "unknown definition" -> GOOD.replace("account-reset", "of-a-stranger");
          case "retired definition" -> GOOD.replace("account-reset", "retired-offer");
          case "another country" -> GOOD.replace("+4915112345678", "+33612345678");
          default -> GOOD;
        };
    for (String channel : List.of("http", "file", "jms")) {
      if (ofApi) {
        bundle.sandbox().faults(trouble);
      }
      String[] labels = {
        "channel", channel,
        "caller", channel.equals("http") ? "shop" : "none",
        "definition", definition,
        "outcome", outcome,
        "code", code
      };
      double before = scrape().sum("sms_outcomes_total", labels);
      send(channel, request.replace("KEY", Requests.key()));
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                if (scrape().sum("sms_outcomes_total", labels) == before
                    && channel.equals("http")) {
                  // A message of the case before may be the probe, so that this one was held back.
                  send(channel, request.replace("KEY", Requests.key()));
                }
                assertThat(scrape().sum("sms_outcomes_total", labels))
                    .as(channel)
                    .isGreaterThan(before);
              });
    }
  }

  @Test
  void counts_what_is_parked_and_lies_with_the_dead_letters() throws Exception {
    bundle.sandbox().faults("{\"status\": 503}");
    send("jms", GOOD.replace("KEY", Requests.key()));

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              Scrape scrape = scrape();
              assertThat(scrape.sum("sms_outcomes_total", "channel", "jms", "outcome", "PARKED"))
                  .isPositive();
              assertThat(scrape.sum("sms_queue_messages", "queue", "dead")).isPositive();
              assertThat(scrape.sum("sms_queue_oldest_seconds", "queue", "dead")).isPositive();
            });
  }

  @Test
  void tells_the_time_of_the_api_from_our_own() throws Exception {
    Scrape before = scrape();
    bundle.sandbox().faults("{\"latencyMs\": 60}");
    assertThat(keyed(Requests.key()).status()).isEqualTo(202);
    Scrape after = scrape();

    assertThat(
            after.sum("sms_attempt_seconds_sum", "result", "ACCEPTED")
                - before.sum("sms_attempt_seconds_sum", "result", "ACCEPTED"))
        .isGreaterThanOrEqualTo(0.06);
    assertThat(after.sum("sms_added_seconds_count") - before.sum("sms_added_seconds_count"))
        .isPositive();
    assertThat(
            after.sum("sms_parts_total", "country", "DE", "definition", "account-reset")
                - before.sum("sms_parts_total", "country", "DE", "definition", "account-reset"))
        .isPositive();
    assertThat(after.sum("sms_token_fetch_total", "result", "ok")).isPositive();
    assertThat(after.sum("sms_token_seconds_left")).isPositive();
    assertThat(after.sum("sms_ledger_commit_seconds_count")).isPositive();
  }

  /** What is sent | why it is refused before it is a request. */
  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          POST /messaging/v1/sms/messages/k         |            | shop    | application/json | {}   | body_of_key
          POST /messaging/v1/sms/messages/k         |            |         | application/json | {}   | credentials
          POST /messaging/v1/sms/messages/k         |            | watcher | application/json | {}   | rights
          POST /messaging/v1/sms/messages/k         | evil.com   | shop    | application/json | {}   | host
          GET /nowhere                              |            | shop    | application/json |      | path
          PUT /messaging/v1/sms/messages/k          |            | shop    | application/json | {}   | path
          POST /messaging/v1/sms/messages/k         |            | shop    | text/html        | {}   | media_type
          POST /messaging/v1/sms/messages/%FF       |            | shop    | application/json | {}   | key
          POST /messaging/v1/sms/messages/k         |            | shop    | application/json | nono | body
          POST /messaging/v1/sms/messages/k         |            | shop    | application/json | LONG | length
          NONSENSE                                  |            | shop    | application/json | {}   | malformed
          """)
  void counts_what_is_refused_before_it_is_a_request(
      String line, String host, String caller, String type, String body, String why) {
    String text = body == null ? "" : body.equals("LONG") ? "\"" + "x".repeat(3_000) + "\"" : body;
    StringBuilder request = new StringBuilder(line).append(" HTTP/1.1\r\nHost: ");
    request.append(host == null ? "127.0.0.1" : host).append("\r\nConnection: close\r\n");
    if (caller != null) {
      request.append("Authorization: Bearer ").append(KeysFiles.shown(caller)).append("\r\n");
    }
    request.append("Content-Type: ").append(type).append("\r\nContent-Length: ");
    request.append(text.length()).append("\r\n\r\n").append(text);
    double before = scrape().sum("sms_http_refused_total", "why", why);

    bundle.raw(request.toString().getBytes(StandardCharsets.ISO_8859_1));

    assertThat(scrape().sum("sms_http_refused_total", "why", why) - before)
        .isEqualTo(why.equals("body_of_key") ? 0 : 1);
  }

  @Test
  void serves_the_names_and_labels_of_the_documentation_and_none_of_camel() throws Exception {
    assertThat(keyed(Requests.key()).status()).isEqualTo(202);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> scrape().sum("sms_ledger_rows", "state", "settled") > 0);
    Map<String, Set<String>> labels = scrape().labels();

    Set<String> none = Set.of();
    assertThat(labels)
        .containsEntry(
            "sms_outcomes_total", Set.of("channel", "caller", "definition", "outcome", "code"))
        .containsEntry("sms_attempt_seconds_bucket", Set.of("result", "le"))
        .containsEntry("sms_added_seconds_bucket", Set.of("le"))
        .containsEntry("sms_throttle_concurrency_limit", none)
        .containsEntry("sms_throttle_in_use", none)
        .containsEntry("sms_throttle_waiting", Set.of("priority"))
        .containsEntry("sms_throttle_rate", none)
        .containsEntry("sms_throttle_paused_seconds", Set.of("reason"))
        .containsEntry("sms_ledger_commit_seconds_bucket", Set.of("le"))
        .containsEntry("sms_ledger_batch_size_bucket", Set.of("le"))
        .containsEntry("sms_ledger_waiting", none)
        .containsEntry("sms_ledger_rows", Set.of("state"))
        .containsEntry("sms_ledger_oldest_open_seconds", none)
        .containsEntry("sms_token_fetch_total", Set.of("result"))
        .containsEntry("sms_token_seconds_left", none)
        .containsEntry("sms_queue_messages", Set.of("queue"))
        .containsEntry("sms_queue_bytes", Set.of("queue"))
        .containsEntry("sms_queue_oldest_seconds", Set.of("queue"))
        .containsEntry("sms_file_rows_total", none)
        .containsEntry("sms_file_seconds_left", none)
        .containsEntry("sms_file_oldest_inbox_seconds", none)
        .containsEntry("sms_file_held", none)
        .containsEntry("sms_window_closed_seconds", Set.of("channel"))
        .containsEntry("sms_window_opens_seconds", Set.of("channel"))
        .containsEntry("sms_http_in_flight", none)
        .containsEntry("sms_http_connections", none)
        .containsEntry("sms_http_refused_total", Set.of("why"))
        .containsEntry("sms_parts_total", Set.of("country", "definition"))
        .containsEntry("sms_sandbox", none)
        .containsEntry("disk_free_bytes", Set.of("path"))
        .containsKeys(
            "jvm_memory_used_bytes",
            "jvm_gc_pause_seconds_count",
            "jvm_threads_live_threads",
            "process_files_open_files");
    assertThat(labels.keySet()).noneMatch(name -> name.startsWith("camel"));
  }

  static Stream<Arguments> expressions() throws IOException {
    List<Arguments> all = new ArrayList<>();
    for (JsonNode rule :
        YAMLMapper.builder()
            .build()
            .readTree(Path.of("deploy/prometheus/sms-routes.rules.yml").toFile())
            .findValues("rules")
            .get(0)) {
      all.add(arguments(rule.path("alert").asText(), rule.path("expr").asText()));
    }
    for (JsonNode panel :
        JsonMapper.builder()
            .build()
            .readTree(Path.of("deploy/grafana/sms-routes.json").toFile())
            .path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        all.add(arguments(panel.path("title").asText(), target.path("expr").asText()));
      }
    }
    return all.stream();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("expressions")
  void serves_what_alerts_and_board_ask_for(String where, String expression) {
    Map<String, Set<String>> served = served();
    PromQl asked = PromQl.read(expression);
    Set<String> labels = new TreeSet<>(OF_PROMETHEUS);

    assertThat(asked.meters()).as(expression).isNotEmpty();
    asked
        .meters()
        .forEach(
            (meter, selected) -> {
              assertThat(served).containsKey(meter);
              labels.addAll(served.get(meter));
              Set<String> known = new TreeSet<>(OF_PROMETHEUS);
              known.addAll(served.get(meter));
              assertThat(known).as(meter).containsAll(selected);
            });
    assertThat(labels).containsAll(asked.groupedBy());
  }

  /** With one message over each channel, and a collection of garbage. */
  private static Map<String, Set<String>> served() {
    if (everything.isEmpty()) {
      keyed(Requests.key());
      System.gc();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                Set<String> names = scrape().labels().keySet();
                return names.containsAll(
                    Set.of("jvm_gc_pause_seconds_sum", "sms_parts_total", "sms_outcomes_total"));
              });
      everything = scrape().labels();
    }
    return everything;
  }

  @Test
  void a_stranger_makes_no_series() throws Exception {
    stranger(0);
    Map<String, Set<String>> names = scrape().labels();
    int before = scrape().series().size();

    for (int i = 1; i <= 20; i++) {
      stranger(i);
    }

    assertThat(scrape().labels()).isEqualTo(names);
    assertThat(scrape().series()).hasSize(before);
    assertThat(scrape().series())
        .flatExtracting(series -> series.labels().values())
        .noneMatch(value -> value.contains("stranger"));
  }

  private static void stranger(int number) throws Exception {
    String name = "stranger-" + number;
    String request = GOOD.replace("account-reset", name).replace("KEY", name);
    post("/messaging/v1/sms/messages/" + name, request, "shop");
    post("/" + name, request, "shop");
    post("/messaging/v1/sms/messages/" + name, request, name);
    bundle.queue(List.of(request));
  }

  private static void send(String channel, String request) throws Exception {
    switch (channel) {
      case "http" -> {
        var body = Requests.json(request);
        String key = body.remove("messageKey").asText();
        post("/messaging/v1/sms/messages/" + key, body.toString(), "shop");
      }
      case "file" -> {
        String name = Requests.key();
        Path part = Files.writeString(home.resolve("inbox/" + name + ".part"), request + "\n");
        Files.move(part, home.resolve("inbox/" + name + ".ndjson"), StandardCopyOption.ATOMIC_MOVE);
      }
      default -> bundle.queue(List.of(request));
    }
  }

  private static Reply keyed(String key) {
    return post("/messaging/v1/sms/messages/" + key, Requests.keyed().toString(), "shop");
  }

  private static Reply post(String path, String body, String caller) {
    return bundle.post(path, body, "Authorization", "Bearer " + KeysFiles.shown(caller));
  }

  private static Scrape scrape() {
    return Scrape.read(bundle.managed("/observe/metrics").body());
  }
}
