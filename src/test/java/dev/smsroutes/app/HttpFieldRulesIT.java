package dev.smsroutes.app;

import static dev.smsroutes.testing.Requests.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The keyed route, rule by rule: the contract's examples and field table (sections 1, 2, 4-6). */
class HttpFieldRulesIT {
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start();
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  /** Bodies in the shapes that the API's documentation shows for one recipient. */
  static Stream<Arguments> examples() {
    return Stream.of(
        arguments(
            "with attributes",
            """
            {
              "definitionKey": "account-reset",
              "recipient": {
                "contactKey": "recipient1",
                "to": "15555551234",
                "attributes": {
                  "FirstName": "Grace",
                  "password": "0192837465"
                }
              }
            }
            """,
            "Grace, your 2FA token is 0192837465"),
        arguments(
            "with a text of its own",
            """
            {
              "definitionKey": "account-reset",
              "recipient": {
                "contactKey": "grace@example.com",
                "to": "15555551234",
                "attributes": {"FirstName": "Grace", "password": "0192837465"}
              },
              "content": {"message": "Welcome %%firstname%%, use %%Password%% to sign in"}
            }
            """,
            "Welcome Grace, use 0192837465 to sign in"),
        arguments(
            "without attributes",
            """
            {
              "definitionKey": "account-reset",
              "recipient": {"contactKey": "recipient1", "to": "15555551234"},
              "content": {"message": "Your table is ready."}
            }
            """,
            "Your table is ready."));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("examples")
  void takes_the_documented_bodies_as_they_are(String name, String body, String text) {
    String key = Requests.key();

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.header("Content-Type")).contains("application/json");
    assertThat(reply.json().fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("requestId", "errorcode", "responses");
    assertThat(reply.json().path("errorcode").isInt()).isTrue();
    assertThat(reply.code()).isZero();
    assertThat(reply.json().path("responses")).hasSize(1);
    assertThat(reply.item(0)).isEqualTo(json("{}").put("messageKey", key));
    ObjectNode sent = (ObjectNode) bundle.sandbox().body(key);
    assertThat(sent.path("definitionKey").asText()).isEqualTo("account-reset");
    assertThat(sent.path("recipient")).isEqualTo(json(body).path("recipient"));
    assertThat(sent.path("content").path("message").asText()).isEqualTo(text);
    assertThat(bundle.sandbox().message(key).path("text").asText()).isEqualTo(text);
    assertThat(reply.json().path("requestId").asText())
        .as("the API's own request id")
        .isEqualTo(bundle.sandbox().message(key).path("requestId").asText());
  }

  private static Arguments row(
      String name, Consumer<ObjectNode> change, int code, String field, String words) {
    return arguments(name, change, code, field, words);
  }

  private static ObjectNode recipient(ObjectNode body) {
    return (ObjectNode) body.get("recipient");
  }

  private static ObjectNode attributes(ObjectNode body) {
    return (ObjectNode) recipient(body).get("attributes");
  }

  private static void text(ObjectNode body, String text) {
    body.putObject("content").put("message", text);
  }

  /** What is changed, the code, the field, and words of the message. */
  static Stream<Arguments> refused() {
    return Stream.of(
        // definitionKey: required, known, active.
        row("no definitionKey", b -> b.remove("definitionKey"), 109107, "definitionKey", "none"),
        row("null definitionKey", b -> b.putNull("definitionKey"), 109107, "definitionKey", "none"),
        row("empty definitionKey", b -> b.put("definitionKey", ""), 109107, "definitionKey", ""),
        row("blank definitionKey", b -> b.put("definitionKey", " \t"), 109107, "definitionKey", ""),
        row(
            "numeric definitionKey",
            b -> b.put("definitionKey", 7),
            10001,
            "definitionKey",
            "text"),
        row("listed definitionKey", b -> b.putArray("definitionKey"), 10001, "definitionKey", ""),
        row(
            "unknown definitionKey",
            b -> b.put("definitionKey", "acount-reset"),
            109111,
            "definitionKey",
            "got 'acount-reset'"),
        row(
            "definitionKey in capitals",
            b -> b.put("definitionKey", "ACCOUNT-RESET"),
            109111,
            "definitionKey",
            "did you mean 'account-reset'?"),
        row(
            "inactive definition",
            b -> b.put("definitionKey", "retired-offer"),
            109111,
            "definitionKey",
            "Expected an active send definition; 'retired-offer' is not"),

        // recipient: required, and the one that the URL asks for.
        row("no recipient", b -> b.remove("recipient"), 109102, "recipient", "got none"),
        row("null recipient", b -> b.putNull("recipient"), 109102, "recipient", "got none"),
        row("text recipient", b -> b.put("recipient", "Ada"), 10001, "recipient", "an object"),
        row("listed recipient", b -> b.putArray("recipient"), 10001, "recipient", "got an array"),
        row(
            "recipients in its place",
            b -> b.putArray("recipients").add(b.remove("recipient")),
            109122,
            "recipients",
            "POST /messaging/v1/sms/messages/"),
        row(
            "recipients as well",
            b -> b.putArray("recipients").add(b.get("recipient").deepCopy()),
            109122,
            "recipients",
            "got recipients"),

        // recipient.contactKey: every request must include one.
        row("no contactKey", b -> recipient(b).remove("contactKey"), 109105, "contactKey", "none"),
        row("null contactKey", b -> recipient(b).putNull("contactKey"), 109105, "contactKey", ""),
        row("blank contactKey", b -> recipient(b).put("contactKey", " "), 109105, "contactKey", ""),
        row("numeric contactKey", b -> recipient(b).put("contactKey", 1), 10001, "contactKey", ""),
        row("true contactKey", b -> recipient(b).put("contactKey", true), 10001, "contactKey", ""),

        // recipient.to: required, a possible number.
        row("no to", b -> recipient(b).remove("to"), 109106, "to", "got none"),
        row("null to", b -> recipient(b).putNull("to"), 109106, "to", "got none"),
        row("blank to", b -> recipient(b).put("to", "  "), 109106, "to", "got none"),
        row(
            "numeric to",
            b -> recipient(b).put("to", 4915112345678L),
            10001,
            "to",
            "Expected text"),
        row("to with letters", b -> recipient(b).put("to", "1-800-FLOWERS"), 109121, "to", ""),
        row("to too short", b -> recipient(b).put("to", "+4915"), 109121, "to", "too short"),
        row("to too long", b -> recipient(b).put("to", "+49151123456789012345"), 109121, "to", ""),
        row("to of nowhere", b -> recipient(b).put("to", "+999123456789"), 109121, "to", "country"),
        row("to with a quote", b -> recipient(b).put("to", "+49151'12345678"), 109121, "to", ""),
        row("two numbers", b -> recipient(b).put("to", "+4915112345678,+491"), 109121, "to", ""),

        // recipient.attributes: flat, scalar.
        row("text attributes", b -> recipient(b).put("attributes", "x"), 10001, "attributes", ""),
        row("listed attributes", b -> recipient(b).putArray("attributes"), 10001, "attributes", ""),
        row(
            "null for an attribute that the text needs",
            b -> attributes(b).putNull("FirstName"),
            10002,
            "attributes.FirstName",
            "needs %%FirstName%%"),
        row(
            "a number with an endless exponent",
            b -> attributes(b).putRawValue("Note", new RawValue("12E45678901234")),
            10001,
            "attributes.Note",
            "at most 100 characters when it is written out"),
        row(
            "a number of ten million digits",
            b -> attributes(b).putRawValue("FirstName", new RawValue("1E9999999")),
            10001,
            "attributes.FirstName",
            "at most 100 characters"),
        row(
            "attributes on top",
            b -> b.set("attributes", recipient(b).remove("attributes")),
            109122,
            "attributes",
            "it belongs in the recipient"),
        row("unknown field of null", b -> b.putNull("foo"), 109122, "foo", "got foo"),
        row(
            "object attribute",
            b -> attributes(b).putObject("Note").put("x", "y"),
            10001,
            "attributes.Note",
            "got an object"),
        row(
            "array attribute",
            b -> attributes(b).putArray("Note").add("x"),
            10001,
            "attributes.Note",
            "got an array"),
        row("nameless attribute", b -> attributes(b).put(" ", "x"), 10005, "attributes", "names"),
        row(
            "attributes that differ in case only",
            b -> attributes(b).put("firstname", "x"),
            10005,
            "attributes.firstname",
            "also got FirstName"),
        row(
            "half a character",
            b -> attributes(b).put("Note", "\ud83d"),
            10005,
            "attributes.Note",
            "surrogate"),
        row(
            "a value that holds %%",
            b -> attributes(b).put("FirstName", "%%=Lookup('x')=%%"),
            10005,
            "attributes.FirstName",
            "%%"),

        // Unknown and misplaced fields, at each level.
        row("unknown field", b -> b.put("priority", "high"), 109122, "priority", "got priority"),
        row("to on top", b -> b.put("to", "1"), 109122, "to", "it belongs in the recipient"),
        row("message on top", b -> b.put("message", "x"), 109122, "message", "in content"),
        row("messageKey on top", b -> b.put("messageKey", "x"), 109122, "messageKey", "in the URL"),
        row(
            "key in the recipient",
            b -> recipient(b).put("messageKey", "x"),
            109122,
            "messageKey",
            ""),
        row(
            "unknown recipient field",
            b -> recipient(b).put("cc", "x"),
            109122,
            "recipient.cc",
            ""),
        row(
            "unknown content field",
            b -> b.putObject("content").put("message", "x").put("url", "y"),
            109122,
            "content.url",
            ""),
        row(
            "unknown subscriptions field",
            b -> b.putObject("subscriptions").put("keyword", "y"),
            109122,
            "subscriptions.keyword",
            ""),

        // content.message: a text with everything that it names.
        row("empty text", b -> text(b, ""), 10005, "content.message", "got an empty one"),
        row("blank text", b -> text(b, " \n"), 10005, "content.message", "got an empty one"),
        row("text content", b -> b.put("content", "Hi"), 10001, "content", "an object"),
        row(
            "numeric text",
            b -> b.putObject("content").put("message", 7),
            10001,
            "content.message",
            "Expected text; got a number"),
        row(
            "a text that is empty once rendered",
            b -> {
              text(b, "%%FirstName%%");
              attributes(b).put("FirstName", "");
            },
            10005,
            "content.message",
            "empty"),

        // Length: over ten parts.
        row(
            "11 parts of GSM",
            b -> text(b, "x".repeat(1531)),
            10005,
            "content.message",
            "at most 10 parts; got 11"),
        row(
            "11 parts for one character",
            b -> text(b, "x".repeat(500) + "ç" + "x".repeat(170)),
            10005,
            "content.message",
            "got 11, each of fewer characters because of 'ç' (U+00E7) at character 501"),

        // subscriptions.resubscribe.
        row(
            "text resubscribe",
            b -> b.putObject("subscriptions").put("resubscribe", "yes"),
            10001,
            "subscriptions.resubscribe",
            "true or false"),
        row(
            "resubscribe without a keyword",
            b -> {
              b.put("definitionKey", "order-shipped").putObject("subscriptions");
              ((ObjectNode) b.get("subscriptions")).put("resubscribe", true);
              text(b, "Hallo");
            },
            109116,
            "subscriptions.resubscribe",
            "'order-shipped' has none"));
  }

  @ParameterizedTest(name = "{0}: {2} {3}")
  @MethodSource("refused")
  void refuses(String name, Consumer<ObjectNode> change, int code, String field, String words) {
    ObjectNode body = Requests.keyed();
    change.accept(body);
    String key = Requests.key();

    Reply reply = bundle.keyed(key, halfCharacters(body));

    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    assertThat(reply.header("Content-Type")).contains("application/json");
    assertThat(reply.json().fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("requestId", "messageKey", "errorcode", "message", "errors");
    assertThat(reply.json().path("messageKey").asText()).isEqualTo(key);
    assertThat(reply.message()).isEqualTo(reply.json().at("/errors/0/message").asText());
    assertThat(reply.code()).isEqualTo(reply.json().at("/errors/0/errorcode").asInt());
    String named =
        reply.fields().stream()
            .filter(one -> one.equals(field) || one.equals("recipient." + field))
            .findFirst()
            .orElse("none of " + reply.fields());
    assertThat(named).endsWith(field);
    assertThat(reply.error(named).path("errorcode").asInt()).as(reply.body()).isEqualTo(code);
    assertThat(reply.error(named).path("message").asText()).contains(words);
    assertThat(bundle.sandbox().find(key)).isEmpty();
  }

  /** Java would write half a character as a question mark; a caller can write its escape. */
  private static String halfCharacters(ObjectNode body) {
    return body.toString().replace("\ud83d\"", "\\ud83d\"");
  }

  /** Clients with generated classes write all fields that they know. */
  @Test
  void takes_null_for_an_absent_field() {
    String key = Requests.key();
    ObjectNode body = Requests.keyed();
    body.putNull("messageKey").putNull("recipients").putNull("content").putNull("attributes");
    body.putObject("subscriptions").putNull("resubscribe");
    recipient(body).putNull("messageKey");
    attributes(body).putNull("Note");

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().body(key).path("recipient").path("attributes"))
        .isEqualTo(json("{\"FirstName\":\"Ada\",\"password\":\"31415\"}"));
  }

  @ParameterizedTest
  @CsvSource({"1.25E7, 12500000", "1.50, 1.50", "12, 12", "-4e-2, -0.04"})
  void writes_numbers_out(String number, String text) {
    String key = Requests.key();
    ObjectNode body = Requests.keyed();
    attributes(body).putRawValue("password", new RawValue(number));

    assertThat(bundle.keyed(key, body).status()).isEqualTo(202);

    assertThat(bundle.sandbox().message(key).path("text").asText())
        .isEqualTo("Ada, your 2FA token is " + text);
  }

  @Test
  void names_all_faults_of_a_request_at_once() {
    Reply reply =
        bundle.keyed(
            "x".repeat(101),
            """
            {"definitionKey": "account-reset", "priority": 1,
             "recipient": {"to": "12", "attributes": {"Note": [], "FirstName": "%%x%%"}}}
            """);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.fields())
        .containsExactlyInAnyOrder(
            "priority",
            "messageKey",
            "recipient.contactKey",
            "recipient.to",
            "recipient.attributes.Note",
            "recipient.attributes.FirstName",
            "recipient.attributes.password");
  }

