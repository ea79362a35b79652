package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Answer.reply;
import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.intake.request.RequestReader;
import dev.smsroutes.model.Fault;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.Accepted;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.RequestJson;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.pipeline.ScriptedApi.Call;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.throttle.Priority;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.Throttle.Permit;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpConstants;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pipeline with everything real but the API, which answers from a script. */
class SendRouteTest extends CamelTestSupport {
  private static final int MOST_QUEUED_BYTES = 400;

  private final ScriptedApi api = new ScriptedApi();
  private final Deque<Answer> script = api.script;
  private final List<Call> calls = api.calls;

  /** What the broker got, and why it takes nothing. */
  private final List<Map<String, Object>> queued = new ArrayList<>();

  private RuntimeException brokerTrouble;
  private final RecordingLedger ledger = new RecordingLedger();

  private final Throttle throttle = PipelineBuilder.throttle();

  /** Who is on the suppression list, and what time it is by the clock of care. */
  private final Set<String> suppressed = new HashSet<>();

  private final SettableClock clock = new SettableClock();

  @Override
  protected RoutesBuilder[] createRouteBuilders() {
    // Single requests leave at any time; rows where it is from 10:00 to 20:00.
    return new PipelineBuilder(ledger)
        .definitions(new TwoDefinitions())
        .throttle(throttle)
        .policy(PipelineBuilder.policy(suppressed, "10:00-20:00", clock))
        .maxQueuedBytes(MOST_QUEUED_BYTES)
        .routes(api, new ScriptedBroker());
  }

  @Test
  void sends_the_rendered_message_with_our_headers_only() {
    Exchange exchange =
        template.request(
            Pipeline.SEND,
            asked -> {
              asked.getMessage().setBody(request("k/1"));
              asked.getMessage().setHeader("CamelHttpUri", "http://elsewhere");
              asked.getMessage().setHeader("Cookie", "secret");
              asked.getMessage().setHeader("camelhttppath", "x");
            });

    assertThat(exchange.getMessage().getBody(Outcome.class).state()).isEqualTo(State.ACCEPTED);
    assertThat(calls).hasSize(1);
    assertThat(calls.get(0).headers())
        .containsEntry(HttpConstants.HTTP_PATH, "k%2F1")
        .containsEntry("Authorization", "Bearer token-1")
        .containsOnlyKeys(HttpConstants.HTTP_PATH, HttpConstants.CONTENT_TYPE, "Authorization");
    assertThat(calls.get(0).body())
        .isEqualTo(
            "{\"definitionKey\":\"reset\",\"recipient\":{\"contactKey\":\"c\","
                + "\"to\":\"14255550123\",\"attributes\":{\"password\":\"p1\"}},"
                + "\"content\":{\"message\":\"Your code: p1\"}}");
  }

