package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Answer.reply;
import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.SettableTicker;
import dev.smsroutes.testing.TestLedgers;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.ThrottleOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The route of callers over HTTP while a scripted API refuses our account, at a time that a test
 * puts forward (docs/decisions/0021-one-pause-one-timer.md).
 */
class AccountRefusedIT extends CamelTestSupport {
  private final JdbcLedger ledger = TestLedgers.open();

  /** Nobody waits for it: a caller over HTTP is told at once. */
  private final SettableTicker ticker =
      new SettableTicker() {
        @Override
        public void await(Condition condition, long nanos) {
          throw new AssertionError("Expected nobody to wait");
        }
      };

  private final Throttle throttle =
      new Throttle(
          new ThrottleOptions(
              10, 0, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofHours(1)),
          ticker);

  private final ScriptedApi api = new ScriptedApi();
  private int keys;

  @Override
  protected RoutesBuilder[] createRouteBuilders() {
    return new PipelineBuilder(ledger).throttle(throttle).routes(api);
  }

  @AfterEach
  void closeTheLedger() {
    ledger.close();
  }

  /** What the API does, or its token endpoint | token requests and calls of one probe. */
  @ParameterizedTest
  @CsvSource({
    "401, 200, 1, 1",
    "403, 200, 0, 1",
    "202, 401, 1, 0",
    "202, 400, 1, 0",
    "202, 403, 1, 0"
  })
  void one_message_probes_at_each_end_of_the_one_timer(
      int apiStatus, int endpointStatus, int tokensOfProbe, int callsOfProbe) {
    api.otherwise = reply(apiStatus, apiStatus == 202 ? ScriptedApi.OK : "");
    api.tokenStatus = endpointStatus;
    assertThat(send().retryAfter()).contains(Duration.ofSeconds(1));

    for (long next : new long[] {2, 4, 8, 16, 30, 30}) {
      int tokensBefore = api.tokens;
      int callsBefore = api.calls.size();
      Duration held = throttle.snapshot().pausedFor();
      ticker.forward(held.minusMillis(1));
      Outcome early = send();
      assertThat(early.state()).isEqualTo(State.WAITING);
      assertThat(early.retryAfter()).contains(Duration.ofMillis(1));
      assertThat(api.tokens).isEqualTo(tokensBefore);
      assertThat(api.calls).hasSize(callsBefore);

      ticker.forward(Duration.ofMillis(1));
      assertThat(send().retryAfter()).contains(Duration.ofSeconds(next));
      assertThat(api.tokens - tokensBefore).isEqualTo(tokensOfProbe);
      assertThat(api.calls.size() - callsBefore).isEqualTo(callsOfProbe);
    }
    assertThat(throttle.outage()).isPresent();

    api.otherwise = reply(202, ScriptedApi.OK);
    api.tokenStatus = 200;
    ticker.forward(Duration.ofSeconds(30));
    assertThat(send().state()).isEqualTo(State.ACCEPTED);
    assertThat(throttle.outage()).isEmpty();
    assertThat(send().state()).isEqualTo(State.ACCEPTED);
  }

  /** What the API says to one message and to no other. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          401 | {}
          403 | {"errorcode": 20001}
          400 | {"errorcode": 40002}
          """)
  void a_repeated_refusal_holds_up_other_messages_for_three_seconds(int status, String body) {
    refuses("Poison", reply(status, body));
    for (int i = 0; i < 20; i++) {
      assertThat(send("poison", "account-reset", "Poison").state()).isEqualTo(State.WAITING);
      ticker.forward(Duration.ofSeconds(1));
    }

    ticker.forward(Duration.ofSeconds(2));
    assertThat(send().state()).isEqualTo(State.ACCEPTED);
  }

  @Test
  void a_definition_that_is_forbidden_holds_up_others_once() {
    refuses("newsletter-teaser", reply(403, "{\"errorcode\":20002}"));
    assertThat(send("p", "newsletter-teaser", "Ada").errorCode()).isEqualTo(20002);
    assertThat(send().state()).isEqualTo(State.WAITING);
    ticker.forward(Duration.ofSeconds(1));
    assertThat(send().state()).isEqualTo(State.ACCEPTED);

    for (int i = 0; i < 10; i++) {
      assertThat(send("p-" + i, "newsletter-teaser", "Ada").errorCode()).isEqualTo(20002);
      assertThat(send().state()).isEqualTo(State.ACCEPTED);
    }
  }

  /** What has this in its body is answered so; the API accepts all else. */
  private void refuses(String content, Answer answer) {
    api.otherwise =
        exchange -> {
          boolean has = exchange.getMessage().getBody(String.class).contains(content);
          (has ? answer : reply(202, ScriptedApi.OK)).answer(exchange);
        };
  }

  private Outcome send() {
    keys++;
    return send("k-" + keys, "account-reset", "Ada");
  }

  private Outcome send(String key, String definition, String name) {
    return template.requestBody(
        Pipeline.SEND,
        new SendRequest(
            key,
            definition,
            new Recipient(
                "c", "+1 425 555 0123", Map.of("FirstName", name, "password", "p", "Topic", "t")),
            null),
        Outcome.class);
  }
}
