package dev.smsroutes.intake.file;

import static dev.smsroutes.intake.file.FileRoute.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.TestRuns;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileRouteIT {
  private static final String HEADER = "definitionKey,messageKey,contactKey,to,FirstName\n";

  @TempDir Path home;
  private FileRoute route;

  @BeforeEach
  void start() throws Exception {
    route = new FileRoute(home);
  }

  @AfterEach
  void stop() {
    route.close();
  }

  private List<String> outcomes(List<JsonNode> results) {
    return results.stream().map(line -> line.path("outcome").asText()).toList();
  }

  private List<String> keys() {
    return route.handedOver.stream().map(SendRequest::messageKey).toList();
  }

  @Test
  void tells_the_pipeline_where_a_row_came_from_and_how_it_may_be_tried() throws Exception {
    route.close();
    route = new FileRoute(home, Map.of("sms.file.max-attempts", "7", "sms.file.row-timeout", "1h"));
    String rows =
        IntStream.rangeClosed(1, 1_001)
            .mapToObj(i -> "ok,k" + i + ",c,1,Ada\n")
            .collect(Collectors.joining());
    route.drop("orders.csv", HEADER + rows);
    route.awaitResults("orders.csv");

    Origin expected = new Origin("file", "orders.csv#1001", Optional.of("run-1"));
    Map<String, Object> last =
        route.properties.stream()
            .filter(properties -> properties.get(HandOver.ORIGIN).equals(expected))
            .findFirst()
            .orElseThrow();
    assertThat(last)
        .containsEntry(HandOver.MAX_RETRIES, 6)
        .containsEntry(HandOver.LANE, HandOver.BATCH);
    // The row has the clock of its file.
    assertThat((Duration) last.get(HandOver.PATIENCE))
        .isBetween(Duration.ofHours(1).plusMillis(1), Duration.ofHours(1).plusMinutes(1));
    assertThat(route.groups).as("each row by itself").hasSize(1_001).containsOnly(1);
  }

  @Test
  void rows_of_one_definition_travel_together_when_the_site_wants_that() throws Exception {
    route.close();
    route =
        new FileRoute(
            home, Map.of("sms.batch.recipients-per-call", "40", "sms.file.max-attempts", "7"));
    route.drop(
        "orders.csv",
        HEADER
            + IntStream.rangeClosed(1, 100)
                .mapToObj(i -> (i % 50 == 0 ? "faulty" : "ok") + ",k" + i + ",c,1,Ada\n")
                .collect(Collectors.joining()));

    List<String> expected =
        IntStream.rangeClosed(1, 100).mapToObj(i -> i % 50 == 0 ? "REFUSED" : "ACCEPTED").toList();
    assertThat(outcomes(route.awaitResults("orders.csv"))).containsExactlyElementsOf(expected);
    assertThat(route.groups).containsExactlyInAnyOrder(40, 40, 18, 2);
    assertThat(route.properties)
        .allMatch(each -> each.get(HandOver.MAX_RETRIES).equals(6))
        .allMatch(each -> each.get(HandOver.LANE).equals(HandOver.BATCH));
    assertThat(route.properties)
        .extracting(each -> ((Origin) each.get(HandOver.ORIGIN)).source())
        .contains("orders.csv#1", "orders.csv#100");
  }

  @Test
  void a_group_that_breaks_is_uncertain_and_holds_up_no_other() throws Exception {
    route.close();
    route = new FileRoute(home, Map.of("sms.batch.recipients-per-call", "40"));
    route.drop("a.csv", HEADER + "ok,k1,c,1,A\nboom,k2,c,1,A\nok,k3,c,1,A\nboom,k4,c,1,A\n");

    assertThat(outcomes(route.awaitResults("a.csv")))
        .containsExactly("ACCEPTED", "UNCERTAIN", "ACCEPTED", "UNCERTAIN");
    assertThat(route.log())
        .noneMatch(event -> event.getFormattedMessage().contains("4255550123"))
        .anyMatch(event -> event.getFormattedMessage().contains("row without an outcome"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "501", "-1", "many", ""})
  void refuses_a_number_of_recipients_that_makes_no_sense(String value) {
    assertThatThrownBy(() -> new FileRoute(home, Map.of("sms.batch.recipients-per-call", value)))
        .hasMessageContaining(
            "sms.batch.recipients-per-call: expected a whole number from 1 to 500; got '" + value);
  }

  @Test
  void a_stop_leaves_the_file_and_the_next_start_goes_on_with_it() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    route.gates.put("k20", gate);
    String rows =
        IntStream.rangeClosed(1, 20_000)
            .mapToObj(i -> "ok,k" + i + ",c,1,Ada\n")
            .collect(Collectors.joining());
    route.drop("orders.csv", HEADER + rows);
    Awaitility.await().until(() -> route.handedOver.size() >= 100);
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(route::stop);
    Awaitility.await().until(route::isStopping);
    gate.countDown();
    stopped.get(4, TimeUnit.SECONDS);

    assertThat(route.handedOver).hasSizeLessThan(10_000);
    assertThat(route.files()).containsExactly("inbox/orders.csv");
    assertThat(route.log())
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.startsWith("file "))
        .last(InstanceOfAssertFactories.STRING)
        .matches("file interrupted, it continues at the next start name=\"orders.csv\" rows=\\d+");
    TestRuns runs = route.runs;
    IntStream.rangeClosed(1, 19_990)
        .forEach(i -> runs.settled.put("orders.csv#" + i, accepted("k" + i)));

    route.close();
    route = new FileRoute(home, Map.of(), runs);
    assertThat(route.awaitResults("orders.csv")).hasSize(20_000);
    assertThat(keys())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(19_991, 20_000).mapToObj(i -> "k" + i).toList());
    assertThat(route.log())
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.startsWith("file "))
        .satisfiesExactly(
            taken -> assertThat(taken).startsWith("file taken"),
            resumed -> assertThat(resumed).isEqualTo("file resumed name=\"orders.csv\""),
            finished -> assertThat(finished).contains("rows=20000 recorded=19990 accepted=20000"));
  }

  private static Outcome accepted(String key) {
    return new Accepted("r", Optional.of(key), false);
  }

  @Test
  void waits_for_a_ledger_that_cannot_be_written() {
    route.runs.unavailable = true;
    route.drop("orders.csv", HEADER + "ok,k1,c,1,Ada\n");
    Awaitility.await().until(() -> kept() >= 2);
    assertThat(route.handedOver).isEmpty();
    route.runs.unavailable = false;
    assertThat(route.awaitResults("orders.csv")).hasSize(1);

    route.drop("more.csv", HEADER + "ok,k2,c,1,Ada\nunrecorded,k3,c,1,Ada\n");
    Awaitility.await()
        .until(
            () ->
                route.log().stream()
                        .filter(
                            event ->
                                event
                                    .getFormattedMessage()
                                    .startsWith(
                                        "file interrupted, it continues when the ledger can be"
                                            + " written again"))
                        .count()
                    >= 2);
    assertThat(route.files()).contains("inbox/more.csv").doesNotContain("done/more.csv");
  }

  @Test
  void a_file_that_was_not_moved_is_not_sent_or_told_again() throws Exception {
    Files.delete(home.resolve("done"));
    Files.writeString(home.resolve("done"), "a file where the folder should be");
    route.drop("orders.csv", HEADER + "ok,k1,c,1,Ada\n");
    Awaitility.await().until(() -> finishedBefore() >= 1);
    Files.delete(home.resolve("done"));

    route.awaitResults("orders.csv");
    assertThat(keys()).containsExactly("k1");
    assertThat(route.files())
        .containsExactly(
            "done/orders.csv",
            "results/orders.csv.results.ndjson",
            "results/orders.csv.summary.json");
  }

  private long finishedBefore() {
    return route.log().stream()
        .filter(event -> event.getFormattedMessage().startsWith("file finished before"))
        .count();
  }

  @Test
  void sends_every_row_and_writes_one_line_for_each() {
    route.drop("orders.csv", HEADER + "ok,k1,c1,+1 425 555 0123,Ada\nok,k2,c2,14255550124,Bob\n");

    assertThat(text(awaited("orders.csv")))
        .isEqualTo(
            """
            {"row":1,"messageKey":"k1","outcome":"ACCEPTED","code":0,"message":"","requestId":"r-0"}
            {"row":2,"messageKey":"k2","outcome":"ACCEPTED","code":0,"message":"","requestId":"r-0"}
            """);
    assertThat(route.files())
        .containsExactly(
            "done/orders.csv",
            "results/orders.csv.results.ndjson",
            "results/orders.csv.summary.json");
    SendRequest first =
        route.handedOver.stream()
            .filter(request -> request.messageKey().equals("k1"))
            .findFirst()
            .orElseThrow();
    assertThat(first.definitionKey()).isEqualTo("ok");
    assertThat(first.recipient().contactKey()).isEqualTo("c1");
    assertThat(first.recipient().to()).isEqualTo("+1 425 555 0123");
    assertThat(first.recipient().attributes()).isEqualTo(Map.of("FirstName", "Ada"));
    assertThat(first.message()).isNull();
  }

  private Path awaited(String name) {
    route.awaitResults(name);
    return route.results(name + ".results.ndjson");
  }

  @Test
  void hands_over_nothing_that_is_known_of_the_file() {
    route.drop("orders.csv", HEADER + "ok,k1,c1,1,Ada\n");

    route.awaitResults("orders.csv");
    assertThat(route.headers).containsExactly(Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "ok,        ACCEPTED,         false, false",
    "earlier,   ACCEPTED_EARLIER, false, false",
    "faulty,    REFUSED,          true,  false",
    "duplicate, DUPLICATE,        true,  true",
    "parked,    PARKED,           true,  true",
    "uncertain, UNCERTAIN,        true,  true",
    "waiting,   WAITING,          true,  true",
    "boom,      UNCERTAIN,        true,  true",
  })
  void every_outcome_has_its_line_and_its_place(
      String script, String outcome, boolean rejected, boolean keepsItsKey) {
    route.drop("one.csv", "definitionKey,contactKey,to\n" + script + ",c1,1\n");

    List<JsonNode> results = route.awaitResults("one.csv");
    assertThat(outcomes(results)).containsExactly(outcome);
    String key = results.get(0).path("messageKey").asText();
    assertThat(key).matches("f-[0-9a-f]{32}-1");
    Path rejects = route.results("one.csv.rejects.csv");
    assertThat(Files.exists(rejects)).isEqualTo(rejected);
    if (rejected) {
      assertThat(text(rejects).contains(key)).isEqualTo(keepsItsKey);
    }
  }

  @Test
  void rejects_hold_the_original_cells_and_every_fault() {
    route.drop(
        "orders.csv",
        "to,contactKey,definitionKey,FirstName,\"a, \"\"b\"\"\"\r\n"
            + "1,c1,ok,Ada,x\r\n"
            + "\" 2 \",\"c\n2\",faulty,\"Bob, \"\"B\"\"\",=1+1\r\n");

    List<JsonNode> results = route.awaitResults("orders.csv");
    assertThat(outcomes(results)).containsExactly("ACCEPTED", "REFUSED");
    assertThat(results.get(1).path("code").asInt()).isEqualTo(109121);
    assertThat(results.get(1).path("message").asText())
        .isEqualTo("Expected a number; Expected \"FirstName\"; got none");
    assertThat(text(route.results("orders.csv.rejects.csv")))
        .isEqualTo(
            "_code,_field,_message,messageKey,to,contactKey,definitionKey,FirstName,\"a, \"\"b\"\"\"\r\n"
                + "109121,to; FirstName,\"Expected a number; Expected \"\"FirstName\"\"; got none\",,"
                + " 2 ,\"c\n2\",faulty,\"Bob, \"\"B\"\"\",=1+1\r\n");
  }

  @Test
  void rejects_can_be_dropped_again_as_they_are() {
    route.drop("a.csv", HEADER + "uncertain,,c1,1,Ada\nfaulty,,c2,2,Bob\nok,,c3,3,Cy\n");
    String key = route.awaitResults("a.csv").get(0).path("messageKey").asText();

    route.drop("b.csv", text(route.results("a.csv.rejects.csv")));

    List<JsonNode> again = route.awaitResults("b.csv");
    assertThat(outcomes(again)).containsExactly("UNCERTAIN", "REFUSED");
    assertThat(again.get(0).path("messageKey").asText()).isEqualTo(key);
    assertThat(again.get(1).path("messageKey").asText()).isNotEqualTo(key).endsWith("-2");
    assertThat(text(route.results("b.csv.rejects.csv")))
        .isEqualTo(text(route.results("a.csv.rejects.csv")));
  }

  @Test
  void json_rejects_keep_the_original_object_and_can_be_dropped_again() {
    String faulty =
        "{\"definitionKey\":\"faulty\",\"recipient\":{\"contactKey\":\"c\",\"to\":\"1\","
            + "\"attributes\":{\"price\":1.10,\"big\":123456789012345678901234567890}}}";
    route.drop(
        "a.ndjson",
        faulty
            + "\n\n{\"definitionKey\":\"parked\",\"recipient\":{}}\r\n{nonsense\n[1]\n"
            + "{\"definitionKey\":\"a\",\"definitionKey\":\"b\"}\n");

    assertThat(outcomes(route.awaitResults("a.ndjson")))
        .containsExactly("REFUSED", "PARKED", "REFUSED", "REFUSED", "REFUSED");
    String rejects = text(route.results("a.ndjson.rejects.ndjson"));
    assertThat(rejects.lines().toList().get(0))
        .startsWith("{\"_code\":109121,\"_field\":\"recipient.to; recipient.attributes.FirstName\"")
        .endsWith(faulty.substring(1));
    assertThat(rejects.lines().toList().get(1)).contains("\"messageKey\":\"f-");
    assertThat(FileRoute.json(rejects.lines().toList().get(2)).path("_raw").asText())
        .isEqualTo("{nonsense");

    route.drop("b.ndjson", rejects);
    route.awaitResults("b.ndjson");
    assertThat(text(route.results("b.ndjson.rejects.ndjson"))).isEqualTo(rejects);
  }

  @Test
  void a_json_file_with_recipients_is_as_many_rows_and_only_the_rejected_come_back() {
    route.drop(
        "many.json",
        """
        {"definitionKey":"parked","content":{"message":"hi"},"recipients":[
          {"contactKey":"c1","to":"1"},{"contactKey":"c2","to":"2","messageKey":"mine"}]}
        """);

    List<JsonNode> results = route.awaitResults("many.json");
    assertThat(results).extracting(line -> line.path("row").asInt()).containsExactly(1, 2);
    assertThat(results.get(0).path("messageKey").asText()).matches("f-[0-9a-f]{32}-1");
    assertThat(results.get(1).path("messageKey").asText()).isEqualTo("mine");
    JsonNode rejects = FileRoute.json(text(route.results("many.json.rejects.json")));
    assertThat(rejects.path("content").path("message").asText()).isEqualTo("hi");
    assertThat(rejects.path("recipients")).hasSize(2);
    assertThat(rejects.path("recipients").path(0).path("_code").asInt()).isEqualTo(99999);
    assertThat(rejects.path("recipients").path(0).path("messageKey").asText())
        .isEqualTo(results.get(0).path("messageKey").asText());

    route.drop("again.json", text(route.results("many.json.rejects.json")));
    assertThat(outcomes(route.awaitResults("again.json"))).containsExactly("PARKED", "PARKED");
    assertThat(keys().subList(2, 4)).containsExactlyInAnyOrderElementsOf(keys().subList(0, 2));
  }

  @Test
  void a_line_with_recipients_is_told_apart_by_item() {
    route.drop(
        "many.jsonl",
        """
        {"definitionKey":"ok","recipient":{"contactKey":"c0"}}
        {"definitionKey":"parked","recipients":[{"contactKey":"c1"},{"contactKey":"c2"}]}
        """);

    List<JsonNode> results = route.awaitResults("many.jsonl");
    assertThat(results)
        .extracting(line -> line.path("row").asInt() + "." + line.path("item").asInt())
        .containsExactly("1.0", "2.1", "2.2");
    assertThat(results.get(2).path("messageKey").asText()).endsWith("-2-2");
    List<JsonNode> rejects = FileRoute.lines(route.results("many.jsonl.rejects.jsonl"));
    assertThat(rejects).hasSize(2);
    assertThat(rejects.get(1).path("recipients")).hasSize(1);
    assertThat(rejects.get(1).path("recipients").path(0).path("contactKey").asText())
        .isEqualTo("c2");
  }

  @Test
  void a_keyed_json_file_is_one_row() {
    route.drop("one.json", "{\"definitionKey\":\"ok\",\"recipient\":{\"contactKey\":\"c\"}}");

    assertThat(route.awaitResults("one.json").get(0).path("messageKey").asText())
        .matches("f-[0-9a-f]{32}-1");
  }

  @Test
  void the_same_content_dropped_twice_asks_for_the_same_keys_and_overwrites_nothing() {
    String content = HEADER + "faulty,,c1,1,Ada\nok,,c2,2,Bob\n";
    route.drop("orders.csv", content);
    route.awaitResults("orders.csv");
    route.drop("orders.csv", content);
    route.awaitResults("orders~2.csv");
    route.drop("orders.csv", content + "ok,,c3,3,Cy\n");
    route.awaitResults("orders~3.csv");

    assertThat(keys().subList(2, 4)).containsExactlyInAnyOrderElementsOf(keys().subList(0, 2));
    assertThat(keys().subList(4, 7)).doesNotContainAnyElementsOf(keys().subList(0, 4));
    assertThat(route.files())
        .containsExactly(
            "done/orders.csv",
            "done/orders~2.csv",
            "done/orders~3.csv",
            "results/orders.csv.rejects.csv",
            "results/orders.csv.results.ndjson",
            "results/orders.csv.summary.json",
            "results/orders~2.csv.rejects.csv",
            "results/orders~2.csv.results.ndjson",
            "results/orders~2.csv.summary.json",
            "results/orders~3.csv.rejects.csv",
            "results/orders~3.csv.results.ndjson",
            "results/orders~3.csv.summary.json");
    assertThat(text(route.done("orders~2.csv"))).isEqualTo(content);
  }

  @Test
  void ten_thousand_rows_keep_their_order() {
    String rows =
        IntStream.rangeClosed(1, 10_000)
            .mapToObj(i -> "ok,k" + i + ",c,1,Ada\n")
            .collect(Collectors.joining());
    route.drop("large.csv", HEADER + rows);

    assertThat(route.awaitResults("large.csv"))
        .extracting(line -> line.path("messageKey").asText())
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 10_000).mapToObj(i -> "k" + i).toList());
  }

  @Test
  void a_slow_row_keeps_its_place_and_holds_back_no_more_than_the_window() {
    CountDownLatch gate = new CountDownLatch(1);
    route.gates.put("k1", gate);
    String rows =
        IntStream.rangeClosed(1, 5_000)
            .mapToObj(i -> "ok,k" + i + ",c,1,Ada\n")
            .collect(Collectors.joining());
    route.drop("slow.csv", HEADER + rows);

    Awaitility.await().until(() -> route.handedOver.size() >= 999);
    // Nothing more comes while the oldest has no outcome.
    Awaitility.await().during(Duration.ofMillis(200)).until(() -> route.handedOver.size() <= 1_000);
    assertThat(route.files()).doesNotContain("results/slow.csv.results.ndjson", "done/slow.csv");
    gate.countDown();
    assertThat(route.awaitResults("slow.csv"))
        .hasSize(5_000)
        .first()
        .extracting(line -> line.path("messageKey").asText())
        .isEqualTo("k1");
  }

  @Test
  void a_row_that_breaks_the_pipeline_stops_no_other_and_leaks_nothing_into_the_log() {
    route.drop("a.csv", HEADER + "ok,k1,c,1,A\nboom,k2,c,1,A\nok,k3,c,1,A\n");

    assertThat(outcomes(route.awaitResults("a.csv")))
        .containsExactly("ACCEPTED", "UNCERTAIN", "ACCEPTED");
    assertThat(route.log())
        .noneMatch(event -> event.getThrowableProxy() != null)
        .noneMatch(event -> event.getFormattedMessage().contains("4255550123"))
        .anyMatch(event -> event.getFormattedMessage().contains("row without an outcome"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no-extension | definitionKey,contactKey,to | unknown extension",
        "table.xlsx   | definitionKey,contactKey,to | unknown extension",
        "empty.csv    | | empty",
        "bom.csv      | \uFEFF | empty",
        "empty.json   | \r\n \t | empty",
        "data.csv     | ok,k1,c1,14255550123,Ada | no header",
        "colons.csv   | definitionKey:contactKey:to | no header",
        "part.csv     | definitionKey,contactKey,FirstName | incomplete header",
        "twice.csv    | definitionKey,contactKey,to,Name, NAME | repeated column",
        "ours.csv     | definitionKey,contactKey,to,TO | repeated column",
        "nul.csv      | definitionKey,contactKey,to\nok,c\0,1 | unknown encoding",
        "open.csv     | definitionKey,contactKey,to\nok,\"c,1\nok,c2,2\n | unclosed quotation mark",
        "quote.csv    | \"definitionKey\"x,contactKey,to\n | no header",
      })
  void a_file_that_cannot_be_read_fails_with_its_reason(String table) {
    String[] columns = table.split(" *\\| ?", -1);
    route.drop(columns[0], columns[1].replaceAll(" $", ""));

    JsonNode reason = route.awaitReason(columns[0]);
    assertThat(reason.path("reason").asText()).isEqualTo(columns[2]);
    assertThat(reason.path("message").asText()).startsWith("Expected").doesNotContain("4255550123");
    assertThat(route.files())
        .containsExactly("failed/" + columns[0], "failed/" + columns[0] + ".reason.json");
    assertThat(route.handedOver).isEmpty();
    List<ILoggingEvent> warnings =
        route.log().stream()
            .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
            .toList();
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0).getFormattedMessage()).contains(columns[0], columns[2]);
    assertThat(warnings.get(0).getThrowableProxy()).isNull();
  }

  @Test
  void text_that_is_not_utf_8_fails_with_its_place_before_a_row_is_sent() {
    byte[] content =
        (HEADER + "ok,k1,c1,1,Ada\nok,k2,c2,2,J?rg\n").getBytes(StandardCharsets.UTF_8);
    int at = new String(content, StandardCharsets.UTF_8).indexOf('?');
    content[at] = (byte) 0xFC;
    route.drop("latin1.csv", content);
    route.drop("utf32.csv", new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 0, 'd', 0, 0, 0});

    assertThat(route.awaitReason("latin1.csv").path("message").asText())
        .contains("at byte " + (at + 1));
    assertThat(route.awaitReason("utf32.csv").path("message").asText()).contains("UTF-32");
    assertThat(route.handedOver).isEmpty();
  }

  @Test
  void tells_how_a_file_was_read_that_is_not_like_most() {
    route.drop(
        "utf16.csv",
        (HEADER.replace(',', ';') + "ok;k1;c1;1;Ad\u00e1\n").getBytes(StandardCharsets.UTF_16));

    route.awaitResults("utf16.csv");
    assertThat(route.handedOver.element().recipient().attributes())
        .isEqualTo(Map.of("FirstName", "Ad\u00e1"));
    assertThat(route.log())
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.startsWith("file read"))
        .containsExactly(
            "file read as format=csv separator=semicolon encoding=UTF-16BE gzip=false"
                + " name=\"utf16.csv\" bytes=130 rows=1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with space.csv",
        "größe ☎.csv",
        "100%.csv",
        "a$b{c}.csv",
        "UPPER.CSV",
        "a..b.csv"
      })
  void takes_files_of_any_name(String name) {
    route.drop(name, HEADER + "ok,k1,c1,1,Ada\n");

    assertThat(outcomes(route.awaitResults(name))).containsExactly("ACCEPTED");
  }

  @Test
  void a_name_that_leaves_no_room_for_ours_fails() {
    route.drop("n".repeat(240) + ".csv", HEADER + "ok,k1,c1,1,Ada\n");

    Awaitility.await()
        .until(
            () ->
                route.files().size() == 2
                    && route.files().stream().allMatch(name -> name.startsWith("failed/n")));
    assertThat(route.files().get(1)).endsWith(".reason.json");
    assertThat(text(home.resolve(route.files().get(1)))).contains("name too long");
  }

  @Test
  void leaves_alone_what_is_not_meant_for_it() throws IOException {
    for (String name : List.of(".hidden.csv", "a.csv.tmp", "b.csv.part", "c.csv.FILEPART")) {
      route.drop(name, HEADER + "ok,k1,c1,1,Ada\n");
    }
    Files.createDirectories(route.inbox("sub"));
    Files.writeString(route.inbox("sub").resolve("d.csv"), HEADER + "ok,k1,c1,1,Ada\n");
    route.drop("last.csv", HEADER + "ok,k9,c1,1,Ada\n");
    route.awaitResults("last.csv");

    assertThat(keys()).containsExactly("k9");
    assertThat(route.files())
        .contains("inbox/.hidden.csv", "inbox/a.csv.tmp", "inbox/b.csv.part", "inbox/sub/d.csv");
  }

  @Test
  void does_not_take_a_file_that_is_being_written() throws Exception {
    route.close();
    route = new FileRoute(home, Map.of("sms.file.min-age", "300"));
    try (OutputStream out = Files.newOutputStream(route.inbox("growing.csv"))) {
      out.write(HEADER.getBytes(StandardCharsets.UTF_8));
      for (int i = 1; i <= 6; i++) {
        out.write(("ok,k" + i + ",c,1,Ada\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
        Awaitility.await()
            .during(Duration.ofMillis(100))
            .atMost(Duration.ofSeconds(2))
            .until(route.handedOver::isEmpty);
      }
    }
    assertThat(route.awaitResults("growing.csv")).hasSize(6);
  }

  @Test
  void keeps_the_file_while_results_cannot_be_written_and_finishes_it_later() throws IOException {
    Files.delete(home.resolve("results"));
    Files.writeString(home.resolve("results"), "a file where the folder should be");
    route.drop("orders.csv", HEADER + "ok,,c1,1,Ada\n");

    Awaitility.await().until(() -> kept() >= 2);
    assertThat(Files.exists(route.inbox("orders.csv"))).isTrue();
    assertThat(route.log()).noneMatch(event -> event.getThrowableProxy() != null);
    Files.delete(home.resolve("results"));
    assertThat(outcomes(route.awaitResults("orders.csv"))).containsExactly("ACCEPTED");
  }

  @Test
  void the_inbox_itself_may_be_a_link() throws Exception {
    route.close();
    Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
    Files.delete(home.resolve("inbox"));
    Files.createSymbolicLink(home.resolve("inbox"), elsewhere);
    route = new FileRoute(home);
    route.drop("orders.csv", HEADER + "ok,k1,c1,1,Ada\n");

    assertThat(outcomes(route.awaitResults("orders.csv"))).containsExactly("ACCEPTED");
  }

  /** Whatever is thrown, wherever: the log says once a try why a file stands still. */
  @Test
  void a_fault_that_nobody_expects_is_told_and_the_file_is_tried_again() {
    route.runs.fault = new IllegalStateException("+14255550123 must not be logged");
    route.drop("opened.csv", HEADER + "ok,k1,c1,1,Ada\n");
    Awaitility.await().until(() -> kept() >= 2);
    route.runs.fault = null;
    assertThat(outcomes(route.awaitResults("opened.csv"))).containsExactly("ACCEPTED");

    CountDownLatch gate = new CountDownLatch(1);
    route.gates.put("k2", gate);
    route.drop("finished.csv", HEADER + "ok,k2,c1,1,Ada\n");
    Awaitility.await().until(() -> keys().contains("k2"));
    long before = kept();
    route.runs.fault = new ClassCastException("+14255550123 must not be logged");
    gate.countDown();
    Awaitility.await().until(() -> kept() > before);
    route.runs.fault = null;
    assertThat(outcomes(route.awaitResults("finished.csv"))).containsExactly("ACCEPTED");
    assertThat(route.log())
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.startsWith("file kept"))
        .anyMatch(line -> line.contains("name=\"opened.csv\" reason=\"IllegalStateException\""))
        .anyMatch(line -> line.contains("name=\"finished.csv\" reason=\"ClassCastException\""))
        .noneMatch(line -> line.contains("4255550123"));
  }

  private long kept() {
    return route.log().stream()
        .filter(event -> event.getFormattedMessage().contains("kept in the inbox"))
        .count();
  }

  @Test
  void a_start_removes_what_a_crash_left_half_written() throws Exception {
    route.close();
    Files.writeString(route.results(".orders.csv.results.ndjson.sms-tmp"), "{\"row\":1");
    Files.writeString(route.results("orders.csv.results.ndjson"), "{}\n");
    Files.writeString(route.results("orders.csv.progress.json"), "{}");
    Files.writeString(route.inbox("orders.csv"), HEADER + "ok,,c1,1,Ada\n");
    route = new FileRoute(home);

    route.awaitResults("orders~2.csv");
    assertThat(route.files())
        .containsExactly(
            "done/orders~2.csv",
            "results/orders.csv.results.ndjson",
            "results/orders~2.csv.results.ndjson",
            "results/orders~2.csv.summary.json");
  }

  @Test
  void takes_nothing_when_it_is_switched_off() throws Exception {
    Path other = Files.createDirectories(home.resolve("other"));
    try (FileRoute off = new FileRoute(other, Map.of("sms.file.enabled", "false"))) {
      assertThat(off.routes()).isZero();
      assertThat(other.resolve("inbox")).doesNotExist();
    }
    assertThat(route.routes()).isOne();
  }

  @Test
  void logs_one_line_when_a_file_is_taken_one_when_it_is_finished_and_one_for_each_cause() {
    route.drop(
        "orders.csv", HEADER + "ok,k1,c,1,Ada\nfaulty,k2,c,1,Ada\nwaiting,k3,c,1,Ada\nshort\n");
    route.awaitResults("orders.csv");

    assertThat(route.log())
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.startsWith("file "))
        .satisfiesExactly(
            taken -> assertThat(taken).startsWith("file taken name=\"orders.csv\" bytes="),
            finished ->
                assertThat(finished)
                    .matches(
                        "file finished name=\"orders.csv\" as=\"orders.csv\" rows=4 recorded=0 accepted=1"
                            + " refused=2 unsettled=1 parts=0 ms=\\d+ rate=\\d+\\.\\d"),
            fault ->
                assertThat(fault)
                    .isEqualTo(
                        "file fault name=\"orders.csv\" column=\"to\" code=109121 definitionKey=-"
                            + " row 2: \"Expected a number\""),
            fault -> assertThat(fault).contains("column=\"FirstName\" code=10000", "row 2"),
            fault -> assertThat(fault).contains("code=30000", "row 3: \"no clear answer\""),
            fault -> assertThat(fault).contains("code=10000", "row 4", "got 1 on line 5"));
  }
}
