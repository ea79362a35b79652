package dev.smsroutes.pipeline;

import static dev.smsroutes.pipeline.Answer.reply;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
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
  private final ScriptedApi api = new ScriptedApi();

  @Override
  protected RoutesBuilder[] createRouteBuilders() {
    return new PipelineBuilder(ledger)
        .definitions(new FailingDefinitions(DefinitionDirectory.load(Path.of("definitions"))))
        .policy(PipelineBuilder.policy(List.of(), "08:00-20:00", clock))
        .recipientsPerCall(500)
        .routes(api);
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
  void the_same_failure_is_the_same_outcome_through_both_doors(
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
    api.otherwise = reply(202, "{\"errorcode\":0}");
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
    api.otherwise = reply(202, "{\"errorcode\":0}");
    switch (trouble) {
      case "the ledger admits nothing" -> ledger.broken = true;
      case "the attempt cannot be recorded" -> ledger.fullWhenAttempted = true;
      case "a fault inside before it is admitted" -> definitionsFail = true;
      case "a fault inside while it is sent" ->
          api.otherwise =
              exchange -> {
                throw new IllegalStateException("a fault of this bundle");
              };
      default -> {
        ledger.fullWhenSettling = true;
        night = trouble.startsWith("held");
        ledger.uncertainBefore = trouble.contains("uncertain");
        if (trouble.startsWith("refused")) {
          api.otherwise = reply(400, "{\"errorcode\":109121}");
        } else if (trouble.startsWith("unavailable")) {
          api.otherwise = reply(503, "");
        } else if (trouble.startsWith("no answer")) {
          api.otherwise = reply(500, "");
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
