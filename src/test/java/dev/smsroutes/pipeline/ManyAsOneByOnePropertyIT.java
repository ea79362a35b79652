package dev.smsroutes.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.smsroutes.api.ApiClient;
import dev.smsroutes.api.TokenRoute;
import dev.smsroutes.api.TokenRoute.Credentials;
import dev.smsroutes.api.TokenSource;
import dev.smsroutes.contactpolicy.ContactPolicy;
import dev.smsroutes.contactpolicy.SuppressionLists;
import dev.smsroutes.ledger.jdbc.JdbcLedger;
import dev.smsroutes.model.HandOver;
import dev.smsroutes.model.Origin;
import dev.smsroutes.model.Outcome;
import dev.smsroutes.model.Outcome.State;
import dev.smsroutes.model.Recipient;
import dev.smsroutes.model.SendItem;
import dev.smsroutes.model.SendRequest;
import dev.smsroutes.sandbox.Sandbox;
import dev.smsroutes.testing.SandboxProbe;
import dev.smsroutes.testing.Sandboxes;
import dev.smsroutes.testing.TestLedgers;
import dev.smsroutes.throttle.Throttle;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.http.HttpConstants;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Whatever rows, whatever keys were used before, whatever the API does to calls with many: each row
 * ends as it does alone, and the API has accepted the same messages, each once.
 */
class ManyAsOneByOnePropertyIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int PER_CALL = 4;
  private static final int KEYS = 10;

  private static Sandbox sandbox;
  private static SandboxProbe api;
  private static JdbcLedger ledger;
  private static DefaultCamelContext context;
  private static ProducerTemplate template;
  private static TokenSource tokens;
  private static final Deque<Trouble> MANY_TROUBLES = new ArrayDeque<>();
  private static final Deque<Trouble> SINGLE_TROUBLES = new ArrayDeque<>();
  private static int tries;

  /** What happens to a call; the first ones do not reach the API. */
  enum Trouble {
    NONE,
    NO_CONNECTION,
    TIMEOUT_BEFORE,
    ERROR_BEFORE,
    NOT_NOW,
    TOO_FAST,
    TOKEN_REFUSED,
    TOO_MANY,
    UNKNOWN_FIELD,
    UNKNOWN_CODE,
    NOT_JSON_400,
    RESET_AFTER,
    ERROR_AFTER,
    NOT_JSON_AFTER,
    NO_CODE_AFTER,
    SHUFFLED,
    SOME_MISSING,
    WITHOUT_KEYS,
    SOME_TWICE;

    /** After these, 109110 means that an earlier attempt of ours was taken. */
    static final Set<Trouble> LEAVE_IN_DOUBT =
        EnumSet.of(
            TIMEOUT_BEFORE,
            ERROR_BEFORE,
            RESET_AFTER,
            ERROR_AFTER,
            NOT_JSON_AFTER,
            NO_CODE_AFTER,
            SOME_MISSING,
            WITHOUT_KEYS,
            SOME_TWICE);
  }

  /** A row without the part of its key that tells the two sides apart. */
  record Line(
      int key,
      String definition,
      String to,
      String text,
      Map<String, String> attributes,
      boolean again) {
    SendRequest request(String prefix) {
      return new SendRequest(
          prefix + key,
          definition,
          new Recipient("contact-" + key, to, attributes),
          text,
          again,
          List.of());
    }
  }

  @BeforeContainer
  static void start() throws Exception {
    sandbox = Sandboxes.start();
    api = new SandboxProbe(sandbox.url());
    ledger = TestLedgers.open();
    context = new DefaultCamelContext();
    Duration second = Duration.ofSeconds(10);
    new ApiClient(10, second, second, second).install(context);
    Throttle throttle = PipelineBuilder.throttle();
    tokens = new TokenSource(TokenRoute.endpoint(context), Clock.systemUTC(), throttle);
    List<RoutesBuilder> pipeline =
        new PipelineBuilder(ledger)
            .throttle(throttle)
            .policy(
                new ContactPolicy(
                    () -> SuppressionLists.of(List.of("contact-3")),
                    Optional.empty(),
                    Optional.empty(),
                    Clock.systemUTC()))
            .maxParts(3)
            .recipientsPerCall(PER_CALL)
            .routes(tokens);
    for (RoutesBuilder routes : pipeline) {
      context.addRoutes(routes);
    }
    context.addRoutes(
        new TokenRoute(
            sandbox.url() + "/v2/token" + ApiClient.ENDPOINT_OPTIONS,
            new Credentials("id", "secret", Optional.empty())));
    context.addRoutes(new Way());
    context.start();
    template = context.createProducerTemplate();
  }

  @AfterContainer
  static void stop() {
    context.stop();
    ledger.close();
    sandbox.close();
  }

  @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
  void each_row_ends_as_it_does_alone(
      @ForAll("lines") List<Line> before,
      @ForAll("keys") List<Integer> usedElsewhere,
      @ForAll("lines") List<Line> rows,
      @ForAll("troublesOfMany") List<Trouble> ofMany,
      @ForAll("troublesOfSingles") List<Trouble> ofSingles)
      throws Exception {
    MANY_TROUBLES.clear();
    SINGLE_TROUBLES.clear();
    String one = "one-" + ++tries + "-";
    String many = "many-" + tries + "-";
    for (String side : List.of(one, many)) {
      for (Line line : before) {
        alone(line.request(side));
      }
      for (int key : usedElsewhere) {
        byAnotherSystem(side + key);
      }
    }
    List<Outcome> alone = new ArrayList<>();
    for (Line line : rows) {
      alone.add(alone(line.request(one)));
    }
    MANY_TROUBLES.addAll(ofMany);
    SINGLE_TROUBLES.addAll(ofSingles);
    List<Outcome> together = together(rows, many);

    boolean inDoubt =
        ofMany.stream().anyMatch(Trouble.LEAVE_IN_DOUBT::contains)
            || ofSingles.stream().anyMatch(Trouble.LEAVE_IN_DOUBT::contains);
    assertThat(together).hasSameSizeAs(alone);
    for (int i = 0; i < rows.size(); i++) {
      String row = "row " + i + " " + rows.get(i).request("") + " " + rows;
      boolean mayBeTaken =
          inDoubt
              && (usedElsewhere.contains(rows.get(i).key())
                      && together.get(i).state() == State.ACCEPTED_EARLIER
                  // The bare route does not say that it was a duplicate.
                  || rows.get(i).again() && together.get(i).state() == State.PARKED);
      if (!mayBeTaken) {
        assertThat(shown(together.get(i))).as(row).isEqualTo(shown(alone.get(i)));
      }
      assertThat(together.get(i).messageKey()).contains(many + rows.get(i).key());
    }
    for (int key = 0; key < KEYS; key++) {
      assertThat(accepted(many + key)).as("key %d of %s", key, rows).isEqualTo(accepted(one + key));
    }
  }

  /** What a person is told, whenever it was accepted. */
  private static String shown(Outcome outcome) {
    return outcome.accepted()
        ? "accepted"
        : outcome.state() + " " + outcome.errorCode() + " " + outcome.faults();
  }

  /** What the handset would show, and how often it was accepted. */
  private static Map<String, String> accepted(String key) {
    Optional<JsonNode> message = api.find(key);
    Map<String, String> shown = new LinkedHashMap<>();
    for (String field : List.of("definitionKey", "contactKey", "to", "text", "times")) {
      message.ifPresent(found -> shown.put(field, found.path(field).asText()));
    }
    return shown;
  }

  private static Outcome alone(SendRequest request) {
    return (Outcome)
        template
            .request(
                Pipeline.SEND,
                asked -> {
                  asked.setProperty(HandOver.MAX_RETRIES, 20);
                  asked.getMessage().setBody(request);
                })
            .getMessage()
            .getBody();
  }

  private static List<Outcome> together(List<Line> rows, String prefix) {
    List<SendItem> items =
        IntStream.range(0, rows.size())
            .mapToObj(i -> new SendItem(rows.get(i).request(prefix), Origin.of("file", "#" + i)))
            .toList();
    Exchange exchange =
        template.request(
            Pipeline.SEND_MANY,
            asked -> {
              asked.setProperty(HandOver.MAX_RETRIES, 20);
              asked.setProperty(HandOver.LANE, HandOver.BATCH);
              asked.getMessage().setBody(items);
            });
    assertThat(exchange.getException()).isNull();
    return ((List<?>) exchange.getMessage().getBody()).stream().map(Outcome.class::cast).toList();
  }

  private static void byAnotherSystem(String key) {
    Exchange exchange =
        template.request(
            sandbox.url() + "/messaging/v1/sms/messages" + ApiClient.ENDPOINT_OPTIONS,
            asked -> {
              asked.getMessage().setHeader(HttpConstants.HTTP_PATH, key);
              asked.getMessage().setHeader("Authorization", "Bearer " + tokens.token(0));
              asked.getMessage().setHeader(HttpConstants.CONTENT_TYPE, "application/json");
              asked
                  .getMessage()
                  .setBody(
                      "{\"definitionKey\":\"account-reset\",\"recipient\":{\"contactKey\":\"x\","
                          + "\"to\":\"4915112345678\"},\"content\":{\"message\":\"theirs\"}}");
            });
    assertThat(exchange.getException()).isNull();
  }

  @Provide
  static Arbitrary<List<Line>> lines() {
    Arbitrary<String> definitions =
        Arbitraries.frequency(
            weight(6, "account-reset"),
            weight(3, "order-shipped"),
            weight(3, "newsletter-teaser"),
            weight(1, "retired-offer"),
            weight(1, "unknown"));
    Arbitrary<String> numbers =
        Arbitraries.frequency(
            weight(6, "+14255550123"), weight(3, "+49 151 12345678"), weight(1, "12"));
    Arbitrary<String> texts =
        Arbitraries.of(
                "Hi %%FirstName%%",
                "100 %% sure",
                "%%=ProperCase(x)=%% %%FirstName%%",
                "",
                "5%",
                "Grüße, %%firstname%% 🙂",
                "too long".repeat(90))
            .injectNull(0.6);
    Arbitrary<String> values = Arbitraries.of("Ada", "", "100%", "50%%", "é\n\"\\", "%%x%%", "🙂");
    Arbitrary<Map<String, String>> attributes =
        Combinators.combine(
                Arbitraries.maps(
                        Arbitraries.of("message", "Message", "nickname", "FirstName"), values)
                    .ofMaxSize(1),
                Arbitraries.integers().between(0, 5))
            .as(ManyAsOneByOnePropertyIT::attributes);
    Arbitrary<Line> line =
        Combinators.combine(
                Arbitraries.integers().between(0, KEYS - 1),
                definitions,
                numbers,
                texts,
                attributes,
                Arbitraries.frequency(weight(6, false), weight(1, true)))
            .as(Line::new);
    return line.list().ofMaxSize(16);
  }

  private static <T> Tuple2<Integer, T> weight(int weight, T value) {
    return Tuple.of(weight, value);
  }

  /** Mostly what the definitions need, so that most rows can be sent. */
  private static Map<String, String> attributes(Map<String, String> odd, int needed) {
    Map<String, String> all = new LinkedHashMap<>();
    if (needed > 0) {
      for (String name :
          List.of(
              "FirstName",
              "password",
              "OrderNumber",
              "Total",
              "DeliveryDate",
              "TrackingUrl",
              "Carrier",
              "Topic")) {
        all.put(name, name.toLowerCase(Locale.ROOT) + needed);
      }
    }
    all.putAll(odd);
    return all;
  }

  @Provide
  static Arbitrary<List<Integer>> keys() {
    return Arbitraries.integers().between(0, KEYS - 1).list().ofMaxSize(2);
  }

  @Provide
  static Arbitrary<List<Trouble>> troublesOfMany() {
    return Arbitraries.of(Trouble.class).list().ofMaxSize(6);
  }

  /** What refuses a call of one would refuse its message, rightly. */
  @Provide
  static Arbitrary<List<Trouble>> troublesOfSingles() {
    return Arbitraries.of(
            Trouble.NONE,
            Trouble.NO_CONNECTION,
            Trouble.TIMEOUT_BEFORE,
            Trouble.ERROR_BEFORE,
            Trouble.NOT_NOW,
            Trouble.TOO_FAST,
            Trouble.TOKEN_REFUSED,
            Trouble.RESET_AFTER,
            Trouble.ERROR_AFTER,
            Trouble.NOT_JSON_AFTER,
            Trouble.NO_CODE_AFTER)
        .list()
        .ofMaxSize(3);
  }

  /** Between the pipeline and the sandbox: makes the troubles. */
  private static final class Way extends RouteBuilder {
    @Override
    public void configure() {
      from(ScriptedApi.URI)
          .errorHandler(noErrorHandler())
          .process(
              exchange -> call(exchange, isShared(exchange) ? MANY_TROUBLES : SINGLE_TROUBLES));
    }

    private static boolean isShared(Exchange exchange) throws IOException {
      byte[] body = exchange.getMessage().getBody(byte[].class);
      return JSON.readTree(body).path("recipients").size() > 1;
    }

    private static void call(Exchange exchange, Deque<Trouble> troubles) throws Exception {
      Trouble trouble = troubles.isEmpty() ? Trouble.NONE : troubles.remove();
      switch (trouble) {
        case NO_CONNECTION -> throw new ConnectException("refused");
        case TIMEOUT_BEFORE -> throw new SocketTimeoutException("Read timed out");
        case ERROR_BEFORE -> Answer.reply(500, "{\"errorcode\":30000}").answer(exchange);
        case NOT_NOW -> Answer.reply(503, "{\"errorcode\":50300}").answer(exchange);
        case TOO_FAST -> Answer.reply(429, "{\"errorcode\":50100}").answer(exchange);
        case TOKEN_REFUSED -> Answer.reply(401, "{\"errorcode\":0}").answer(exchange);
        case TOO_MANY -> Answer.reply(400, "{\"errorcode\":109101}").answer(exchange);
        case UNKNOWN_FIELD -> Answer.reply(400, "{\"errorcode\":\"109122\"}").answer(exchange);
        case UNKNOWN_CODE -> Answer.reply(400, "{\"errorcode\":424242}").answer(exchange);
        case NOT_JSON_400 -> Answer.reply(400, "<html>no</html>").answer(exchange);
        default -> {
          pass(exchange);
          spoil(exchange, trouble);
        }
      }
    }

    private static void pass(Exchange exchange) throws Exception {
      Exchange passed =
          template.request(
              sandbox.url() + "/messaging/v1/sms/messages" + ApiClient.ENDPOINT_OPTIONS,
              asked -> asked.getMessage().copyFrom(exchange.getMessage()));
      if (passed.getException() != null) {
        throw passed.getException();
      }
      exchange.getMessage().copyFrom(passed.getMessage());
    }

    private static void spoil(Exchange exchange, Trouble trouble) throws IOException {
      byte[] body = exchange.getMessage().getBody(byte[].class);
      exchange.getMessage().setBody(body);
      switch (trouble) {
        case RESET_AFTER -> throw new SocketException("Connection reset");
        case ERROR_AFTER -> Answer.reply(502, "<html>bad gateway</html>").answer(exchange);
        case NOT_JSON_AFTER -> Answer.reply(202, "<html>ok</html>").answer(exchange);
        case NO_CODE_AFTER -> Answer.reply(202, "{}").answer(exchange);
        case SHUFFLED, SOME_MISSING, WITHOUT_KEYS, SOME_TWICE -> respell(exchange, body, trouble);
        default -> {
          // As it came.
        }
      }
    }

    private static void respell(Exchange exchange, byte[] body, Trouble trouble)
        throws IOException {
      JsonNode read = JSON.readTree(body);
      if (read.path("responses").size() < 2) {
        return;
      }
      List<JsonNode> items = new ArrayList<>();
      read.path("responses").forEach(items::add);
      switch (trouble) {
        case SHUFFLED -> Collections.shuffle(items, new Random(items.size()));
        case SOME_MISSING -> items.remove(0);
        case WITHOUT_KEYS -> {
          items.forEach(item -> ((ObjectNode) item).remove("messageKey"));
          items.remove(items.size() - 1);
        }
        default -> items.add(items.get(0));
      }
      ArrayNode responses = ((ObjectNode) read).putArray("responses");
      items.forEach(responses::add);
      exchange.getMessage().setBody(JSON.writeValueAsBytes(read));
    }
  }
}
