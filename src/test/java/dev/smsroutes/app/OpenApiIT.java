package dev.smsroutes.app;

import static dev.smsroutes.testing.KeysFiles.shown;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.smsroutes.access.Key;
import dev.smsroutes.access.Rights;
import dev.smsroutes.access.Role;
import dev.smsroutes.app.ApiDescription.Operation;
import dev.smsroutes.model.ErrorCode;
import dev.smsroutes.testing.KeysFiles;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The OpenAPI document against the running intake: all that it says is played through once, and
 * what comes back is compared with it.
 */
@Timeout(120)
class OpenApiIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String KEY = "order-4711";
  private static final String[] SHOP = as("shop");

  /** What the intake of this test has, and what the examples say. */
  private static final Map<String, String> LIMITS =
      Map.of(
          "within 500 ms", "within 10000 ms",
          "at most 2 requests in progress", "at most 1024 requests in progress");

  /** Of every answer: the description of the document tells of them. */
  private static final Set<String> GENERAL_HEADERS =
      Set.of(
          "content-type",
          "content-length",
          "connection",
          "cache-control",
          "x-content-type-options",
          "x-request-id",
          "sms-routes-sandbox");

  /** Documented answers that one intake with API keys cannot give, and what holds them instead. */
  private static final Map<String, String> NOT_SEEN =
      Map.of(
          "giveToken 404", "only without API keys: HttpErrorsIT",
          "statusOfOne 500", "the ledger cannot be read: HttpIntakeTest");

  /** The same of codes on top. */
  private static final Map<String, String> CODES_NOT_SEEN =
      Map.of(
          "20001 403", "only where callers are not asked: ApiAnswersIT",
          "40002 403", "only where callers are not asked: ApiAnswersIT",
          "40004 403", "only where callers are not asked: ReplyClassifierTest",
          "900009 400", "an operator has erased the person: ForgetIT");

  /** Codes that HTTP never answers. */
  private static final Map<ErrorCode, String> NOT_OVER_HTTP =
      Map.of(ErrorCode.CANCELLED, "only the rows of a file can be cancelled");

  private static final int CODES_OF_OURS = 900_000;

  @TempDir private static Path home;

  private static RunningBundle bundle;
  private static ApiDescription description;

  /** An answer that came. */
  private record Seen(String operation, Reply reply) {}

  private static final List<Seen> SEEN = new ArrayList<>();

  /** What was provoked for an example of an answer, by operation and name. */
  private static final Map<String, Seen> EXAMPLES = new LinkedHashMap<>();

  private static String[] as(String caller) {
    return new String[] {"Authorization", "Bearer " + shown(caller)};
  }

  private static String[] with(String[] headers, String... more) {
    return Stream.concat(Stream.of(headers), Stream.of(more)).toArray(String[]::new);
  }

  @BeforeAll
  static void play() throws Exception {
    start();
    description = new ApiDescription(get("/openapi.json", SHOP).body());
    see("describe", "", get("/openapi.json", SHOP));
    sendExamples();
    askForTokens();
    refuseByFields();
    letTheApiRefuse();
    restrictCallers();
    answerAsHttpDoes();
    overload();
    guess();
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  private static void start() throws IOException {
    KeysFiles.write(
        home.resolve("keys.json"),
        KeysFiles.key("shop", Role.SEND),
        limited("orders", List.of("order-*"), OptionalDouble.empty()),
        limited("slow", List.of(), OptionalDouble.of(Rights.MIN_RATE)),
        KeysFiles.key("watcher", Role.OBSERVE));
    Files.writeString(home.resolve("suppressed.txt"), "+4915199999999\n");
    bundle =
        RunningBundle.start(
            RunningBundle.withBroker(
                home,
                RunningBundle.withKeys(
                    home,
                    RunningBundle.withManagement(
                        "sms.suppression-file",
                        home.resolve("suppressed.txt").toString(),
                        "sms.http.max-in-flight",
                        "2",
                        "sms.http.body-timeout",
                        "500ms"))));
  }

  private static Key limited(String id, List<String> definitions, OptionalDouble rate) {
    Key all = KeysFiles.key(id, Role.SEND);
    return new Key(
        id,
        all.hashes(),
        all.roles(),
        new Rights(definitions, Set.of(), rate, OptionalLong.empty(), true, true),
        all.created(),
        Optional.empty(),
        Optional.empty());
  }

  /** Notes an answer; and for which example it was, unless the name is empty. */
  private static Reply see(String operation, String example, Reply reply) {
    Seen seen = new Seen(operation, reply);
    SEEN.add(seen);
    if (!example.isEmpty()) {
      EXAMPLES.put(operation + " " + example, seen);
    }
    return reply;
  }

  private static Reply get(String path, String... headers) {
    return bundle.exchange("GET", path, "", headers);
  }

  /**
   * A request to send to one recipient; its key is written as in the examples when it comes back.
   */
  private static Reply one(String example, Object body, String... headers) {
    return one(example, Requests.key(), body, headers);
  }

  private static Reply one(String example, String key, Object body, String... headers) {
    Reply reply = bundle.post(RunningBundle.MESSAGES + key, body, headers);
    return see("sendOne", example, named(reply, key));
  }

  private static Reply many(String example, Object body, String... headers) {
    return see("sendMany", example, bundle.post(RunningBundle.MESSAGES, body, headers));
  }

  private static Reply status(String example, String key) {
    Reply reply = get(RunningBundle.MESSAGES + key, SHOP);
    return see("statusOfOne", example, named(reply, key));
  }

  private static Reply named(Reply reply, String key) {
    return new Reply(
        reply.status(),
        reply.headers(),
        reply.body().replace("\"" + key + "\"", "\"" + KEY + "\""));
  }

  private static void sendExamples() {
    Operation one = description.operations().get("sendOne");
    for (Map.Entry<String, JsonNode> example : one.requestExamples().properties()) {
      one(example.getKey(), example.getValue().path("value"), SHOP);
    }
    Operation many = description.operations().get("sendMany");
    for (Map.Entry<String, JsonNode> example : many.requestExamples().properties()) {
      many(example.getKey(), example.getValue().path("value"), SHOP);
    }
    String key = Requests.key();
    one("", key, Requests.keyed(), SHOP);
    status("accepted-message", key);
    ObjectNode another = Requests.keyed();
    another.withObject("/recipient/attributes").put("FirstName", "Bob");
    one("used-key", key, another, SHOP);
    status("unknown-key", "nobody-used-this");
    String[] async = with(SHOP, "Prefer", "respond-async");
    one("queued", Requests.keyed(), async);
    many("", Requests.bare(Requests.recipient()), async);
  }

  private static void askForTokens() {
    for (Map.Entry<String, JsonNode> example :
        description.operations().get("giveToken").requestExamples().properties()) {
      ObjectNode body = example.getValue().path("value").deepCopy();
      if (!example.getKey().equals("wrong-secret")) {
        body.put("client_secret", KeysFiles.secret("shop"));
      }
      see("giveToken", example.getKey(), bundle.post("/v2/token", body));
    }
    see("giveToken", "no-token-request", bundle.post("/v2/token", "["));
    String form =
        "grant_type=client_credentials&client_id=shop&client_secret=" + KeysFiles.secret("shop");
    String type = "application/x-www-form-urlencoded";
    assertThat(
            see("giveToken", "", bundle.exchange("POST", "/v2/token", form, "Content-Type", type))
                .status())
        .isEqualTo(200);
  }

  private static void refuseByFields() {
    one("not-json", "{\"definitionKey\":", SHOP);
    ObjectNode suppressed = Requests.keyed();
    suppressed.withObject("/recipient").put("to", "+49 151 99999999");
    one("suppressed", suppressed, SHOP);
    see(
        "sendOne",
        "",
        bundle.exchange(
            "POST", RunningBundle.MESSAGES + "%C3", "{}", with(SHOP, "Content-Type", "x/y")));
    see("statusOfOne", "path-not-utf8", get(RunningBundle.MESSAGES + "%C3", SHOP));
  }

  private static void letTheApiRefuse() {
    fault("{\"code\": 109109}");
    String refused = Requests.key();
    one("refused-by-api", refused, Requests.keyed(), SHOP);
    status("refused-message", refused);
    for (int code : description.codes().keySet()) {
      if (code != 0 && code != ErrorCode.SOME_FAILED.number() && code < CODES_OF_OURS) {
        fault("{\"code\": " + code + "}");
        one("", Requests.keyed(), SHOP);
      }
    }
    fault("{\"status\": 500}");
    String open = Requests.key();
    one("not-known", open, Requests.keyed(), SHOP);
    status("open-message", open);
    many("many-not-known", Requests.bare(Requests.recipient("order-4719")), SHOP);
    fault("{\"status\": 429}");
    one("slower", Requests.keyed(), SHOP);
    bundle.sandbox().faults("{\"status\": 500, \"calls\": 1}", "{\"code\": 109103}");
    String parked = Requests.key();
    one("parked", parked, Requests.keyed(), SHOP);
    status("parked-message", parked);
    fault("{\"status\": 401}");
    one("", Requests.keyed(), SHOP);
    fault("{\"status\": 403, \"code\": 20002}");
    one("", Requests.keyed(), SHOP);
    fault("{\"status\": 403}");
    one("account-refused", Requests.keyed(), SHOP);
    many("many-account-refused", Requests.bare(Requests.recipient("order-4720")), SHOP);
    bundle.sandbox().faults();
    await().until(() -> one("", Requests.keyed(), SHOP).status() == 202);
  }

  private static void fault(String fault) {
    bundle.sandbox().faults(fault);
  }

  private static void restrictCallers() {
    one("definition-not-allowed", Requests.keyed(), as("orders"));
    many("none-allowed", Requests.bare(Requests.recipient("order-4717")), as("orders"));
    one("role-missing", Requests.keyed(), as("watcher"));
    one("", Requests.keyed(), as("slow"));
    one("too-fast", Requests.keyed(), as("slow"));
    many("many-too-fast", Requests.bare(Requests.recipient("order-4718")), as("slow"));
  }

  private static void answerAsHttpDoes() throws IOException {
    for (Operation each : description.operations().values()) {
      String path = each.path().replace("{messageKey}", KEY);
      String id = each.id();
      see(
          id,
          "no-credentials",
          bundle.exchange(each.method(), path, "{}", "Content-Type", "application/json"));
      see(id, "web-page", bundle.exchange(each.method(), path, "{}", with(SHOP, "Origin", "null")));
      see(id, "wrong-method", bundle.exchange("DELETE", path, "", SHOP));
      see(id, "long-line", raw(each.method(), path + "?" + "x".repeat(5_000)));
      see(id, "long-headers", raw(each.method(), path, "X: " + "x".repeat(20_000)));
      see(id, "no-http", raw(each.method(), path, "no header"));
      if (each.takesJson()) {
        answerABody(id, path);
      }
    }
  }

  private static void answerABody(String id, String path) throws IOException {
    String json = "Content-Type: application/json";
    see(id, "wrong-expectation", raw("POST", path, json, "Expect: x", "Content-Length: 2"));
    see(id, "long-body", raw("POST", path, json, "Content-Length: 5000000"));
    if (!id.equals("giveToken")) {
      see(id, "slow-body", raw("POST", path, json, "Content-Length: 2"));
      see(
          id,
          "wrong-type",
          bundle.exchange("POST", path, "{}", with(SHOP, "Content-Type", "text/plain")));
      see(id, "encoded-body", bundle.post(path, "{}", with(SHOP, "Content-Encoding", "gzip")));
    }
  }

  private static void overload() {
    bundle.sandbox().faults("{\"latencyMs\": 1500, \"calls\": 2}");
    int before = bundle.sandbox().sends();
    List<CompletableFuture<Reply>> held =
        Stream.generate(
                () ->
                    bundle.postLater(
                        RunningBundle.MESSAGES + Requests.key(), Requests.keyed(), SHOP))
            .limit(2)
            .toList();
    await().until(() -> bundle.sandbox().sends() == before + 2);
    for (Operation each : description.operations().values()) {
      String path = each.path().replace("{messageKey}", KEY);
      see(
          each.id(),
          "overload",
          bundle.exchange(
              each.method(), path, "{}", with(SHOP, "Content-Type", "application/json")));
    }
    held.forEach(reply -> see("sendOne", "", reply.join()));
  }

  /** The last: from now on wrong credentials of this address are answered 429. */
  private static void guess() {
    for (int i = 0; i < 10; i++) {
      see("describe", "", get("/openapi.json", "Authorization", "Bearer wrong"));
    }
    for (Operation each : description.operations().values()) {
      String path = each.path().replace("{messageKey}", KEY);
      String body = "{\"grant_type\":\"client_credentials\"}";
      String[] wrong = {"Authorization", "Bearer wrong", "Content-Type", "application/json"};
      see(each.id(), "guessing", bundle.exchange(each.method(), path, body, wrong));
    }
  }

  /** Reads one answer, and does not wait until the server closes the connection. */
  private static Reply raw(String method, String path, String... headers) throws IOException {
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
            + shown("shop")
            + "\r\n"
            + Stream.of(headers).map(line -> line + "\r\n").reduce("", String::concat)
            + "\r\n";
    try (Socket socket = bundle.connect()) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      Matcher length = Pattern.compile("(?i)content-length: *(\\d+)").matcher("");
      int end = -1;
      while (end < 0 || answer.size() < end) {
        int next = in.read();
        if (next < 0) {
          break;
        }
        answer.write(next);
        String text = answer.toString(StandardCharsets.ISO_8859_1);
        if (end < 0 && text.endsWith("\r\n\r\n") && length.reset(text).find()) {
          end = answer.size() + Integer.parseInt(length.group(1));
        }
      }
      return Reply.read(answer.toByteArray());
    }
  }

  @Test
  void is_an_openapi_document_for_the_parser_of_swagger() {
    ParseOptions options = new ParseOptions();
    options.setResolve(true);
    SwaggerParseResult parsed =
        new OpenAPIV3Parser().readContents(description.root().toString(), List.of(), options);

    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getOpenapi()).isEqualTo("3.1.0");
    assertThat(parsed.getOpenAPI().getPaths()).hasSize(4);
  }

  @Test
  void has_schemas_of_json_schema_2020_12() {
    var rules =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(SchemaLocation.of(SchemaId.V202012));
    for (JsonNode schema : description.root().at("/components/schemas")) {
      assertThat(rules.validate(schema)).isEmpty();
    }
  }

  @Test
  void is_served_alike_on_the_port_of_management() {
    URI there =
        URI.create(
            "http://127.0.0.1:" + bundle.bundle().managementPort().orElseThrow() + "/openapi.json");

    Reply reply = bundle.elsewhere("GET", there, "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json()).isEqualTo(description.root());
  }

  @Test
  void names_every_path_of_the_route_files_and_no_other() throws IOException {
    Set<String> routed = new TreeSet<>();
    for (JsonNode entry :
        new YAMLMapper().readTree(Path.of("routes/http-intake.camel.yaml").toFile())) {
      JsonNode from = entry.at("/route/from/parameters");
      routed.add(from.path("httpMethodRestrict").asText() + " " + from.path("path").asText());
    }
    routed.add("POST /v2/token");
    routed.add("GET /openapi.json");

    assertThat(description.operations().values())
        .extracting(each -> each.method() + " " + each.path().replaceAll("/$", ""))
        .containsExactlyInAnyOrderElementsOf(routed);
  }

  @Test
  void names_every_method_of_its_paths_and_no_other() {
    Map<String, Set<String>> documented = new TreeMap<>();
    for (Operation each : description.operations().values()) {
      documented.computeIfAbsent(each.path(), path -> new TreeSet<>()).add(each.method());
    }
    documented.forEach(
        (path, methods) ->
            assertThat(
                    bundle
                        .exchange("DELETE", path.replace("{messageKey}", KEY), "", SHOP)
                        .header("Allow"))
                .contains(String.join(", ", methods)));
  }

  @Test
  void every_answer_is_documented_with_its_fields_and_headers() throws IOException {
    for (Seen seen : SEEN) {
      Reply reply = seen.reply();
      JsonNode documented = description.response(seen.operation(), reply.status());
      assertThat(documented.isMissingNode()).as("%s", seen).isFalse();
      JsonNode body = JSON.readTree(reply.body());
      assertThat(description.faultsOfAnswer(seen.operation(), reply.status(), body))
          .as("%s", seen)
          .isEmpty();
      Set<String> headers =
          reply.headers().keySet().stream()
              .map(name -> name.toLowerCase(Locale.ROOT))
              .collect(toCollection(TreeSet::new));
      headers.removeAll(GENERAL_HEADERS);
      documented
          .path("headers")
          .fieldNames()
          .forEachRemaining(name -> headers.remove(name.toLowerCase(Locale.ROOT)));
      assertThat(headers).as("%s", seen).isEmpty();
    }
  }

  @Test
  void every_documented_status_was_seen() {
    Set<String> missing = new TreeSet<>();
    for (String operation : description.operations().keySet()) {
      description.statuses(operation).forEach(status -> missing.add(operation + " " + status));
    }
    for (Seen seen : SEEN) {
      missing.remove(seen.operation() + " " + seen.reply().status());
    }

    assertThat(missing).isEqualTo(new TreeSet<>(NOT_SEEN.keySet()));
  }

  @Test
  void every_documented_header_was_seen() {
    Set<String> missing = new TreeSet<>();
    description.root().at("/components/headers").fieldNames().forEachRemaining(missing::add);
    for (Seen seen : SEEN) {
      for (Map.Entry<String, JsonNode> header :
          description
              .response(seen.operation(), seen.reply().status())
              .path("headers")
              .properties()) {
        Optional<String> value = seen.reply().header(header.getKey());
        if (value.isPresent()) {
          JsonNode schema = description.resolved(header.getValue()).path("schema");
          JsonNode shown =
              schema.path("type").asText().equals("integer")
                  ? JSON.getNodeFactory().numberNode(Long.parseLong(value.get()))
                  : JSON.getNodeFactory().textNode(value.get());
          assertThat(description.faultsOf(schema, shown)).as("%s", seen).isEmpty();
          String ref = header.getValue().path("$ref").asText();
          missing.remove(ref.substring(ref.lastIndexOf('/') + 1));
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  @Test
  void every_example_of_a_request_has_its_answer_and_fits_its_schema_if_it_is_accepted() {
    for (Operation each : description.operations().values()) {
      for (Map.Entry<String, JsonNode> example : each.requestExamples().properties()) {
        JsonNode body = example.getValue().path("value");
        int status = EXAMPLES.get(each.id() + " " + example.getKey()).reply().status();
        assertThat(description.answerExample(each.id(), status, example.getKey()).isMissingNode())
            .as("an answer %s to %s", status, example.getKey())
            .isFalse();
        if (status < 300) {
          assertThat(description.faultsOfRequest(each.id(), body)).as(example.getKey()).isEmpty();
        }
      }
    }
  }

  @Test
  void every_example_of_an_answer_is_what_the_intake_answers() throws IOException {
    Set<String> missing = description.answerExamples();
    Map<String, JsonNode> documented = new TreeMap<>();
    Map<String, JsonNode> answered = new TreeMap<>();
    for (Map.Entry<String, Seen> each : EXAMPLES.entrySet()) {
      String name = each.getKey().substring(each.getKey().indexOf(' ') + 1);
      Seen seen = each.getValue();
      JsonNode example = description.answerExample(seen.operation(), seen.reply().status(), name);
      // A shared answer is shown once; each operation has limits and words of its own.
      if (!example.isMissingNode() && missing.remove(name)) {
        JsonNode said = comparable(example.toString());
        JsonNode came = comparable(seen.reply().body());
        if (!came.equals(said)) {
          documented.put(each.getKey(), said);
          answered.put(each.getKey(), came);
        }
        assertThat(description.faultsOfAnswer(seen.operation(), seen.reply().status(), example))
            .as(each.getKey())
            .isEmpty();
      }
    }

    assertThat(answered).isEqualTo(documented);
    assertThat(missing).as("examples that the intake did not answer").isEmpty();
  }

  /** Without what differs from answer to answer. */
  private static JsonNode comparable(String body) throws IOException {
    String text = body;
    for (Map.Entry<String, String> limit : LIMITS.entrySet()) {
      text = text.replace(limit.getKey(), limit.getValue());
    }
    ObjectNode answer = (ObjectNode) JSON.readTree(text);
    for (String field : List.of("requestId", "timestamp", "access_token", "rest_instance_url")) {
      if (answer.has(field)) {
        answer.put(field, "…");
      }
    }
    return answer;
  }

  @Test
  void every_code_that_http_may_answer_is_documented_and_no_other() {
    Set<Integer> possible = new TreeSet<>();
    for (ErrorCode code : ErrorCode.values()) {
      if (!NOT_OVER_HTTP.containsKey(code)) {
        possible.add(code.number());
      }
    }

    assertThat(new TreeSet<>(description.codes().keySet())).isEqualTo(possible);
  }

  @Test
  void every_code_comes_with_its_documented_statuses_and_no_other() {
    Set<String> missing = new TreeSet<>();
    description
        .codes()
        .forEach((code, statuses) -> statuses.forEach(status -> missing.add(code + " " + status)));
    Set<String> documented = new HashSet<>(missing);
    for (Seen seen : SEEN) {
      JsonNode code = seen.reply().json().path("errorcode");
      boolean parked = seen.reply().status() == 500 && seen.reply().header("Retry-After").isEmpty();
      if (code.isInt() && seen.reply().status() != 200 && !parked) {
        String pair = code.asInt() + " " + seen.reply().status();
        assertThat(documented).as("%s", seen).contains(pair);
        missing.remove(pair);
      }
    }

    assertThat(missing).isEqualTo(new TreeSet<>(CODES_NOT_SEEN.keySet()));
  }

  /** Operation | pointer to an object of a good request | its path in a fault | its schema. */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sendOne  | ''             | ''             | SendOne
          sendOne  | /recipient     | recipient.     | Recipient
          sendOne  | /content       | content.       | Content
          sendOne  | /subscriptions | subscriptions. | Subscriptions
          sendMany | ''             | ''             | SendMany
          sendMany | /recipients/0  | recipients[0]. | OneOfMany
          sendMany | /content       | content.       | Content
          sendMany | /subscriptions | subscriptions. | Subscriptions
          """)
  void the_intake_reads_each_documented_field_and_no_other(
      String operation, String pointer, String at, String schema) {
    Set<String> fields = new TreeSet<>();
    description
        .root()
        .at("/components/schemas/" + schema + "/properties")
        .fieldNames()
        .forEachRemaining(fields::add);

    Reply unknown = send(operation, pointer, "nope");
    assertThat(unknown.json().findValuesAsText("message"))
        .anyMatch(
            message ->
                message.startsWith(
                    "Expected only " + String.join(", ", fields) + " here; got nope"));
    for (String field : fields) {
      // A number is the wrong type for all of them.
      Reply wrong = send(operation, pointer, field);
      assertThat(wrong.status()).as(field).isEqualTo(400);
      assertThat(wrong.json().findValuesAsText("field")).contains(at + field);
    }
  }

  private static Reply send(String operation, String pointer, String field) {
    ObjectNode body = good(operation);
    JsonNode object = body.at(pointer);
    ((ObjectNode) object).put(field, 1);
    return bundle.post(path(operation, Requests.key()), body, SHOP);
  }

  private static ObjectNode good(String operation) {
    ObjectNode body =
        operation.equals("sendOne")
            ? Requests.keyed()
            : Requests.bare(Requests.recipient(Requests.key()));
    body.putObject("content");
    body.putObject("subscriptions");
    return body;
  }

  private static String path(String operation, String key) {
    return RunningBundle.MESSAGES + (operation.equals("sendOne") ? key : "");
  }

  @ParameterizedTest
  @CsvSource({"grant_type", "client_id", "client_secret"})
  void the_intake_reads_each_field_of_a_request_for_a_token(String field) {
    ObjectNode body =
        JSON.createObjectNode()
            .put("grant_type", "client_credentials")
            .put("client_id", "shop")
            .put("client_secret", KeysFiles.secret("shop"));
    assertThat(bundle.post("/v2/token", body).status()).isEqualTo(200);
    assertThat(description.faultsOfRequest("giveToken", body)).isEmpty();

    body.remove(field);

    assertThat(bundle.post("/v2/token", body).status()).isGreaterThanOrEqualTo(400);
    assertThat(description.faultsOfRequest("giveToken", body)).isNotEmpty();
  }

  /** Operation | field | its value, in which x*3 stands for xxx; empty: the field is missing. */
  @ParameterizedTest(name = "{0} {1} {2}: {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sendOne  | /definitionKey               |                          | false
          sendOne  | /definitionKey               | null                     | false
          sendOne  | /definitionKey               | ""                       | false
          sendOne  | /definitionKey               | " "                      | false
          sendOne  | /recipient                   |                          | false
          sendOne  | /recipient                   | null                     | false
          sendOne  | /recipient                   | []                       | false
          sendOne  | /recipient/contactKey        |                          | false
          sendOne  | /recipient/contactKey        | ""                       | false
          sendOne  | /recipient/contactKey        | "ö"                      | true
          sendOne  | /recipient/to                |                          | false
          sendOne  | /recipient/to                | ""                       | false
          sendOne  | /recipient/to                | "none"                   | false
          sendOne  | /recipient/to                | "+49 (151) 12345678"     | true
          sendOne  | /recipient/to                | "+49 151 12345678 *101"  | false
          sendOne  | /recipient/attributes        | "text"                   | false
          sendOne  | /recipient/attributes/Other  | 5                        | true
          sendOne  | /recipient/attributes/Other  | 1.50                     | true
          sendOne  | /recipient/attributes/Other  | true                     | true
          sendOne  | /recipient/attributes/Other  | null                     | true
          sendOne  | /recipient/attributes/Other  | []                       | false
          sendOne  | /recipient/attributes/Other  | {}                       | false
          sendOne  | /recipient/attributes/Other  | "x*10000"                | true
          sendOne  | /recipient/attributes/Other  | "x*10001"                | false
          sendOne  | /recipient/attributes/x*256  | "x"                      | true
          sendOne  | /recipient/attributes/x*257  | "x"                      | false
          sendOne  | /content                     |                          | true
          sendOne  | /content                     | null                     | true
          sendOne  | /content                     | "text"                   | false
          sendOne  | /content/message             | null                     | true
          sendOne  | /content/message             | ""                       | false
          sendOne  | /content/message             | " "                      | false
          sendOne  | /content/message             | "Hello"                  | true
          sendOne  | /subscriptions               |                          | true
          sendOne  | /subscriptions               | null                     | true
          sendOne  | /subscriptions/resubscribe   | false                    | true
          sendOne  | /subscriptions/resubscribe   | null                     | true
          sendOne  | /subscriptions/resubscribe   | "true"                   | false
          sendOne  | /recipients                  | []                       | false
          sendOne  | /messageKey                  | "k"                      | false
          sendMany | /recipients                  |                          | false
          sendMany | /recipients                  | null                     | false
          sendMany | /recipients                  | []                       | false
          sendMany | /recipients                  | {}                       | false
          sendMany | /recipient                   | {}                       | false
          sendMany | /recipients/0                | "x"                      | false
          sendMany | /recipients/0/messageKey     |                          | true
          sendMany | /recipients/0/messageKey     | null                     | true
          sendMany | /recipients/0/messageKey     | ""                       | false
          sendMany | /recipients/0/messageKey     | "."                      | false
          sendMany | /recipients/0/messageKey     | ".."                     | false
          sendMany | /recipients/0/messageKey     | "..."                    | true
          sendMany | /recipients/0/messageKey     | "k*100"                  | true
          sendMany | /recipients/0/messageKey     | "k*101"                  | false
          sendMany | /recipients/0/messageKey     | "😀*100"                 | true
          sendMany | /recipients/0/messageKey     | "😀*101"                 | false
          sendMany | /recipients/0/contactKey     | null                     | false
          sendMany | /recipients/0/to             | null                     | false
          sendMany | /attributes                  | {"Day": 1}               | true
          sendMany | /attributes                  | null                     | true
          sendMany | /attributes                  | []                       | false
          sendMany | /attributes/Day              | []                       | false
          """)
  void schema_and_intake_agree(String operation, String pointer, String value, boolean accepted)
      throws IOException {
    ObjectNode body = good(operation);
    String written = repeated(pointer);
    int slash = written.lastIndexOf('/');
    JsonNode parent = body.at(written.substring(0, slash));
    String name = written.substring(slash + 1);
    if (parent instanceof ObjectNode object) {
      if (value == null) {
        object.remove(name);
      } else {
        object.set(name, JSON.readTree(repeated(value)));
      }
    } else if (parent.isArray()) {
      body.putArray("recipients").add(JSON.readTree(value));
    } else {
      body.putObject("attributes").set(name, JSON.readTree(value));
    }

    Reply reply = bundle.post(path(operation, Requests.key()), body, SHOP);

    assertThat(reply.status()).as(reply.body()).isEqualTo(accepted ? 202 : 400);
    assertThat(description.faultsOfRequest(operation, body).isEmpty()).isEqualTo(accepted);
  }

  private static String repeated(String text) {
    return Pattern.compile("(\\P{M})\\*(\\d+)")
        .matcher(text)
        .replaceAll(found -> found.group(1).repeat(Integer.parseInt(found.group(2))));
  }

  /** How many recipients or attributes | the code on top | whether the schema allows it. */
  @ParameterizedTest
  @CsvSource({
    // Each is refused for its definition, so that nothing has to be sent.
    "recipients, 500, 109103, true",
    "recipients, 501, 109101, false",
    "attributes, 500, 0, true",
    "attributes, 501, 109103, false"
  })
  void schema_and_intake_agree_on_how_many_there_may_be(
      String of, int count, int code, boolean allowed) {
    ObjectNode body = Requests.bare(Requests.recipient());
    if (of.equals("recipients")) {
      body.put("definitionKey", "unknown");
      while (body.path("recipients").size() < count) {
        body.withArray("/recipients").add(Requests.recipient());
      }
    } else {
      ObjectNode attributes = body.withObject("/recipients/0/attributes");
      while (attributes.size() < count) {
        attributes.put("a" + attributes.size(), "x");
      }
    }

    Reply reply = bundle.post(RunningBundle.MESSAGES, body, SHOP);

    assertThat(reply.code()).isEqualTo(code);
    assertThat(description.faultsOfRequest("sendMany", body).isEmpty()).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({"k*100, true", "k*101, false", "%2E, false", "%2E%2E, false", "a b, true"})
  void schema_and_intake_agree_on_the_key_in_the_path(String key, boolean accepted) {
    String plain = repeated(key).replace("%2E", ".");

    Reply reply =
        bundle.post(RunningBundle.MESSAGES + RunningBundle.encode(plain), Requests.keyed(), SHOP);

    assertThat(reply.status() == 202).as(reply.body()).isEqualTo(accepted);
    assertThat(description.faultsOf("MessageKey", JSON.getNodeFactory().textNode(plain)).isEmpty())
        .isEqualTo(accepted);
  }
}
