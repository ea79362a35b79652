package dev.smsroutes.app;

import static dev.smsroutes.testing.Requests.recipient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The bare route: many recipients, each with an outcome of its own (contract, sections 2, 3). */
class HttpManyRecipientsIT {
  private static RunningBundle bundle;

  @BeforeAll
  static void start() {
    bundle = RunningBundle.start();
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
  }

  @Test
  void takes_the_documented_body_as_it_is() {
    Reply reply =
        bundle.bare(
            """
            {
              "definitionKey": "account-reset",
              "recipients": [
                {
                  "contactKey": "recipient1",
                  "to": "15555551234",
                  "messageKey": "nFL4ULgheUeaGbPIMzJJSw",
                  "attributes": {"FirstName": "Grace", "password": "0192837465"}
                },
                {
                  "contactKey": "recipient2",
                  "to": "15555554321",
                  "messageKey": "GV1LhQ6NFkqFUAE1IsoQ9Q",
                  "attributes": {"FirstName": "Alan", "password": "5647382910"}
                }
              ],
              "content": {"message": "Hi %%FirstName%%, your code is %%password%%"},
              "subscriptions": {"resubscribe": true}
            }
            """);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.header("Content-Type")).contains("application/json");
    assertThat(reply.json().fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("requestId", "errorcode", "responses");
    assertThat(reply.code()).isZero();
    assertThat(reply.json().path("responses").toString())
        .isEqualTo(
            "[{\"messageKey\":\"nFL4ULgheUeaGbPIMzJJSw\"},"
                + "{\"messageKey\":\"GV1LhQ6NFkqFUAE1IsoQ9Q\"}]");
    assertThat(bundle.sandbox().message("nFL4ULgheUeaGbPIMzJJSw").path("text").asText())
        .isEqualTo("Hi Grace, your code is 0192837465");
    JsonNode second = bundle.sandbox().message("GV1LhQ6NFkqFUAE1IsoQ9Q");
    assertThat(second.path("text").asText()).isEqualTo("Hi Alan, your code is 5647382910");
    assertThat(second.path("to").asText()).isEqualTo("15555554321");
    assertThat(second.path("contactKey").asText()).isEqualTo("recipient2");
    assertThat(second.path("attributes").path("FirstName").asText()).isEqualTo("Alan");
  }

  /** Documented for many recipients: what is the same for all of them is written once. */
  @Test
  void recipients_get_common_attributes_and_their_own_win() {
    ObjectNode body = Requests.bare(recipient("k1"), recipient("k2"));
    ((ObjectNode) body.at("/recipients/0")).remove("attributes");
    ((ObjectNode) body.at("/recipients/1")).putObject("attributes").put("FIRSTNAME", "Alan");
    body.putObject("attributes").put("FirstName", "all").put("password", 15);

    Reply reply = bundle.bare(body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().message("k1").path("text").asText())
        .isEqualTo("all, your 2FA token is 15");
    assertThat(bundle.sandbox().message("k2").path("text").asText())
        .isEqualTo("Alan, your 2FA token is 15");
    // The same request, written in the other way.
    ObjectNode again = recipient("k1");
    again.putObject("attributes").put("FirstName", "all").put("password", "15");
    assertThat(bundle.bare(Requests.bare(again)).code()).isZero();
    again.withObject("attributes").put("FirstName", "other");
    assertThat(bundle.bare(Requests.bare(again)).item(0).path("errorcode").asInt())
        .isEqualTo(109110);
  }

  @Test
  void takes_null_for_an_absent_field() {
    ObjectNode body = Requests.bare(recipient("k1"), recipient().putNull("messageKey"));
    body.putNull("recipient").putNull("messageKey").putNull("attributes").putNull("content");
    body.putNull("subscriptions");
    ((ObjectNode) body.at("/recipients/0/attributes")).putNull("Note");

    assertThat(bundle.bare(body).code()).isZero();
  }

  @Test
  void takes_the_path_without_the_slash_at_its_end() {
    Reply reply = bundle.post("/messaging/v1/sms/messages", Requests.bare(recipient("k1")));

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(bundle.sandbox().find("k1")).isPresent();
  }

  @Test
  void makes_the_keys_that_are_missing() {
    Reply reply = bundle.bare(Requests.bare(recipient(), recipient("k2"), recipient()));

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    Set<String> keys = new HashSet<>();
    reply.json().path("responses").forEach(item -> keys.add(item.path("messageKey").asText()));
    assertThat(keys).hasSize(3).contains("k2");
    assertThat(keys).allMatch(key -> key.matches("[A-Za-z0-9._-]{1,100}"));
    assertThat(keys).allMatch(key -> bundle.sandbox().find(key).isPresent());
  }

