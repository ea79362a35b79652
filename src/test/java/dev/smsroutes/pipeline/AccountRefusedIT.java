package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Answer.reply;
import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.api.ApiReply;
import dev.smsroutes.api.ReplyClassifier;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.FreshLedger;
import dev.smsroutes.testing.SettableTicker;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.ThrottleOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.function.Function;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
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
  private static final String OK = "{\"requestId\":\"theirs\",\"errorcode\":0,\"responses\":[{}]}";

  private final JdbcLedger ledger = FreshLedger.open();

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

  /** What the API answers to a body. */
  private Function<String, Answer> api = body -> reply(202, OK);

  /** The status of the token endpoint. */
  private int tokenStatus = 200;

  private int calls;
  private int tokens;
  private int keys;

  @Override
  protected RoutesBuilder[] createRouteBuilders() {
    Pipeline pipeline =
        new Pipeline(
            DefinitionDirectory.load(Path.of("definitions")),
            ledger,
            new ReplyClassifier(Clock.systemUTC()),
            new TokenSource(this::token, Clock.systemUTC(), throttle),
            throttle,
            ContactPolicy.NONE,
            new SendOptions(
                10,
                new RetryPolicy(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30)),
                false,
                4_000));
    return Answer.routes(pipeline, "direct:none", new ScriptedApi());
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
    api = body -> reply(apiStatus, apiStatus == 202 ? OK : "");
    tokenStatus = endpointStatus;
    assertThat(send().retryAfter()).contains(Duration.ofSeconds(1));

    for (long next : new long[] {2, 4, 8, 16, 30, 30}) {
      int tokensBefore = tokens;
      int callsBefore = calls;
      Duration held = throttle.snapshot().pausedFor();
      ticker.forward(held.minusMillis(1));
      Outcome early = send();
      assertThat(early.state()).isEqualTo(State.WAITING);
      assertThat(early.retryAfter()).contains(Duration.ofMillis(1));
      assertThat(tokens).isEqualTo(tokensBefore);
      assertThat(calls).isEqualTo(callsBefore);

      ticker.forward(Duration.ofMillis(1));
      assertThat(send().retryAfter()).contains(Duration.ofSeconds(next));
      assertThat(tokens - tokensBefore).isEqualTo(tokensOfProbe);
      assertThat(calls - callsBefore).isEqualTo(callsOfProbe);
    }
    assertThat(throttle.outage()).isPresent();

    api = body -> reply(202, OK);
    tokenStatus = 200;
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
  void one_message_that_comes_again_and_again_holds_up_others_for_three_seconds(
      int status, String body) {
    api = sent -> sent.contains("Poison") ? reply(status, body) : reply(202, OK);
    for (int i = 0; i < 20; i++) {
      assertThat(send("poison", "account-reset", "Poison").state()).isEqualTo(State.WAITING);
      ticker.forward(Duration.ofSeconds(1));
    }

    ticker.forward(Duration.ofSeconds(2));
    assertThat(send().state()).isEqualTo(State.ACCEPTED);
  }

  @Test
  void a_definition_that_is_forbidden_holds_up_others_once() {
    api =
        sent ->
            sent.contains("newsletter-teaser")
                ? reply(403, "{\"errorcode\":20002}")
                : reply(202, OK);
    assertThat(send("p", "newsletter-teaser", "Ada").errorCode()).isEqualTo(20002);
    assertThat(send().state()).isEqualTo(State.WAITING);
    ticker.forward(Duration.ofSeconds(1));
    assertThat(send().state()).isEqualTo(State.ACCEPTED);

    for (int i = 0; i < 10; i++) {
      assertThat(send("p-" + i, "newsletter-teaser", "Ada").errorCode()).isEqualTo(20002);
      assertThat(send().state()).isEqualTo(State.ACCEPTED);
    }
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

  private ApiReply token() {
    tokens++;
    return tokenStatus == 200
        ? Answer.token(tokens)
        : new ApiReply(tokenStatus, "{}".getBytes(StandardCharsets.UTF_8), Optional.empty());
  }

  /** Stands in for camel-http. */
  private final class ScriptedApi extends RouteBuilder {
    @Override
    public void configure() {
      from("direct:api")
          .errorHandler(noErrorHandler())
          .process(
              exchange -> {
                calls++;
                api.apply(exchange.getMessage().getBody(String.class)).answer(exchange);
              });
    }
  }
}
