package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Answer.reply;
import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.api.ReplyClassifier;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SendWindow;
import dev.smsroutes.contactpolicy.SendWindowCalendar;
import dev.smsroutes.contactpolicy.SuppressionList;
import dev.smsroutes.definition.Definition;
import dev.smsroutes.definition.DefinitionDirectory;
import dev.smsroutes.definition.Definitions;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.testing.SettableClock;
import dev.smsroutes.throttle.Throttle;
import dev.smsroutes.throttle.ThrottleOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same trouble ends in the same outcome, whichever door the request came through, and however
 * many came with it.
 */
class BothDoorsTest extends CamelTestSupport {
  private final RecordingLedger ledger = new RecordingLedger();

  /** It is one o'clock at night where the numbers belong. */
  private final SettableClock clock = new SettableClock();

  private boolean definitionsFail;
  private boolean night;
  private Answer answer;

  @Override
  protected RoutesBuilder[] createRouteBuilders() {
    Duration moment = Duration.ofMillis(1);
    Throttle throttle =
        new Throttle(new ThrottleOptions(10, 0, Duration.ofSeconds(5), moment, moment));
    Pipeline pipeline =
        new Pipeline(
            new FailingDefinitions(DefinitionDirectory.load(Path.of("definitions"))),
            ledger,
            new ReplyClassifier(Clock.systemUTC()),
            new TokenSource(() -> Answer.token(1), Clock.systemUTC(), throttle),
            throttle,
            new ContactPolicy(
                () -> SuppressionList.EMPTY,
                Optional.empty(),
                Optional.of(
                    new SendWindowCalendar(SendWindow.read("k", "08:00-20:00"), ZoneOffset.UTC)),
                clock),
            new SendOptions(
                10,
                new RetryPolicy(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30)),
                false,
                4_000,
                500));
    return Answer.routes(
        pipeline,
        "direct:none",
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:api")
                .errorHandler(noErrorHandler())
                .process(exchange -> answer.answer(exchange));
          }
        });
  }

  /** What goes wrong | the state | what the outcome says of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          the ledger admits nothing                | WAITING   | nothing was sent
          the attempt cannot be recorded           | WAITING   | nothing was sent
          accepted, which cannot be recorded       | UNCERTAIN | may have been taken
          refused, which cannot be recorded        | UNCERTAIN | may have been taken
          unavailable, which cannot be recorded    | WAITING   | nothing was sent
          no answer, which cannot be recorded      | UNCERTAIN | may have been taken
          held for its window, not recorded        | WAITING   | nothing was sent
          held after an uncertain attempt, not recorded | UNCERTAIN | may have been taken
          a fault inside before it is admitted     | WAITING   | nothing was sent
          a fault inside while it is sent          | UNCERTAIN | may have been taken
          """)
  void the_same_trouble_is_the_same_outcome_through_both_doors(
      String trouble, State state, String message) {
    make(trouble);

    List<Outcome> single = List.of(one(row(0)));
    List<Outcome> listOfOne = many(1);
    List<Outcome> listOfThree = many(3);

    assertThat(List.of(single, listOfOne, listOfThree))
        .allSatisfy(
            outcomes ->
                assertThat(outcomes)
                    .allSatisfy(
                        outcome -> {
                          assertThat(outcome.state()).isEqualTo(state);
                          assertThat(outcome.message()).contains(message);
                        }));
    assertThat(listOfOne).hasSize(1);
    assertThat(listOfThree).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {HandOver.MAX_RETRIES, HandOver.LAST_CHANCE})
  void a_property_of_a_wrong_type_is_an_outcome_too(String property) {
    answer = reply(202, "{\"errorcode\":0}");
    Exchange one =
        template.request(
            Pipeline.SEND,
            asked -> {
              asked.setProperty(property, "often");
              asked.getMessage().setBody(row(0));
            });
    Exchange many =
        template.request(
            Pipeline.SEND_MANY,
            asked -> {
              asked.setProperty(property, "often");
              asked.getMessage().setBody(List.of(new SendItem(row(0), Origin.of("file", "f:0"))));
            });

    assertThat(one.getException()).isNull();
    assertThat(one.getMessage().getBody(Outcome.class).state()).isEqualTo(State.WAITING);
    assertThat(many.getException()).isNull();
    assertThat(((Outcome) many.getMessage().getBody(List.class).get(0)).state())
        .isEqualTo(State.WAITING);
    assertThat(ledger.events).isEmpty();
  }

  private void make(String trouble) {
    answer = reply(202, "{\"errorcode\":0}");
    switch (trouble) {
      case "the ledger admits nothing" -> ledger.broken = true;
      case "the attempt cannot be recorded" -> ledger.fullWhenAttempted = true;
      case "a fault inside before it is admitted" -> definitionsFail = true;
      case "a fault inside while it is sent" ->
          answer =
              exchange -> {
                throw new IllegalStateException("a fault of this bundle");
              };
      default -> {
        ledger.fullWhenSettling = true;
        night = trouble.startsWith("held");
        ledger.uncertainBefore = trouble.contains("uncertain");
        if (trouble.startsWith("refused")) {
          answer = reply(400, "{\"errorcode\":109121}");
        } else if (trouble.startsWith("unavailable")) {
          answer = reply(503, "");
        } else if (trouble.startsWith("no answer")) {
          answer = reply(500, "");
        }
      }
    }
    if (!night) {
      clock.forward(Duration.ofHours(9));
    }
  }

  private static SendRequest row(int i) {
    return new SendRequest(
        "k" + i,
        "account-reset",
        new Recipient("c" + i, "+49 151 12345678", Map.of("FirstName", "A", "password", "p")),
        null);
  }

  private Outcome one(SendRequest request) {
    return template
        .request(
            Pipeline.SEND,
            asked -> {
              asked.setProperty(HandOver.LANE, HandOver.BATCH);
              asked.setProperty(HandOver.MAX_RETRIES, 0);
              asked.setProperty(HandOver.PATIENCE, Duration.ZERO);
              asked.getMessage().setBody(request);
            })
        .getMessage()
        .getBody(Outcome.class);
  }

  private List<Outcome> many(int rows) {
    List<SendItem> items =
        IntStream.range(0, rows)
            .mapToObj(i -> new SendItem(row(i), Origin.of("file", "f:" + i)))
            .toList();
    return ((List<?>)
            template
                .request(
                    Pipeline.SEND_MANY,
                    asked -> {
                      asked.setProperty(HandOver.LANE, HandOver.BATCH);
                      asked.setProperty(HandOver.MAX_RETRIES, 0);
                      asked.setProperty(HandOver.PATIENCE, Duration.ZERO);
                      asked.getMessage().setBody(items);
                    })
                .getMessage()
                .getBody())
        .stream().map(Outcome.class::cast).toList();
  }

  private final class FailingDefinitions implements Definitions {
    private final Definitions real;

    FailingDefinitions(Definitions real) {
      this.real = real;
    }

    @Override
    public Optional<Definition> find(String key) {
      if (definitionsFail) {
        throw new IllegalStateException("a fault of this bundle");
      }
      return real.find(key);
    }

    @Override
    public Collection<Definition> all() {
      return real.all();
    }
  }
}