  @Test
  void resubscribes_through_the_bare_route() {
    SendRequest request = request("k");
    send(new SendRequest("k", request.definitionKey(), request.recipient(), null, true, List.of()));

    assertThat(calls.get(0).path()).isEmpty();
    assertThat(calls.get(0).body())
        .contains("\"recipients\":[{")
        .contains("\"messageKey\":\"k\"")
        .contains("\"subscriptions\":{\"resubscribe\":true}");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503, 500, 502, 504, 200, 302})
  void repeats_an_unsettled_attempt_once_with_the_same_key(int status) {
    script.add(reply(status, ""));

    assertThat(send(request("k")).state()).isEqualTo(State.ACCEPTED);
    assertThat(calls).extracting(Call::path).containsExactly("k", "k");
  }

  @Test
  void gives_up_after_one_repetition_and_reports_the_last_answer() {
    script.add(reply(503, ""));
    script.add(reply(503, ""));
    script.add(reply(202, ScriptedApi.OK));

    assertThat(send(request("k")).state()).isEqualTo(State.WAITING);
    assertThat(calls).hasSize(2);
  }

  @Test
  void repeats_as_often_as_the_intake_allows() {
    for (int i = 0; i < 4; i++) {
      script.add(reply(503, ""));
    }
    Outcome outcome =
        template
            .request(
                Pipeline.SEND,
                asked -> {
                  asked.setProperty(HandOver.MAX_RETRIES, 4);
                  asked.getMessage().setBody(request("k"));
                })
            .getMessage()
            .getBody(Outcome.class);

    assertThat(outcome.state()).isEqualTo(State.ACCEPTED);
    assertThat(calls).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403})
  void does_not_repeat_what_a_repetition_cannot_change(int status) {
    script.add(reply(status, ""));
    script.add(reply(status, ""));
    script.add(reply(202, ScriptedApi.OK));

    assertThat(send(request("k")).state()).isNotEqualTo(State.ACCEPTED);
    assertThat(calls).hasSize(status == 401 ? 2 : 1);
  }

  @Test
  void takes_a_duplicate_after_an_unclear_attempt_for_its_own() {
    script.add(
        exchange -> {
          throw new SocketTimeoutException("Read timed out");
        });
    script.add(reply(400, "{\"errorcode\":109110}"));

    assertThat(send(request("k")).state()).isEqualTo(State.ACCEPTED_EARLIER);
  }

  @Test
  void reports_a_duplicate_when_no_earlier_attempt_left() {
    script.add(
        exchange -> {
          throw new ConnectException("refused");
        });
    script.add(reply(400, "{\"errorcode\":109110}"));

    assertThat(send(request("k")).state()).isEqualTo(State.DUPLICATE);
  }

  @Test
  void stays_uncertain_when_the_repetition_could_not_be_made() {
    script.add(
        exchange -> {
          throw new SocketException("Connection reset");
        });
    script.add(
        exchange -> {
          throw new ConnectException("refused");
        });

    assertThat(send(request("k")).state()).isEqualTo(State.UNCERTAIN);
  }

  @Test
  void renews_the_token_once_and_repeats_the_call() {
    script.add(reply(401, "{\"errorcode\":0}"));

    assertThat(send(request("k")).state()).isEqualTo(State.ACCEPTED);
    assertThat(calls)
        .extracting(call -> call.headers().get("Authorization"))
        .containsExactly("Bearer token-1", "Bearer token-2");
    assertThat(api.tokens).isEqualTo(2);
  }

  @Test
  void a_call_with_the_new_token_that_gets_no_reply_may_have_been_taken() {
    script.add(reply(401, "{\"errorcode\":0}"));
    script.add(
        exchange -> {
          throw new SocketException("Connection reset");
        });
    script.add(reply(400, "{\"errorcode\":109110}"));

    assertThat(send(request("k")).state()).isEqualTo(State.ACCEPTED_EARLIER);
    assertThat(ledger.events).contains("ended k UNCERTAIN");
  }

  @Test
  void names_all_faults_of_all_steps_at_once() {
    Outcome outcome =
        send(
            new SendRequest(
                "k", "reset", new Recipient(null, "+49 1", Map.of("Password ", "x")), null));

    assertThat(outcome.state()).isEqualTo(State.REFUSED);
    assertThat(outcome.faults())
        .extracting(Fault::field)
        .containsExactly("recipient.contactKey", "recipient.to", "recipient.attributes.password");
    assertThat(calls).isEmpty();
    assertThat(ledger.events).isEmpty();
  }

  @Test
  void refuses_a_request_of_nothing_at_all_with_every_fault() {
    assertThat(send(new SendRequest(null, null, null, " ")).faults())
        .extracting(fault -> fault.code().number())
        .containsExactlyInAnyOrder(109104, 109107, 109102, 10005);
  }

  @ParameterizedTest
  @ValueSource(strings = {".", ".."})
  void refuses_a_key_that_cannot_stand_in_a_path(String key) {
    assertThat(send(request(key)).errorCode()).isEqualTo(109108);
  }

  @Test
  void counts_characters_of_a_key_instead_of_bytes_or_units() {
    assertThat(send(request("😀".repeat(100))).state()).isEqualTo(State.ACCEPTED);
    assertThat(send(request("😀".repeat(101))).errorCode()).isEqualTo(109108);
  }

  @Test
  void leaves_scripted_texts_to_the_api() {
    SendRequest request = request("k");
    send(new SendRequest("k", "script", request.recipient(), null));

    assertThat(calls.get(0).body())
        .contains("\"attributes\":{\"password\":\"p1\"}")
        .doesNotContain("\"content\"");
  }

  @Test
  void records_before_it_sends_and_before_it_answers() {
    script.add(reply(503, ""));
    send(request("k"));

    assertThat(ledger.events)
        .containsExactly(
            "admit k", "attempted k", "ended k WAITING", "attempted k", "settle k ACCEPTED");
  }

  @Test
  void one_record_admits_and_attempts_a_message_that_need_not_wait() {
    script.add(reply(503, ""));
    send(request("k"));

    assertThat(ledger.leaving).containsExactly("k");
    assertThat(ledger.events)
        .as("the repetition has a record of its own")
        .containsSubsequence("ended k WAITING", "attempted k", "settle k ACCEPTED");
    assertThat(throttle.snapshot().inUse()).isZero();
  }

  @Test
  void a_message_that_waits_for_its_permit_is_only_admitted_before() throws Exception {
    Permit[] all = new Permit[10];
    for (int i = 0; i < all.length; i++) {
      all[i] = throttle.await(Priority.INTERACTIVE, Duration.ZERO);
    }
    ledger.whenAdmitted = () -> all[0].done(new Accepted("id", Optional.of("key"), false), "d");

    assertThat(send(request("k")).state()).isEqualTo(State.ACCEPTED);

    assertThat(ledger.leaving).isEmpty();
    assertThat(ledger.events).containsExactly("admit k", "attempted k", "settle k ACCEPTED");
    for (Permit permit : all) {
      permit.abandon();
    }
  }

  @Test
  void a_key_with_an_outcome_gives_its_permit_back() {
    ledger.known.put("k", new Accepted("id", Optional.of("k"), true));

    assertThat(send(request("k")).state()).isEqualTo(State.ACCEPTED_EARLIER);

    assertThat(calls).isEmpty();
    assertThat(throttle.snapshot().inUse()).isZero();
  }

  @Test
  void a_ledger_that_cannot_be_written_gives_the_permit_back() {
    ledger.broken = true;

    assertThat(send(request("k")).state()).isEqualTo(State.WAITING);

    assertThat(calls).isEmpty();
    assertThat(throttle.snapshot().inUse()).isZero();
  }

  @Test
  void a_row_outside_its_send_window_takes_no_permit() {
    clock.forward(Duration.ofHours(12));

    assertThat(sendRow("k").state()).isEqualTo(State.WAITING);

    assertThat(ledger.leaving).isEmpty();
    assertThat(ledger.events).containsExactly("admit k", "settle k WAITING");
    assertThat(throttle.snapshot().inUse()).isZero();
  }

  @Test
  void takes_a_duplicate_after_an_earlier_process_for_its_own() {
    ledger.uncertainBefore = true;
    script.add(reply(400, "{\"errorcode\":109110,\"message\":\"used\"}"));

    assertThat(send(request("k")).state()).isEqualTo(State.ACCEPTED_EARLIER);
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 429, 503})
  void a_row_waits_as_long_as_everything_waits(int status) {
    for (int i = 0; i < 6; i++) {
      script.add(reply(status, ""));
    }

    assertThat(sendRow("k").state()).isEqualTo(State.ACCEPTED);
  }

  @Test
  void gives_up_a_row_when_only_others_get_through() {
    script.add(
        exchange -> {
          send(request("other"));
          reply(503, "").answer(exchange);
        });

    assertThat(sendRow("k").state()).isEqualTo(State.WAITING);
  }

  private Outcome sendRow(String key) {
    return template
        .request(
            Pipeline.SEND,
            asked -> {
              asked.getMessage().setBody(request(key));
              asked.setProperty(HandOver.LANE, HandOver.BATCH);
              asked.setProperty(HandOver.MAX_RETRIES, 0);
              asked.setProperty(HandOver.PATIENCE, Duration.ofSeconds(30));
            })
        .getMessage()
        .getBody(Outcome.class);
  }

  @Test
  void parks_an_unsettled_message_on_its_last_chance() {
    script.add(reply(503, ""));
    script.add(reply(503, ""));

    Exchange exchange =
        template.request(
            Pipeline.SEND,
            asked -> {
              asked.getMessage().setBody(request("k"));
              asked.setProperty(HandOver.LAST_CHANCE, true);
            });

    assertThat(exchange.getMessage().getBody(Outcome.class).state()).isEqualTo(State.PARKED);
    assertThat(ledger.events).contains("settle k PARKED");
  }

  @Test
  void sends_nothing_when_the_ledger_knows_the_outcome() {
    ledger.known.put("k", new Outcome.Accepted("before", Optional.of("k"), true));

    assertThat(send(request("k")).requestId()).isEqualTo("before");
    assertThat(calls).isEmpty();
  }

  @Test
  void sends_nothing_and_never_throws_when_the_ledger_fails() {
    ledger.broken = true;

    Outcome outcome = send(request("k"));

    assertThat(outcome.state()).isEqualTo(State.WAITING);
    assertThat(outcome.message()).doesNotContain("disk").contains("nothing was sent");
    assertThat(calls).isEmpty();
  }

  @Test
  void never_throws_when_an_intake_hands_over_something_else() {
    Exchange exchange =
        template.request(Pipeline.SEND, asked -> asked.getMessage().setBody("no request"));

    assertThat(exchange.getException()).isNull();
    assertThat(exchange.getMessage().getBody(Outcome.class).state()).isEqualTo(State.REFUSED);
  }

  @Test
  void reports_a_sent_message_as_uncertain_when_the_ledger_fails() {
    ledger.fullWhenSettling = true;

    Outcome outcome = send(request("k"));

    assertThat(outcome.state()).isEqualTo(State.UNCERTAIN);
    assertThat(outcome.message()).contains("may have been taken");
    assertThat(ledger.events).contains("release k");
  }

  @Test
  void queues_an_admitted_request_and_sends_nothing() {
    Outcome outcome = queue(request("k/1"));

    assertThat(outcome.queued()).isTrue();
    assertThat(outcome.state()).isEqualTo(State.WAITING);
    assertThat(calls).isEmpty();
    assertThat(queued).hasSize(1);
    assertThat(queued.get(0))
        .containsOnlyKeys("messageKey", "body")
        .containsEntry("messageKey", "k/1");
    assertThat(new RequestReader(1).one(bytes(queued.get(0)), Optional.empty()))
        .isEqualTo(request("k/1"));
    assertThat(ledger.events).containsExactly("admit k/1", "settle k/1 WAITING");
  }

  @Test
  void leaves_an_uncertain_request_uncertain_when_it_queues_it() {
    ledger.uncertainBefore = true;

    Outcome outcome = queue(request("k"));

    assertThat(outcome.queued()).isTrue();
    assertThat(ledger.events).contains("settle k UNCERTAIN");
  }

  /** Whatever the broker has of it then: the caller has no answer to rely on, and may repeat it. */
  @Test
  void accepts_the_key_again_after_the_broker_refused() {
    brokerTrouble = new IllegalStateException("to +4915112345678: the queue is full");

    Outcome outcome = queue(request("k"));

    assertThat(outcome.queued()).isFalse();
    assertThat(outcome.state()).isEqualTo(State.WAITING);
    assertThat(outcome.message()).doesNotContain("4915112345678");
    assertThat(ledger.events).containsExactly("admit k", "settle k WAITING");
    brokerTrouble = null;
    assertThat(queue(request("k")).queued()).isTrue();
    assertThat(calls).isEmpty();
  }

  @Test
  void answers_with_a_known_outcome_instead_of_queueing() {
    ledger.known.put("k", new Outcome.Accepted("before", Optional.of("k"), true));

    assertThat(queue(request("k")).state()).isEqualTo(State.ACCEPTED_EARLIER);
    assertThat(queued).isEmpty();
  }

  @Test
  void refuses_before_it_queues() {
    assertThat(queue(new SendRequest("k", "none", null, null)).faults()).hasSize(2);
    assertThat(queued).isEmpty();
    assertThat(ledger.events).isEmpty();
  }

  @Test
  void refuses_what_is_too_long_for_the_queue() {
    SendRequest longest = withText("x".repeat(MOST_QUEUED_BYTES - lengthOf(withText(""))));
    SendRequest tooLong = withText(longest.message() + "x");

    assertThat(queue(longest).queued()).isTrue();
    assertThat(queue(tooLong).errorCode()).isEqualTo(10005);
    assertThat(queue(tooLong).message()).contains("sms.jms.max-body-bytes");
    assertThat(queued).hasSize(1);
    assertThat(send(tooLong).state()).isEqualTo(State.ACCEPTED);
  }

  @Test
  void refuses_a_suppressed_number_before_anything_is_recorded() {
    suppressed.add("14255550123");

    Outcome outcome = send(request("k"));

    assertThat(outcome.state()).isEqualTo(State.REFUSED);
    assertThat(outcome.errorCode()).isEqualTo(900002);
    assertThat(outcome.message()).contains("this number is on the suppression list");
    assertThat(outcome.message()).doesNotContain("555");
    assertThat(outcome.faults()).extracting(Fault::field).containsExactly("recipient.to");
    assertThat(calls).isEmpty();
    assertThat(ledger.events).isEmpty();
  }

  @Test
  void ends_the_earlier_entry_of_a_recipient_suppressed_since() {
    queue(request("k"));
    suppressed.add("c");

    Outcome outcome = send(request("k"));

    assertThat(outcome.faults()).extracting(Fault::field).containsExactly("recipient.contactKey");
    assertThat(ledger.refusedLater).containsExactly("k 900002");
    assertThat(calls).isEmpty();
  }

  @Test
  void names_number_and_contact_key_when_both_are_suppressed() {
    suppressed.addAll(List.of("c", "14255550123"));

    assertThat(send(request("k")).faults())
        .extracting(Fault::field)
        .containsExactly("recipient.to", "recipient.contactKey");
    assertThat(queue(request("k")).errorCode()).isEqualTo(900002);
    assertThat(queued).isEmpty();
  }

  @Test
  void looks_at_the_list_again_when_the_message_leaves() {
    script.add(
        exchange -> {
          suppressed.add("c");
          reply(503, "").answer(exchange);
        });

    Outcome outcome = send(request("k"));

    assertThat(outcome.state()).isEqualTo(State.REFUSED);
    assertThat(outcome.errorCode()).isEqualTo(900002);
    assertThat(calls).hasSize(1);
    assertThat(ledger.events).contains("settle k REFUSED");
    assertThat(throttle.gotThrough()).as("what the API never saw teaches nothing").isZero();
    assertThat(throttle.snapshot().inUse()).as("the turn was given back").isZero();
  }

  @Test
  void parks_a_suppressed_message_after_an_unclear_attempt() {
    script.add(
        exchange -> {
          suppressed.add("c");
          reply(500, "").answer(exchange);
        });

    assertThat(send(request("k")).state()).isEqualTo(State.PARKED);
    assertThat(calls).hasSize(1);
  }

  @Test
  void holds_a_row_back_at_night_and_nothing_else() {
    clock.forward(Duration.ofHours(5));

    Outcome row = sendRow("row");
    assertThat(row.state()).isEqualTo(State.WAITING);
    assertThat(row.retryAfter()).contains(Duration.ofHours(13));
    assertThat(ledger.events).containsExactly("admit row", "settle row WAITING");
    assertThat(calls).isEmpty();
    assertThat(send(request("single")).state()).isEqualTo(State.ACCEPTED);

    clock.forward(Duration.ofHours(13));
    assertThat(sendRow("row").state()).isEqualTo(State.ACCEPTED);
  }

  @Test
  void answers_at_night_with_the_outcome_of_the_day() {
    ledger.known.put("k", new Outcome.Accepted("before", Optional.of("k"), true));
    clock.forward(Duration.ofHours(5));

    assertThat(sendRow("k").state()).isEqualTo(State.ACCEPTED_EARLIER);
  }

  @Test
  void holds_a_row_back_when_night_falls_before_it_leaves() {
    script.add(
        exchange -> {
          clock.forward(Duration.ofHours(5));
          reply(503, "").answer(exchange);
        });

    Outcome row = sendRow("k");
    assertThat(row.state()).isEqualTo(State.WAITING);
    assertThat(row.retryAfter()).contains(Duration.ofHours(13));
    assertThat(calls).hasSize(1);
  }

  @Test
  void leaves_an_uncertain_row_uncertain_when_night_falls() {
    ledger.uncertainBefore = true;
    clock.forward(Duration.ofHours(5));

    assertThat(sendRow("k").state()).isEqualTo(State.UNCERTAIN);
    assertThat(ledger.events).contains("settle k UNCERTAIN");
  }

  private static SendRequest withText(String text) {
    SendRequest request = request("long");
    return new SendRequest("long", request.definitionKey(), request.recipient(), text);
  }

  private static int lengthOf(SendRequest request) {
    return RequestJson.write(request).length();
  }

  private static byte[] bytes(Map<String, Object> message) {
    return message.get("body").toString().getBytes(StandardCharsets.UTF_8);
  }

  private Outcome queue(SendRequest request) {
    return template
        .request(
            Pipeline.SEND,
            asked -> {
              asked.getMessage().setBody(request);
              asked.getMessage().setHeader("JMSReplyTo", "elsewhere");
              asked.setProperty(HandOver.QUEUED, true);
            })
        .getMessage()
        .getBody(Outcome.class);
  }

  private Outcome send(SendRequest request) {
    return template.requestBody(Pipeline.SEND, request, Outcome.class);
  }

  private static SendRequest request(String key) {
    return new SendRequest(
        key, "reset", new Recipient("c", "+1 425 555 0123", Map.of("password", "p1")), null);
  }

  /** Notes what it is given, unless it is in trouble. */
  private final class ScriptedBroker extends RouteBuilder {
    @Override
    public void configure() {
      from(PipelineBuilder.QUEUE)
          .errorHandler(noErrorHandler())
          .process(
              exchange -> {
                assertThat(exchange.getPattern()).isEqualTo(ExchangePattern.InOnly);
                if (brokerTrouble != null) {
                  throw brokerTrouble;
                }
                Map<String, Object> message = new HashMap<>(exchange.getMessage().getHeaders());
                message.put("body", exchange.getMessage().getBody(String.class));
                queued.add(message);
              });
    }
  }
}
