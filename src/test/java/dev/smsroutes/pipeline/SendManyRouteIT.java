package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Answer.reply;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.ledger.EntryState;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Outcome.Unsettled;
import dev.smsroutes.model.Reason;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.ScriptedApi.Call;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.testing.TestLedgers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many requests at once, with everything real but the API, which answers from a script. */
class SendManyRouteIT extends CamelTestSupport {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PER_CALL = 4;

  private final ScriptedApi api = new ScriptedApi();
  private final Deque<Answer> script = api.script;
  private final List<Call> calls = api.calls;
  private final JdbcLedger ledger = TestLedgers.open();

  /**
   * It is four in the afternoon in Seattle, where the numbers belong, and one at night in Germany.
   */
  private final SettableClock clock = new SettableClock();

  private final List<String> suppressed = new ArrayList<>();

  @Override
  protected RoutesBuilder[] createRouteBuilders() {
    api.otherwise = SendManyRouteIT::accepting;
    return new PipelineBuilder(ledger)
        .definitions(new TwoDefinitions())
        .policy(PipelineBuilder.policy(suppressed, "08:00-20:00", clock))
        .maxQueuedBytes(400)
        .recipientsPerCall(PER_CALL)
        .routes(api);
  }

  @AfterEach
  void closeTheLedger() {
    ledger.close();
  }

  @Test
  void rows_of_one_definition_share_a_call_with_their_own_texts() throws IOException {
    assertThat(send(request("a"), request("b"))).allMatch(Outcome::accepted);

    assertThat(calls).hasSize(1);
    assertThat(calls.get(0).path()).isEmpty();
    assertThat(calls.get(0).json())
        .isEqualTo(
            JSON.readTree(
                "{\"definitionKey\":\"reset\",\"content\":{\"message\":\"%%message%%\"},"
                    + "\"recipients\":["
                    + "{\"contactKey\":\"c-a\",\"to\":\"14255550123\",\"messageKey\":\"a\","
                    + "\"attributes\":{\"password\":\"p-a\",\"message\":\"Your code: p-a\"}},"
                    + "{\"contactKey\":\"c-b\",\"to\":\"14255550123\",\"messageKey\":\"b\","
                    + "\"attributes\":{\"password\":\"p-b\",\"message\":\"Your code: p-b\"}}]}"));
    assertThat(ledger.records().find("a").orElseThrow().state()).isEqualTo(EntryState.ACCEPTED);
    assertThat(ledger.records().find("b").orElseThrow().origin()).isEqualTo(Origin.of("file", "b"));
  }

  @Test
  void different_requests_and_too_many_requests_travel_in_separate_calls() {
    List<SendRequest> requests = new ArrayList<>();
    IntStream.range(0, 6).forEach(i -> requests.add(request("r" + i)));
    requests.add(of("s0", "script", null, Map.of("password", "p"), false));
    requests.add(of("o0", "reset", null, Map.of("password", "p"), true));
    requests.add(of("s1", "script", null, Map.of("password", "q"), false));
    requests.add(of("o1", "reset", null, Map.of("password", "p"), true));
    requests.add(of("t0", "script", "%%[x]%% one", Map.of(), false));
    requests.add(of("t1", "script", "%%[x]%% two", Map.of(), false));
    requests.add(of("l0", "reset", "100 %% sure", Map.of(), false));
    requests.add(of("l1", "reset", "100 %% sure", Map.of(), false));
    requests.add(of("m0", "reset", null, Map.of("password", "p", "Message", "x"), false));

    assertThat(send(requests)).allMatch(Outcome::accepted);

    assertThat(calls)
        .extracting(Call::keys)
        .containsExactlyInAnyOrder(
            List.of("r0", "r1", "r2", "r3"),
            List.of("r4", "r5"),
            List.of("s0", "s1"),
            List.of("o0", "o1"),
            List.of("l0", "l1"),
            List.of("t0"),
            List.of("t1"),
            List.of("m0"));
    assertThat(called("s0").json().has("content")).as("left to the API").isFalse();
    assertThat(called("o0").json().at("/subscriptions/resubscribe").asBoolean()).isTrue();
    assertThat(called("l0").json().at("/content/message").asText()).isEqualTo("100 %% sure");
    assertThat(called("m0").json().at("/content/message").asText()).isEqualTo("Your code: p");
  }

