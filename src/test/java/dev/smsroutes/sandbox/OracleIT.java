package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.sandbox.Caller.CallerReply;
import dev.smsroutes.testing.SettableClock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OracleIT {
  private Sandbox sandbox;
  private Caller caller;

  @BeforeEach
  void start() {
    start(SandboxOptions.defaults());
  }

  private void start(SandboxOptions options) {
    close();
    sandbox =
        Sandbox.start(
            options
                .withPort(0)
                .withClock(new SettableClock())
                .withDefinition("welcome", "Hello %%firstname%%, %%_system%% %%=v(@x)=%%"));
    caller = new Caller(sandbox).signedIn();
  }

  @AfterEach
  void close() {
    if (sandbox != null) {
      sandbox.close();
    }
  }

  @Test
  void shows_everything_that_arrived_but_the_token() {
    CallerReply sent = caller.send("k 1");
    CallerReply listed = caller.get("/sandbox/messages");
    JsonNode message = listed.json().at("/messages/0");
    assertThat(message.get("messageKey").textValue()).isEqualTo("k 1");
    assertThat(message.get("definitionKey").textValue()).isEqualTo("welcome");
    assertThat(message.get("contactKey").textValue()).isEqualTo("c1");
    assertThat(message.get("to").textValue()).isEqualTo("4915112345678");
    assertThat(message.get("attributes").toString()).isEqualTo("{\"FirstName\":\"Ada\"}");
    assertThat(message.get("text").textValue()).isEqualTo("Hello Ada, %%_system%% %%=v(@x)=%%");
    assertThat(message.get("message").isNull()).isTrue();
    assertThat(message.get("requestId")).isEqualTo(sent.json().get("requestId"));
    assertThat(message.get("receivedAt").textValue()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(message.get("times").intValue()).isEqualTo(1);
    assertThat(message.get("path").textValue()).isEqualTo(Caller.MESSAGES + "k%201");
    assertThat(message.at("/headers/content-type").textValue()).isEqualTo("application/json");
    assertThat(message.get("headers").has("authorization")).isFalse();
    assertThat(listed.text()).doesNotContain(caller.token);
    assertThat(message.has("body")).isFalse();
    assertThat(caller.arrived("k 1").get("body").textValue()).isEqualTo(Caller.good());
    assertThat(listed.json().get("count").intValue()).isEqualTo(1);
    assertThat(listed.json().get("calls").intValue()).isEqualTo(1);
    assertThat(listed.json().get("tokens").intValue()).isEqualTo(1);
  }

  @Test
  void prefers_the_text_of_the_request() {
    caller.send(
        "k1",
        Caller.good().replaceFirst("}}}$", "}},\"content\":{\"message\":\"Bye %%FIRSTNAME%%\"}}"));
    assertThat(caller.arrived("k1").get("text").textValue()).isEqualTo("Bye Ada");
    assertThat(caller.arrived("k1").get("message").textValue()).isEqualTo("Bye %%FIRSTNAME%%");
  }

  @Test
  void counts_refused_calls_but_lists_only_what_was_accepted() {
    caller.send("k1");
    caller.send("k1");
    caller.send("k2", "{");
    JsonNode listed = caller.get("/sandbox/messages").json();
    assertThat(listed.get("calls").intValue()).isEqualTo(3);
    assertThat(listed.get("count").intValue()).isEqualTo(1);
    assertThat(caller.arrived("k2").isMissingNode()).isTrue();
    JsonNode calls = caller.get("/sandbox/calls").json();
    assertThat(calls.get("total").intValue()).isEqualTo(4);
    assertThat(calls.at("/send/calls").intValue()).isEqualTo(3);
    assertThat(calls.at("/send/byStatus").toString()).isEqualTo("{\"202\":1,\"400\":2}");
    assertThat(calls.get("byStatus").toString()).isEqualTo("{\"200\":1,\"202\":1,\"400\":2}");
  }

  @Test
  void gives_pages_that_go_on_where_the_last_one_ended() {
    List<String> sent = IntStream.range(0, 25).mapToObj(i -> "k" + i).toList();
    sent.forEach(caller::send);
    List<String> seen = new ArrayList<>();
    String since = "0";
    int pages = 0;
    while (!since.isEmpty()) {
      JsonNode page = caller.get("/sandbox/messages?limit=10&since=" + since).json();
      assertThat(page.get("count").intValue()).isEqualTo(25);
      seen.addAll(page.get("messages").findValuesAsText("messageKey"));
      since = page.path("next").asText("");
      pages++;
    }
    assertThat(seen).isEqualTo(sent);
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void a_page_is_bounded_in_bytes() {
    String padding = "x".repeat(3_000_000);
    for (int i = 0; i < 5; i++) {
      assertThat(caller.send("k" + i, Caller.good().replace("Ada", padding)).status())
          .isEqualTo(202);
    }
    CallerReply page = caller.get("/sandbox/messages");
    assertThat(page.json().get("messages").size()).isBetween(1, 4);
    assertThat(page.json().get("count").intValue()).isEqualTo(5);
    assertThat(page.json().has("next")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"since=x", "since=-1", "limit=0", "limit=10001", "limit=x"})
  void refuses_a_page_that_cannot_be(String query) {
    assertThat(caller.get("/sandbox/messages?" + query).status()).isEqualTo(400);
  }

  @Test
  void forgets_on_demand_and_then_takes_the_keys_again() {
    caller.send("k1");
    long before = caller.arrived("k1").get("sequence").longValue();
    assertThat(caller.call("DELETE", "/sandbox/messages", null).status()).isEqualTo(204);
    assertThat(caller.get("/sandbox/messages").json().get("count").intValue()).isZero();
    assertThat(caller.get("/sandbox/calls").json().get("total").intValue()).isZero();
    assertThat(caller.send("k1").status()).isEqualTo(202);
    assertThat(caller.arrived("k1").get("times").intValue()).isEqualTo(1);
    assertThat(caller.arrived("k1").get("sequence").longValue()).isGreaterThan(before);
  }

  @Test
  void remembers_the_newest_keys_only() {
    start(SandboxOptions.defaults().withMaxMessages(3));
    IntStream.range(0, 5).forEach(i -> caller.send("k" + i));
    JsonNode listed = caller.get("/sandbox/messages").json();
    assertThat(listed.get("messages").findValuesAsText("messageKey"))
        .containsExactly("k2", "k3", "k4");
    assertThat(listed.get("forgotten").intValue()).isEqualTo(2);
    assertThat(caller.send("k0").status()).isEqualTo(202);
    assertThat(caller.send("k4").code()).isEqualTo(109110);
  }

  @Test
  void remembers_more_keys_than_the_first_memory_holds() {
    String recipients =
        IntStream.range(0, 500)
            .mapToObj(i -> "{\"contactKey\":\"c\",\"to\":\"49151\"}")
            .collect(Collectors.joining(","));
    for (int i = 0; i < 6; i++) {
      caller.sendMany("{\"definitionKey\":\"welcome\",\"recipients\":[" + recipients + "]}");
    }
    JsonNode listed = caller.get("/sandbox/messages?limit=10000").json();
    assertThat(listed.get("messages").findValues("sequence"))
        .extracting(JsonNode::intValue)
        .isEqualTo(IntStream.rangeClosed(1, 3000).boxed().toList());
  }

  @Test
  void forgets_the_detail_of_the_oldest_but_keeps_their_keys() {
    start(SandboxOptions.defaults().withMaxDetailBytes(2000));
    IntStream.range(0, 10).forEach(i -> caller.send("k" + i));
    assertThat(caller.count()).isEqualTo(10);
    assertThat(caller.arrived("k0").has("text")).isFalse();
    assertThat(caller.arrived("k0").get("times").intValue()).isEqualTo(1);
    assertThat(caller.arrived("k9").has("text")).isTrue();
    assertThat(caller.get(Caller.MESSAGES + "k0").status()).isEqualTo(200);
    assertThat(caller.send("k0").code()).isEqualTo(109110);
  }

  @Test
  void keeps_only_keys_if_configured() {
    start(SandboxOptions.defaults().withMaxDetailBytes(0));
    caller.send("k1");
    assertThat(caller.arrived("k1").get("times").intValue()).isEqualTo(1);
    assertThat(caller.arrived("k1").get("definitionKey").textValue()).isEqualTo("welcome");
    assertThat(caller.arrived("k1").has("to")).isFalse();
    assertThat(caller.send("k1").code()).isEqualTo(109110);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/sandbox", "/sandbox/"})
  void helps(String path) {
    CallerReply help = caller.get(path);
    assertThat(help.status()).isEqualTo(200);
    assertThat(help.json().get("paths").has("PUT /sandbox/faults")).isTrue();
    assertThat(help.json().get("definitions").toString()).isEqualTo("[\"welcome\"]");
  }

  @Test
  void says_what_it_does_not_have() {
    assertThat(caller.get("/sandbox/nothing").status()).isEqualTo(404);
    assertThat(caller.call("POST", "/sandbox/messages", "").status()).isEqualTo(405);
    assertThat(caller.call("POST", "/sandbox/faults", "[]").status()).isEqualTo(405);
    assertThat(caller.call("POST", "/sandbox/settings", "{}").status()).isEqualTo(405);
    assertThat(caller.call("PUT", "/sandbox/calls", "{}").header("Allow")).isEqualTo("GET");
  }

  @Test
  void settings_change_one_by_one_and_go_back() {
    caller.settings("{\"latencyMs\":1,\"duplicates\":202}");
    caller.settings("{\"idleSeconds\":0.5}");
    assertThat(caller.get("/sandbox/settings").text())
        .isEqualTo(
            "{\"duplicates\":\"202\",\"errorcode\":\"number\",\"codesAs\":\"4xx\","
                + "\"plus\":\"refuse\",\"restUrl\":\"full\",\"idleSeconds\":0.5,\"latencyMs\":1}");
    assertThat(caller.call("DELETE", "/sandbox/settings", null).json().get("latencyMs").intValue())
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"latencyMs\":-1}",
        "{\"latencyMs\":1.5}",
        "{\"duplicates\":\"500\"}",
        "{\"errorcode\":true}",
        "{\"idleSeconds\":\"5\"}",
        "{\"other\":1}",
        "[]",
        "{"
      })
  void refuses_settings_that_are_not_well_written(String body) {
    CallerReply reply = caller.call("PUT", "/sandbox/settings", body);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("message").textValue()).contains("xpected");
    assertThat(caller.get("/sandbox/settings").json().get("latencyMs").intValue()).isZero();
  }
}