  @Test
  void names_every_missing_attribute() {
    ObjectNode body = Requests.keyed().put("definitionKey", "order-shipped");

    Reply reply = bundle.keyed(Requests.key(), body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(10002);
    assertThat(reply.body())
        .contains(
            "OrderNumber", "Total", "DeliveryDate", "TrackingUrl", "Carrier", "order-shipped");
    assertThat(reply.body()).doesNotContain("31415");
  }

  /** What is changed, and what the API gets. */
  static Stream<Arguments> taken() {
    Consumer<ObjectNode> nothing = body -> {};
    return Stream.of(
        arguments("as it is", nothing, "Ada, your 2FA token is 31415"),
        arguments(
            "a number and booleans as attributes",
            (Consumer<ObjectNode>)
                b -> {
                  text(b, "%%a%% %%b%% %%c%% %%d%%");
                  attributes(b).put("a", 42).put("b", true).put("c", false).put("d", 1.50);
                },
            "42 true false 1.5"),
        arguments(
            "an attribute that is not used",
            (Consumer<ObjectNode>) b -> attributes(b).put("Unused", "x"),
            "Ada, your 2FA token is 31415"),
        arguments(
            "an empty value",
            (Consumer<ObjectNode>) b -> attributes(b).put("FirstName", ""),
            ", your 2FA token is 31415"),
        arguments(
            "names in another case",
            (Consumer<ObjectNode>) b -> text(b, "%%FIRSTNAME%% %%PassWord%%"),
            "Ada 31415"),
        arguments(
            "a single percent sign in a value",
            (Consumer<ObjectNode>) b -> attributes(b).put("FirstName", "100%"),
            "100%, your 2FA token is 31415"),
        arguments(
            "what looks like a placeholder of ours",
            (Consumer<ObjectNode>)
                b -> attributes(b).put("FirstName", "{{sms.api.client-secret}} ${body}"),
            "{{sms.api.client-secret}} ${body}, your 2FA token is 31415"),
        arguments(
            "null content and subscriptions",
            (Consumer<ObjectNode>) b -> b.putNull("content").putNull("subscriptions"),
            "Ada, your 2FA token is 31415"),
        arguments(
            "an emoji in the text",
            (Consumer<ObjectNode>) b -> text(b, "Hi 👩‍👩‍👧 %%FirstName%%"),
            "Hi 👩‍👩‍👧 Ada"),
        arguments(
            "quotes, line breaks and controls",
            (Consumer<ObjectNode>) b -> text(b, "\"a\"\\\n\tb\u0001"),
            "\"a\"\\\n\tb\u0001"),
        arguments(
            "10 parts", (Consumer<ObjectNode>) b -> text(b, "x".repeat(1530)), "x".repeat(1530)),
        arguments(
            "resubscribe: false",
            (Consumer<ObjectNode>) b -> b.putObject("subscriptions").put("resubscribe", false),
            "Ada, your 2FA token is 31415"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("taken")
  void takes(String name, Consumer<ObjectNode> change, String text) {
    ObjectNode body = Requests.keyed();
    change.accept(body);
    String key = Requests.key();

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().body(key).at("/content/message").asText()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "4915112345678, 4915112345678",
    "+4915112345678, 4915112345678",
    "+49 151 12345678, 4915112345678",
    "+49 (151) 1234-5678, 4915112345678",
    "' +49.151/12345678 ', 4915112345678",
    // The definition is one of the US: as dialled there.
    "(617) 555-0123, 16175550123",
    "617-555-0123, 16175550123",
    "1 617 555 0123, 16175550123",
    "16175550123, 16175550123",
  })
  void sends_digits_only(String written, String sent) {
    ObjectNode body = Requests.keyed();
    recipient(body).put("to", written);
    String key = Requests.key();

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().body(key).at("/recipient/to").asText()).isEqualTo(sent);
  }

  static Stream<Arguments> keyLengths() {
    return Stream.of(
        arguments("x", 202, 0),
        arguments("x".repeat(100), 202, 0),
        arguments("€".repeat(100), 202, 0),
        arguments("😀".repeat(100), 202, 0),
        arguments("x".repeat(101), 400, 109108),
        arguments("€".repeat(101), 400, 109108),
        arguments("😀".repeat(101), 400, 109108),
        arguments("x".repeat(2000), 400, 109108));
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @MethodSource("keyLengths")
  void takes_1_to_100_characters_as_a_key(String key, int status, int code) {
    Reply reply = bundle.keyed(key, Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(status);
    assertThat(reply.code()).isEqualTo(code);
  }

  /** The body, and what the message says. */
  static Stream<Arguments> notARequest() {
    return Stream.of(
        arguments("", 10004, "got an empty body"),
        arguments("{", 10004, "line 1, column 2: it ends too early"),
        arguments("{\n  \"definitionKey\": oops\n}", 10004, "line 2, column"),
        arguments("{\"definitionKey\": 'x'}", 10004, "line 1, column"),
        arguments("{\"a\": 1,}", 10004, "line 1, column"),
        arguments("{}{}", 10004, "more text after the end of the object"),
        arguments("{} x", 10004, "line 1, column"),
        arguments("// a comment\n{}", 10004, "line 1"),
        arguments("{\"a\": NaN}", 10004, "line 1"),
        arguments("{\"a\":".repeat(60) + "1" + "}".repeat(60), 10004, "nested too deeply"),
        arguments("[]", 10001, "Expected a JSON object; got an array"),
        arguments("\"text\"", 10001, "got text"),
        arguments("null", 10001, "got null"),
        arguments("definitionKey=account-reset", 10004, "line 1, column"));
  }

  @ParameterizedTest(name = "[{index}] {2}")
  @MethodSource("notARequest")
  void refuses_what_is_no_json_object(String body, int code, String words) {
    String key = Requests.key();

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.message()).contains(words);
    assertThat(reply.json().path("messageKey").asText()).isEqualTo(key);
    assertThat(reply.json().path("errors")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'definitionKey':'account-reset','definitionKey':'account-reset','recipient':RECIPIENT}",
        "{'definitionKey':'account-reset','recipient':RECIPIENT,'recipient':RECIPIENT}",
        "{'definitionKey':'account-reset','recipient':{'to':'1','contactKey':'c','to':'2'}}",
        "{'definitionKey':'account-reset',"
            + "'recipient':{'to':'1','contactKey':'c','attributes':{'a':'1','\\u0061':'2'}}}",
      })
  void refuses_a_repeated_name(String body) {
    Reply reply =
        bundle.keyed(
            Requests.key(),
            body.replace('\'', '"').replace("RECIPIENT", Requests.recipient().toString()));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(10004);
    assertThat(reply.message()).contains("line 1, column", "the same name twice in one object");
  }

  @Test
  void refuses_bytes_that_are_no_text() {
    byte[] body =
        Requests.keyed().toString().replace("Ada", "\u00e9").getBytes(StandardCharsets.ISO_8859_1);

    Reply reply = bundle.keyed(Requests.key(), body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(10004);
  }

  @Test
  void reads_utf_8_with_a_byte_order_mark() {
    Reply reply = bundle.keyed(Requests.key(), "\ufeff" + Requests.keyed());

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
  }

  /** The text has AMPscript and system strings, which the API alone can render. */
  @Test
  void leaves_ampscript_to_the_api() {
    String key = Requests.key();
    ObjectNode body = Requests.keyed().put("definitionKey", "newsletter-teaser");
    attributes(body).put("Topic", "bees");

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().body(key).has("content")).isFalse();
    assertThat(bundle.sandbox().body(key).at("/recipient/attributes/Topic").asText())
        .isEqualTo("bees");
  }

  @Test
  void checks_plain_placeholders_of_a_text_for_the_api() {
    Reply reply =
        bundle.keyed(Requests.key(), Requests.keyed().put("definitionKey", "newsletter-teaser"));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(10002);
    assertThat(reply.message()).contains("Topic");
  }

  @Test
  void forwards_a_text_with_ampscript_that_the_caller_gave() {
    String key = Requests.key();
    ObjectNode body = Requests.keyed();
    text(body, "%%=v(@name)=%% %%FirstName%%");

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().body(key).at("/content/message").asText())
        .isEqualTo("%%=v(@name)=%% %%FirstName%%");
  }

  @Test
  void opts_a_contact_in_again_when_the_definition_has_a_keyword() {
    String key = Requests.key();
    ObjectNode body = Requests.keyed();
    body.putObject("subscriptions").put("resubscribe", true);

    Reply reply = bundle.keyed(key, body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.item(0).path("messageKey").asText()).isEqualTo(key);
    assertThat(bundle.sandbox().body(key).at("/subscriptions/resubscribe").asBoolean()).isTrue();
  }

  @Test
  void never_says_back_what_is_private() {
    ObjectNode body = Requests.keyed();
    recipient(body).put("to", "+4915112345678000000");
    attributes(body).put("FirstName", "%%secret-value%%").putArray("Note");

    Reply reply = bundle.keyed(Requests.key(), body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.body()).doesNotContain("4915112345678", "secret-value", "31415");
  }
}