  @Test
  void outcomes_have_the_order_of_the_requests() {
    send(request("used"));
    send(of("other", "reset", null, Map.of("password", "before"), false));
    script.add(partly(Map.of("bad", 109121, "dup", 109110)));

    List<Outcome> outcomes =
        send(
            request("bad"),
            of("none", "unknown", null, Map.of(), false),
            request("used"),
            request("good"),
            new SendRequest(null, null, null, null),
            request("dup"),
            request("good"),
            of("good", "reset", null, Map.of("password", "other"), false),
            request("other"));

    assertThat(outcomes)
        .extracting(Outcome::state)
        .containsExactly(
            State.REFUSED,
            State.REFUSED,
            State.ACCEPTED_EARLIER,
            State.ACCEPTED,
            State.REFUSED,
            State.DUPLICATE,
            State.ACCEPTED_EARLIER,
            State.DUPLICATE,
            State.DUPLICATE);
    assertThat(outcomes.get(0).errorCode()).isEqualTo(109121);
    assertThat(outcomes.get(4).faults()).hasSize(3);
    assertThat(calls.get(calls.size() - 1).keys()).containsExactly("bad", "good", "dup");
    assertThat(ledger.records().find("bad").orElseThrow().state()).isEqualTo(EntryState.REFUSED);
    assertThat(ledger.records().find("none")).isEmpty();
  }