  @Test
  void answers_202_and_109001_when_some_are_refused() {
    ObjectNode wrong = recipient("k2").put("to", "+4915");

    Reply reply = bundle.bare(Requests.bare(recipient("k1"), wrong, recipient("k3")));

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.code()).isEqualTo(109001);
    assertThat(reply.message()).isNotBlank();
    assertThat(reply.item(0).toString()).isEqualTo("{\"messageKey\":\"k1\"}");
    assertThat(reply.item(1).path("messageKey").asText()).isEqualTo("k2");
    assertThat(reply.item(1).path("errorcode").asInt()).isEqualTo(109121);
    assertThat(reply.item(1).path("message").asText()).startsWith("Expected a possible number");
    assertThat(reply.item(1).at("/errors/0/field").asText()).isEqualTo("recipients[1].to");
    assertThat(reply.item(2).toString()).isEqualTo("{\"messageKey\":\"k3\"}");
    assertThat(bundle.sandbox().messages()).hasSize(2);
  }

  @Test
  void answers_400_when_all_are_refused() {
    ObjectNode nameless = recipient("k2");
    nameless.remove("contactKey");

    Reply reply = bundle.bare(Requests.bare(recipient("k1").put("to", "x"), nameless));

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(109103);
    assertThat(reply.item(0).path("errorcode").asInt()).isEqualTo(109121);
    assertThat(reply.item(1).path("errorcode").asInt()).isEqualTo(109105);
    assertThat(reply.item(1).at("/errors/0/field").asText()).isEqualTo("recipients[1].contactKey");
    assertThat(bundle.sandbox().calls()).isZero();
  }

  @Test
  void rejects_an_item_that_repeats_a_key_of_the_same_request() {
    Reply reply = bundle.bare(Requests.bare(recipient("k1"), recipient("k2"), recipient("k1")));

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.code()).isEqualTo(109001);
    assertThat(reply.item(0).has("errorcode")).isFalse();
    assertThat(reply.item(1).has("errorcode")).isFalse();
    assertThat(reply.item(2).path("messageKey").asText()).isEqualTo("k1");
    assertThat(reply.item(2).path("errorcode").asInt()).isEqualTo(109110);
    assertThat(reply.item(2).at("/errors/0/field").asText()).isEqualTo("recipients[2].messageKey");
    assertThat(bundle.sandbox().message("k1").path("times").asInt()).isEqualTo(1);
    assertThat(bundle.sandbox().message("k1").path("duplicates").asInt()).isZero();
  }

  /** What is changed in the first of two recipients, and the code of its item. */
  static Stream<Arguments> items() {
    return Stream.of(
        item("long key", r -> r.put("messageKey", "x".repeat(101)), 109108, "messageKey"),
        item("empty key", r -> r.put("messageKey", ""), 109104, "messageKey"),
        item("numeric key", r -> r.put("messageKey", 7), 10001, "messageKey"),
        item("no contactKey", r -> r.remove("contactKey"), 109105, "contactKey"),
        item("no to", r -> r.remove("to"), 109106, "to"),
        item("wrong to", r -> r.put("to", "+999"), 109121, "to"),
        item("unknown field", r -> r.put("cc", "x"), 109122, "cc"),
        item("text attributes", r -> r.put("attributes", "x"), 10001, "attributes"),
        item(
            "a number with an endless exponent",
            r -> r.putObject("attributes").putRawValue("n", new RawValue("12E45678901234")),
            10001,
            "attributes.n"),
        item(
            "missing attribute",
            r -> r.putObject("attributes").put("FirstName", "A"),
            10002,
            "attributes.password"),
        item(
            "value that holds %%",
            r -> ((ObjectNode) r.get("attributes")).put("password", "%%x%%"),
            10005,
            "attributes.password"));
  }

  private static Arguments item(String name, Consumer<ObjectNode> change, int code, String field) {
    return arguments(name, change, code, field);
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("items")
  void refuses_one_and_sends_the_other(
      String name, Consumer<ObjectNode> change, int code, String field) {
    ObjectNode spoilt = recipient("k1");
    change.accept(spoilt);

    Reply reply = bundle.bare(Requests.bare(spoilt, recipient("k2")));

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.code()).isEqualTo(109001);
    assertThat(reply.item(0).path("errorcode").asInt()).as(reply.body()).isEqualTo(code);
    assertThat(reply.item(0).at("/errors/0/field").asText()).isEqualTo("recipients[0]." + field);
    assertThat(reply.item(1).toString()).isEqualTo("{\"messageKey\":\"k2\"}");
    assertThat(bundle.sandbox().messages()).hasSize(1);
  }

  @Test
  void refuses_an_item_that_is_no_object() {
    ObjectNode body = Requests.bare(recipient("k1"));
    body.withArray("recipients").add("k2").addNull().addArray();

    Reply reply = bundle.bare(body);

    assertThat(reply.status()).isEqualTo(202);
    for (int i = 1; i <= 3; i++) {
      assertThat(reply.item(i).path("errorcode").asInt()).isEqualTo(10001);
      assertThat(reply.item(i).at("/errors/0/field").asText()).isEqualTo("recipients[" + i + "]");
    }
  }

  /** What is wrong with the request as a whole. */
  static Stream<Arguments> wholes() {
    return Stream.of(
        item("no recipients", b -> b.remove("recipients"), 109102, "recipients"),
        item("null recipients", b -> b.putNull("recipients"), 109102, "recipients"),
        item("empty recipients", b -> b.putArray("recipients"), 109102, "recipients"),
        item("an object", b -> b.putObject("recipients"), 10001, "recipients"),
        item(
            "one recipient in their place",
            b -> b.set("recipient", b.remove("recipients").get(0)),
            109122,
            "recipient"),
        item(
            "501 recipients",
            b -> IntStream.range(0, 500).forEach(i -> b.withArray("recipients").add(recipient())),
            109101,
            "recipients"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("wholes")
  void refuses_as_a_whole(String name, Consumer<ObjectNode> change, int code, String field) {
    ObjectNode body = Requests.bare(recipient("k1"));
    change.accept(body);

    Reply reply = bundle.bare(body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.fields()).contains(field);
    assertThat(reply.json().path("requestId").asText()).isNotBlank();
    assertThat(bundle.sandbox().calls()).isZero();
  }

  /** What stands beside the recipients is wrong for each of them. */
  static Stream<Arguments> shared() {
    return Stream.of(
        item("no definitionKey", b -> b.remove("definitionKey"), 109107, "definitionKey"),
        item("unknown one", b -> b.put("definitionKey", "nope"), 109111, "definitionKey"),
        item("inactive one", b -> b.put("definitionKey", "retired-offer"), 109111, "definitionKey"),
        item("both", b -> b.set("recipient", recipient()), 109122, "recipient"),
        item("unknown field", b -> b.put("x", 1), 109122, "x"),
        item("text attributes", b -> b.put("attributes", "x"), 10001, "attributes"),
        item(
            "an array as an attribute",
            b -> b.putObject("attributes").putArray("a"),
            10001,
            "attributes.a"),
        item(
            "empty text", b -> b.putObject("content").put("message", ""), 10005, "content.message"),
        item(
            "resubscribe without keyword",
            b -> {
              b.put("definitionKey", "order-shipped").putObject("content").put("message", "x");
              b.putObject("subscriptions").put("resubscribe", true);
            },
            109116,
            "subscriptions.resubscribe"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("shared")
  void refuses_all_for_what_they_share(
      String name, Consumer<ObjectNode> change, int code, String field) {
    ObjectNode body = Requests.bare(recipient("k1"), recipient("k2"));
    change.accept(body);

    Reply reply = bundle.bare(body);

    assertThat(reply.status()).as(reply.body()).isEqualTo(400);
    for (int i = 0; i < 2; i++) {
      assertThat(reply.item(i).path("errorcode").asInt()).as(reply.body()).isEqualTo(code);
      assertThat(reply.item(i).at("/errors/0/field").asText()).isEqualTo(field);
    }
    assertThat(bundle.sandbox().calls()).isZero();
  }

  @Test
  void sends_500_recipients_in_their_order() {
    ObjectNode[] recipients =
        IntStream.range(0, 500).mapToObj(i -> recipient("many-" + i)).toArray(ObjectNode[]::new);

    Reply reply = bundle.bare(Requests.bare(recipients));

    assertThat(reply.status()).as(reply.body()).isEqualTo(202);
    assertThat(reply.code()).isZero();
    for (int i = 0; i < 500; i++) {
      assertThat(reply.item(i).path("messageKey").asText()).isEqualTo("many-" + i);
    }
    assertThat(bundle.sandbox().messages())
        .hasSize(500)
        .allMatch(message -> message.path("times").asInt() == 1);
  }

  /** None was refused for good: the caller is asked to come again, with the same keys. */
  @Test
  void answers_500_and_retry_after_when_the_api_is_away() {
    bundle.sandbox().faults("{\"code\": 50300, \"retryAfter\": 40}");

    Reply reply = bundle.bare(Requests.bare(recipient("k1"), recipient("k2")));

    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.code()).isEqualTo(50300);
    assertThat(reply.header("Retry-After")).contains("40");
    assertThat(reply.item(0).path("errorcode").asInt()).isEqualTo(50300);
    assertThat(reply.item(1).path("messageKey").asText()).isEqualTo("k2");
  }

  @Test
  void reports_the_refusal_of_an_item_by_the_api() {
    bundle.sandbox().faults("{\"code\": 109109, \"key\": \"k2\"}");

    Reply reply = bundle.bare(Requests.bare(recipient("k1"), recipient("k2")));

    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.code()).isEqualTo(109001);
    assertThat(reply.item(0).has("errorcode")).isFalse();
    assertThat(reply.item(1).path("errorcode").asInt()).isEqualTo(109109);
  }
}
