package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.sandbox.Caller.CallerReply;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BareSendIT {
  private Sandbox sandbox;
  private Caller caller;

  @BeforeEach
  void start() {
    sandbox =
        Sandbox.start(
            SandboxOptions.defaults().withPort(0).withDefinition("welcome", "Hello %%name%%"));
    caller = new Caller(sandbox).signedIn();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  private CallerReply send(String recipients) {
    return caller.sendMany(body(recipients));
  }

  private static String body(String recipients) {
    return ("{'definitionKey':'welcome','recipients':[" + recipients + "]}").replace('\'', '"');
  }

  private static String recipient(String key) {
    return "{'contactKey':'c','to':'49151','messageKey':'" + key + "'}";
  }

  @Test
  void accepts_many_with_and_without_a_slash_at_the_end() {
    CallerReply reply = send(recipient("a") + "," + recipient("b"));
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.code()).isZero();
    assertThat(reply.json().get("responses").toString())
        .isEqualTo("[{\"messageKey\":\"a\"},{\"messageKey\":\"b\"}]");
    assertThat(caller.call("POST", "/messaging/v1/sms/messages", body(recipient("c"))).status())
        .isEqualTo(202);
    assertThat(caller.count()).isEqualTo(3);
  }

  @Test
  void shows_the_text_that_each_recipient_carries_as_an_attribute() {
    caller.sendMany(
        ("{'definitionKey':'welcome','content':{'message':'%%message%%'},'recipients':["
                + "{'contactKey':'c','to':'49151','messageKey':'a','attributes':{'message':'One 100%'}},"
                + "{'contactKey':'c','to':'49151','messageKey':'b','attributes':{'Message':'Two'}},"
                + "{'contactKey':'c','to':'49151','messageKey':'c'}]}")
            .replace('\'', '"'));
    assertThat(caller.arrived("a").get("text").textValue()).isEqualTo("One 100%");
    assertThat(caller.arrived("b").get("text").textValue()).isEqualTo("Two");
    assertThat(caller.arrived("c").get("text").textValue()).isEqualTo("%%message%%");
  }

  @Test
  void gives_shared_attributes_to_recipients_whose_own_win() {
    caller.sendMany(
        ("{'definitionKey':'welcome','attributes':{'Name':'all','x':1},'recipient':null,'recipients':["
                + "{'contactKey':'c','to':'49151','messageKey':'a'},"
                + "{'contactKey':'c','to':'49151','messageKey':'b','attributes':{'NAME':'own'}},"
                + "{'contactKey':'c','to':'49151','messageKey':'c','attributes':{'name':null}}]}")
            .replace('\'', '"'));

    assertThat(caller.arrived("a").get("text").textValue()).isEqualTo("Hello all");
    assertThat(caller.arrived("b").get("text").textValue()).isEqualTo("Hello own");
    assertThat(caller.arrived("b").at("/attributes/x").asInt()).isEqualTo(1);
    assertThat(caller.arrived("c").get("text").textValue()).isEqualTo("Hello all");
  }

  @Test
  void makes_missing_keys() {
    CallerReply reply = send("{'contactKey':'c','to':'49151'},{'contactKey':'c','to':'49151'}");
    String first = reply.json().at("/responses/0/messageKey").textValue();
    String second = reply.json().at("/responses/1/messageKey").textValue();
    assertThat(first).isNotBlank().isNotEqualTo(second);
    assertThat(caller.arrived(first).get("to").textValue()).isEqualTo("49151");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'definitionKey':'welcome','recipient':{'contactKey':'c','to':'49151'}} | 109122",
        "{'definitionKey':'welcome','recipients':[]} | 109102",
        "{'definitionKey':'welcome','recipients':null} | 109102",
        "{'definitionKey':'welcome','foo':null,'recipients':[{}]} | 109122",
        "{'definitionKey':'welcome','attributes':[],'recipients':[{}]} | 10001",
        "{'definitionKey':'welcome','attributes':{'a':{}},'recipients':[{}]} | 10001",
        "{'definitionKey':'welcome'} | 109102",
        "{'definitionKey':'welcome','recipients':{}} | 10001",
        "{'definitionKey':'other','recipients':[{}]} | 109111",
        "{'recipients':[{}]} | 109107",
        "{'definitionKey':'welcome','recipients':[{'contactKey':'c'}]} | 109103",
        "[ | 10004"
      })
  void refuses_the_whole_call(String body, int code) {
    CallerReply reply = caller.sendMany(body.replace('\'', '"').replace("''", "'"));
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).as(reply.text()).isEqualTo(code);
  }

  @Test
  void refuses_more_than_500_recipients() {
    String most = many(500);
    assertThat(send(most + "," + recipient("x")).code()).isEqualTo(109101);
    assertThat(caller.count()).isZero();
    assertThat(send(most).status()).isEqualTo(202);
    assertThat(caller.count()).isEqualTo(500);
  }

  @Test
  void the_most_recipients_can_be_configured() {
    try (Sandbox two =
        Sandbox.start(
            SandboxOptions.defaults()
                .withPort(0)
                .withMaxRecipients(2)
                .withDefinition("welcome", "x"))) {
      Caller other = new Caller(two).signedIn();
      assertThat(other.sendMany(body(many(2))).status()).isEqualTo(202);
      assertThat(other.sendMany(body(many(3))).code()).isEqualTo(109101);
    }
  }

  private static String many(int number) {
    return IntStream.range(0, number)
        .mapToObj(i -> recipient("m" + i))
        .collect(Collectors.joining(","));
  }

  @Test
  void names_each_recipient_that_failed() {
    caller.send("used");
    CallerReply reply =
        send(
            String.join(
                ",",
                recipient("good"),
                recipient("good"),
                recipient("used"),
                "{'contactKey':'c','messageKey':'noTo'}",
                "{'contactKey':'c','to':'+49','messageKey':'plus'}",
                "{'to':'49151','messageKey':'noContact'}",
                recipient("k".repeat(101)),
                recipient(""),
                "{'contactKey':'c','to':'49151','messageKey':'x','colour':'red'}",
                "7"));
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.code()).isEqualTo(109001);
    JsonNode items = reply.json().get("responses");
    assertThat(items.get(0).toString()).isEqualTo("{\"messageKey\":\"good\"}");
    assertThat(IntStream.range(1, 10).mapToObj(i -> items.get(i).get("errorcode").intValue()))
        .containsExactly(109110, 109110, 109106, 109121, 109105, 109108, 109104, 109122, 10001);
    assertThat(items.get(2).get("messageKey").textValue()).isEqualTo("used");
    assertThat(items.get(3).get("message").textValue()).startsWith("MCMS_UTM_");
    assertThat(caller.count()).isEqualTo(2);
    assertThat(caller.arrived("good").get("times").intValue()).isEqualTo(1);
  }

  @Test
  void all_failed_is_109103_or_202_when_switched() {
    caller.send("used");
    assertThat(send(recipient("used")).code()).isEqualTo(109103);
    caller.settings("{\"duplicates\":\"202\"}");
    CallerReply duplicates = send(recipient("used"));
    assertThat(duplicates.status()).isEqualTo(202);
    assertThat(duplicates.json().at("/responses/0/errorcode").intValue()).isEqualTo(109110);
    assertThat(send(recipient("used") + ",{}").code()).isEqualTo(109103);
    caller.settings("{\"codesAs\":\"202\"}");
    assertThat(send("{}").code()).isEqualTo(109001);
  }

  @Test
  void resubscribe_needs_a_keyword() {
    String body = body(recipient("a")).replaceFirst("}$", ",'subscriptions':{'resubscribe':true}}");
    assertThat(caller.sendMany(body.replace('\'', '"')).code()).isEqualTo(109116);
    caller.call(
        "PATCH", Caller.DEFINITIONS + "/welcome", "{\"subscriptions\":{\"keyword\":\"JOIN\"}}");
    assertThat(caller.sendMany(body.replace('\'', '"')).status()).isEqualTo(202);
  }

  @Test
  void each_recipient_gets_the_text_of_its_own_attributes() {
    caller.sendMany(
        """
        {"definitionKey":"welcome","content":{"message":"%%message%%"},"recipients":[
         {"contactKey":"c1","to":"49151","messageKey":"a","attributes":{"Message":"Hi Ada"}},
         {"contactKey":"c2","to":"49152","messageKey":"b","attributes":{"MESSAGE":"Hi Bob"}}]}""");
    assertThat(caller.arrived("a").get("text").textValue()).isEqualTo("Hi Ada");
    assertThat(caller.arrived("b").get("text").textValue()).isEqualTo("Hi Bob");
    assertThat(caller.arrived("b").get("contactKey").textValue()).isEqualTo("c2");
    assertThat(caller.arrived("b").get("message").textValue()).isEqualTo("%%message%%");
    assertThat(caller.arrived("a").get("requestId"))
        .isEqualTo(caller.arrived("b").get("requestId"));
  }
}