  @Test
  void repeats_an_unclear_call_one_by_one_with_the_same_keys() {
    script.add(
        exchange -> {
          throw new SocketTimeoutException("Read timed out");
        });
    script.add(reply(400, "{\"errorcode\":109110}"));
    script.add(reply(400, "{\"errorcode\":109121}"));

    List<Outcome> outcomes = send(request("a"), request("b"), request("c"));

    assertThat(outcomes)
        .extracting(Outcome::state)
        .containsExactly(State.ACCEPTED_EARLIER, State.REFUSED, State.ACCEPTED);
    assertThat(calls)
        .extracting(Call::keys)
        .containsExactly(List.of("a", "b", "c"), List.of("a"), List.of("b"), List.of("c"));
    assertThat(ledger.records().find("a").orElseThrow().attempts()).isEqualTo(2);
    assertThat(ledger.records().history("c").orElseThrow().events()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {109101, 109122, 109103, 109110, 424242})
  void a_refusal_of_the_whole_call_refuses_no_message(int code) {
    script.add(reply(400, "{\"errorcode\":" + code + "}"));
    script.add(reply(202, "{\"errorcode\":0}"));
    script.add(reply(400, "{\"errorcode\":109110}"));

    // Not even a single attempt more is allowed; but that was none of these messages.
    assertThat(sendWith(0, request("a"), request("b")))
        .extracting(Outcome::state)
        .containsExactly(State.ACCEPTED, State.DUPLICATE);
  }

  @Test
  void reports_an_unclear_row_without_retries_as_uncertain() {
    script.add(reply(500, ""));

    List<Outcome> outcomes = sendWith(0, request("a"), request("b"));

    assertThat(outcomes).extracting(Outcome::state).containsOnly(State.UNCERTAIN);
    assertThat(calls).hasSize(1);
    assertThat(ledger.records().find("a").orElseThrow().state()).isEqualTo(EntryState.UNCERTAIN);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void a_call_waits_as_a_whole_while_the_api_is_unavailable(int status) {
    for (int i = 0; i < 3; i++) {
      script.add(reply(status, ""));
    }

    assertThat(sendWith(4, request("a"), request("b"))).allMatch(Outcome::accepted);
    assertThat(calls).extracting(Call::keys).containsOnly(List.of("a", "b")).hasSize(4);
  }

  @Test
  void waits_without_a_connection_and_then_reports_a_duplicate_as_one() {
    script.add(
        exchange -> {
          throw new ConnectException("refused");
        });
    script.add(partly(Map.of("a", 109110)));

    assertThat(send(request("a"), request("b")))
        .extracting(Outcome::state)
        .containsExactly(State.DUPLICATE, State.ACCEPTED);
  }

  @Test
  void reports_and_records_what_still_waits_at_the_end() {
    script.add(reply(403, ""));

    assertThat(send(request("a"), request("b")))
        .extracting(Outcome::state)
        .containsOnly(State.WAITING);
    assertThat(ledger.records().find("a").orElseThrow().state()).isEqualTo(EntryState.WAITING);
    assertThat(send(request("a"), request("b"))).allMatch(Outcome::accepted);
  }

  @Test
  void the_token_is_renewed_once_for_all_of_them() {
    script.add(reply(401, ""));

    assertThat(send(request("a"), request("b"))).allMatch(Outcome::accepted);
    assertThat(calls).hasSize(2);
    assertThat(api.tokens).isEqualTo(2);
    assertThat(ledger.records().find("a").orElseThrow().attempts()).isEqualTo(1);
  }

  @Test
  void a_call_holds_no_more_bytes_than_the_api_takes() {
    String long1 = "x".repeat(1_500);
    Map<String, String> heavy = Map.of("password", "p", "note", "ü".repeat(999_000));
    List<SendRequest> requests = new ArrayList<>();
    IntStream.range(0, 4).forEach(i -> requests.add(of("h" + i, "reset", long1, heavy, false)));

    assertThat(send(requests)).allMatch(Outcome::accepted);
    assertThat(calls)
        .extracting(Call::keys)
        .containsExactlyInAnyOrder(List.of("h0"), List.of("h1"), List.of("h2"), List.of("h3"));
    calls.clear();
    Map<String, String> lighter = Map.of("password", "p", "note", "ü".repeat(900_000));
    send(of("i0", "reset", long1, lighter, false), of("i1", "reset", long1, lighter, false));
    assertThat(calls).extracting(Call::keys).containsExactly(List.of("i0", "i1"));
  }

  @Test
  void sends_nothing_to_a_recipient_on_the_suppression_list() {
    suppressed.add("c-b");

    List<Outcome> outcomes = send(request("a"), request("b"), request("c"));

    assertThat(outcomes)
        .extracting(Outcome::state)
        .containsExactly(State.ACCEPTED, State.REFUSED, State.ACCEPTED);
    assertThat(outcomes.get(1).errorCode()).isEqualTo(ErrorCode.SUPPRESSED.number());
    assertThat(calls).extracting(Call::keys).containsExactly(List.of("a", "c"));
  }

  @Test
  void removes_a_recipient_who_is_suppressed_while_the_call_waits() {
    script.add(reply(503, ""));
    script.add(
        exchange -> {
          suppressed.add("c-a");
          reply(503, "").answer(exchange);
        });

    List<Outcome> outcomes = sendWith(4, request("a"), request("b"), request("c"));

    assertThat(outcomes)
        .extracting(Outcome::state)
        .containsExactly(State.REFUSED, State.ACCEPTED, State.ACCEPTED);
    assertThat(outcomes.get(0).errorCode()).isEqualTo(ErrorCode.SUPPRESSED.number());
    assertThat(calls)
        .extracting(Call::keys)
        .containsExactly(List.of("a", "b", "c"), List.of("a", "b", "c"), List.of("b", "c"));
    assertThat(ledger.records().find("a").orElseThrow().state()).isEqualTo(EntryState.REFUSED);
  }

  @Test
  void holds_rows_outside_their_window_and_sends_the_others() {
    List<Outcome> outcomes = sendWith(0, request("a"), to("g", "+4915112345678"), request("c"));

    assertThat(outcomes)
        .extracting(Outcome::state)
        .containsExactly(State.ACCEPTED, State.WAITING, State.ACCEPTED);
    assertThat(((Unsettled) outcomes.get(1)).reason()).isEqualTo(Reason.OUTSIDE_WINDOW);
    assertThat(outcomes.get(1).retryAfter()).contains(Duration.ofHours(7));
    assertThat(ledger.records().find("g").orElseThrow().state()).isEqualTo(EntryState.WAITING);
    clock.forward(Duration.ofHours(8));
    assertThat(sendWith(0, to("g", "+4915112345678"))).allMatch(Outcome::accepted);
  }

  @Test
  void a_call_does_not_leave_once_its_window_has_closed() {
    script.add(
        exchange -> {
          clock.forward(Duration.ofHours(4));
          reply(503, "").answer(exchange);
        });

    List<Outcome> outcomes = sendWith(4, request("a"), request("b"));

    assertThat(outcomes)
        .allMatch(outcome -> ((Unsettled) outcome).reason() == Reason.OUTSIDE_WINDOW)
        .allMatch(outcome -> outcome.retryAfter().equals(Optional.of(Duration.ofHours(12))));
    assertThat(calls).hasSize(1);
    assertThat(ledger.records().find("a").orElseThrow().state()).isEqualTo(EntryState.WAITING);
    clock.forward(Duration.ofHours(12));
    assertThat(send(request("a"), request("b"))).allMatch(Outcome::accepted);
  }

  @Test
  void the_ledger_knows_in_how_many_parts_each_travelled() {
    send(request("a"), of("l", "reset", "x".repeat(161), Map.of(), false));

    assertThat(send(request("a"), of("l", "reset", "x".repeat(161), Map.of(), false)))
        .extracting(outcome -> ((Accepted) outcome).parts())
        .containsExactly(OptionalInt.of(1), OptionalInt.of(2));
    assertThat(calls).hasSize(1);
  }

  @Test
  void accepts_nothing_when_the_ledger_is_gone() {
    ledger.close();

    List<Outcome> outcomes =
        send(request("a"), of("none", "unknown", null, Map.of(), false), request("b"));

    assertThat(outcomes)
        .extracting(Outcome::state)
        .containsExactly(State.WAITING, State.REFUSED, State.WAITING);
    assertThat(calls).isEmpty();
  }

  @Test
  void reports_sent_messages_as_uncertain_when_the_ledger_fails() {
    script.add(
        exchange -> {
          accepting(exchange);
          ledger.close();
        });

    assertThat(send(request("a"), request("b")))
        .extracting(Outcome::state)
        .containsOnly(State.UNCERTAIN);
  }

  @Test
  void parks_unsettled_messages_on_their_last_chance() {
    script.add(reply(403, ""));

    List<Outcome> outcomes =
        outcomes(
            template.request(
                Pipeline.SEND_MANY,
                asked -> {
                  asked.setProperty(HandOver.LAST_CHANCE, true);
                  asked.getMessage().setBody(items(List.of(request("a"), request("b"))));
                }));

    assertThat(outcomes).extracting(Outcome::state).containsOnly(State.PARKED);
  }

  @Test
  void never_throws_for_any_body() {
    for (Object body : Arrays.asList(null, "text", request("a"), List.of(), List.of("text", 1))) {
      Exchange exchange =
          template.request(Pipeline.SEND_MANY, asked -> asked.getMessage().setBody(body));

      assertThat(exchange.getException()).isNull();
      assertThat(outcomes(exchange))
          .hasSize(body instanceof List<?> list ? list.size() : 0)
          .allMatch(outcome -> outcome.state() == State.REFUSED);
    }
    assertThat(calls).isEmpty();
  }

  private Call called(String key) {
    return calls.stream().filter(call -> call.keys().contains(key)).findFirst().orElseThrow();
  }

  private List<Outcome> send(SendRequest... requests) {
    return send(List.of(requests));
  }

  private List<Outcome> send(List<SendRequest> requests) {
    return outcomes(
        template.request(Pipeline.SEND_MANY, asked -> asked.getMessage().setBody(items(requests))));
  }

  private List<Outcome> sendWith(int retries, SendRequest... requests) {
    return outcomes(
        template.request(
            Pipeline.SEND_MANY,
            asked -> {
              asked.setProperty(HandOver.MAX_RETRIES, retries);
              asked.setProperty(HandOver.LANE, HandOver.BATCH);
              asked.getMessage().setBody(items(List.of(requests)));
            }));
  }

  private static List<SendItem> items(List<SendRequest> requests) {
    return requests.stream()
        .map(request -> new SendItem(request, Origin.of("file", "" + request.messageKey())))
        .toList();
  }

  private static List<Outcome> outcomes(Exchange exchange) {
    assertThat(exchange.getException()).isNull();
    return ((List<?>) exchange.getMessage().getBody()).stream().map(Outcome.class::cast).toList();
  }

  private static SendRequest request(String key) {
    return of(key, "reset", null, Map.of("password", "p-" + key), false);
  }

  private static SendRequest to(String key, String number) {
    return new SendRequest(
        key,
        "reset",
        new Recipient("c-" + key, number, Map.of("password", "p")),
        null,
        false,
        List.of());
  }

  private static SendRequest of(
      String key,
      String definition,
      String text,
      Map<String, String> attributes,
      boolean resubscribe) {
    return new SendRequest(
        key,
        definition,
        new Recipient("c-" + key, "+1 425 555 0123", attributes),
        text,
        resubscribe,
        List.of());
  }

  /** Refuses some keys of a call, and accepts the others. */
  private static Answer partly(Map<String, Integer> codes) {
    return exchange -> {
      ObjectNode body = JSON.createObjectNode().put("errorcode", codes.isEmpty() ? 0 : 109001);
      ArrayNode responses = body.putArray("responses");
      for (JsonNode each :
          JSON.readTree(exchange.getMessage().getBody(byte[].class)).path("recipients")) {
        String key = each.path("messageKey").asText();
        ObjectNode item = responses.addObject().put("messageKey", key);
        if (codes.containsKey(key)) {
          item.put("errorcode", codes.get(key)).put("message", "no");
        }
      }
      reply(202, body.toString()).answer(exchange);
    };
  }

  private static void accepting(Exchange exchange) throws IOException {
    partly(Map.of()).answer(exchange);
  }
}
