package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.sandbox.Caller.CallerReply;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultsIT {
  private Sandbox sandbox;
  private Caller caller;

  @BeforeEach
  void start() {
    sandbox =
        Sandbox.start(SandboxOptions.defaults().withPort(0).withDefinition("welcome", "Hello"));
    caller = new Caller(sandbox).signedIn();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  private boolean arrived(String key) {
    return !caller.arrived(key).isMissingNode();
  }

  @Test
  void a_status_with_a_body_replaces_the_answer() {
    caller.faults(
        """
        [{"calls":1,"status":418,"body":"short and stout","contentType":"text/plain",
          "headers":{"X-Pot":"tea"}}]""");
    CallerReply reply = caller.send("k1");
    assertThat(reply.status()).isEqualTo(418);
    assertThat(reply.text()).isEqualTo("short and stout");
    assertThat(reply.header("Content-Type")).isEqualTo("text/plain");
    assertThat(reply.header("X-Pot")).isEqualTo("tea");
    assertThat(arrived("k1")).isFalse();
    assertThat(caller.send("k1").status()).as("only the next call").isEqualTo(202);
  }

  @Test
  void a_body_may_be_json() {
    caller.faults("[{\"status\":202,\"body\":{\"a\":[1]}}]");
    assertThat(caller.send("k1").text()).isEqualTo("{\"a\":[1]}");
  }

  @ParameterizedTest
  @CsvSource({
    "400,10000",
    "401,0",
    "403,20001",
    "404,30003",
    "429,50100",
    "500,30000",
    "502,30000",
    "503,50300",
    "504,30000"
  })
  void a_status_without_body_gets_the_apis_body(int status, int code) {
    caller.faults("[{\"status\":" + status + "}]");
    CallerReply reply = caller.send("k1");
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.json().has("message")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "50100,429,1",
    "50200,429,''",
    "50300,503,1",
    "40002,403,''",
    "40004,401,''",
    "20001,403,''",
    "10000,400,''",
    "30000,500,''",
    "30003,404,''",
    "109110,400,''",
    "109001,202,''",
    "987654,400,''"
  })
  void a_code_brings_its_status(int code, int status, String retryAfter) {
    caller.faults("[{\"code\":" + code + "}]");
    CallerReply reply = caller.send("k1");
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.header("Retry-After")).isEqualTo(retryAfter);
    assertThat(arrived("k1")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "7,7,7",
    "'\"7\"',7,7",
    "'\"Wed, 21 Oct 2026 07:28:00 GMT\"',Wed,0",
    "'\"soon\"',soon,0"
  })
  void sends_retry_after_in_header_and_body(String given, String header, int body) {
    caller.faults("[{\"retryAfter\":" + given + "}]");
    CallerReply reply = caller.send("k1");
    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.header("Retry-After")).startsWith(header);
    assertThat(reply.json().path("retryAfter").asInt(0)).isEqualTo(body);
    caller.faults("[{\"code\":50300,\"retryAfter\":" + given + "}]");
    assertThat(caller.send("k1").status()).isEqualTo(503);
  }

  @Test
  void latency_only_delays_a_call() {
    caller.faults("[{\"calls\":1,\"latencyMs\":300}]");
    long start = System.nanoTime();
    assertThat(caller.send("k1").status()).isEqualTo(202);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(299));
    assertThat(arrived("k1")).isTrue();
  }

  @Test
  void accepts_a_call_whose_caller_gave_up() throws Exception {
    caller.faults("[{\"calls\":1,\"latencyMs\":600}]");
    HttpRequest hasty =
        HttpRequest.newBuilder(
                caller.request("POST", Caller.MESSAGES + "k1", Caller.good()), (n, v) -> true)
            .timeout(Duration.ofMillis(100))
            .build();
    assertThatThrownBy(() -> caller.http.send(hasty, HttpResponse.BodyHandlers.ofString()))
        .isInstanceOf(HttpTimeoutException.class);
    await().atMost(Duration.ofSeconds(10)).until(() -> arrived("k1"));
  }

  @Test
  void all_tokens_expire() {
    caller.faults("[{\"calls\":1,\"expireTokens\":true}]");
    String old = caller.token;
    assertThat(caller.send("k1").status()).isEqualTo(401);
    assertThat(caller.send("k1").status()).as("still").isEqualTo(401);
    caller.signedIn();
    assertThat(caller.token).isNotEqualTo(old);
    assertThat(caller.send("k1").status()).isEqualTo(202);
  }

  @ParameterizedTest
  @CsvSource({"before,false", "after,true"})
  void drops_the_reply_before_or_after_accepting(String when, boolean accepted) {
    caller.faults("[{\"dropReply\":\"" + when + "\"}]");

    assertThatThrownBy(() -> caller.tryCall("POST", Caller.MESSAGES + "k1", Caller.good()))
        .isInstanceOf(IOException.class);
    assertThat(arrived("k1")).isEqualTo(accepted);
    assertThat(caller.get("/sandbox/calls").json().at("/send/byStatus/dropped").intValue())
        .isGreaterThanOrEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"true,true", "'\"after\"',true", "'\"before\"',false"})
  void hangs_and_never_answers(String hang, boolean accepted) {
    caller.faults("[{\"calls\":1,\"hang\":" + hang + "}]");
    CompletableFuture<HttpResponse<String>> hanging =
        caller.callLater("POST", Caller.MESSAGES + "k1", Caller.good());
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> caller.get("/sandbox/calls").json().at("/send/byStatus").has("hanging"));
    assertThat(arrived("k1")).isEqualTo(accepted);
    assertThat(hanging).isNotDone();
    hanging.cancel(true);
  }

  @Test
  void answers_in_html_like_a_proxy() {
    caller.faults("[{\"calls\":1,\"nonJson\":true},{\"nonJson\":true,\"status\":202}]");
    CallerReply reply = caller.send("k1");
    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.header("Content-Type")).startsWith("text/html");
    assertThat(reply.text()).startsWith("<!DOCTYPE html>");
    assertThat(caller.send("k1").status()).isEqualTo(202);
    assertThat(arrived("k1")).isFalse();
  }

  @Test
  void accepts_and_says_otherwise() {
    caller.faults("[{\"calls\":1,\"status\":500,\"accept\":true}]");
    assertThat(caller.send("k1").status()).isEqualTo(500);
    assertThat(arrived("k1")).isTrue();
    assertThat(caller.send("k1").code()).isEqualTo(109110);
  }

  @Test
  void sends_a_huge_body() throws Exception {
    long huge = 300L << 20;
    caller.faults("[{\"status\":202,\"hugeBody\":" + huge + "}]");
    HttpResponse<InputStream> response =
        caller.http.send(
            caller.request("POST", Caller.MESSAGES + "k1", Caller.good()),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(202);
    long read = 0;
    byte[] start = response.body().readNBytes(12);
    read += start.length;
    byte[] buffer = new byte[1 << 16];
    for (int n; (n = response.body().read(buffer)) > 0; ) {
      read += n;
    }
    assertThat(new String(start, StandardCharsets.UTF_8)).isEqualTo("{\"message\":\"");
    assertThat(read).isEqualTo(huge);
  }

  @Test
  void extra_headers_join_the_usual_answer() {
    caller.faults("[{\"headers\":{\"Connection\":\"close\",\"X-A\":\"b\"}}]");
    CallerReply reply = caller.send("k1");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.header("X-A")).isEqualTo("b");
    assertThat(arrived("k1")).isTrue();
  }

  @Test
  void meets_only_keys_that_match() {
    caller.faults("[{\"key\":\"^bad-\\\\d+$\",\"status\":500}]");
    assertThat(caller.send("good").status()).isEqualTo(202);
    assertThat(caller.send("bad-1").status()).isEqualTo(500);
    assertThat(caller.send("not bad-1").status()).isEqualTo(202);
    CallerReply many =
        caller.sendMany(
            """
            {"definitionKey":"welcome","recipients":[
             {"contactKey":"c","to":"49151","messageKey":"fine"},
             {"contactKey":"c","to":"49151","messageKey":"bad-7"}]}""");
    assertThat(many.status()).isEqualTo(500);
    assertThat(caller.sendMany("{").status()).isEqualTo(400);
  }

  @Test
  void meets_sends_tokens_or_any_call() {
    caller.faults("[{\"status\":500}]");
    assertThat(caller.send("k1").status()).isEqualTo(500);
    assertThat(caller.get(Caller.DEFINITIONS).status()).isEqualTo(200);
    assertThat(caller.askForToken().status()).isEqualTo(200);
    caller.faults("[{\"on\":\"token\",\"status\":500}]");
    assertThat(caller.send("k1").status()).isEqualTo(202);
    assertThat(caller.askForToken().status()).isEqualTo(500);
    caller.faults("[{\"on\":\"any\",\"status\":500}]");
    assertThat(caller.send("k2").status()).isEqualTo(500);
    assertThat(caller.askForToken().status()).isEqualTo(500);
    assertThat(caller.get(Caller.DEFINITIONS).status()).isEqualTo(500);
    assertThat(caller.get("/sandbox/faults").status()).isEqualTo(200);
  }

  @Test
  void a_401_for_a_token_has_its_own_shape() {
    caller.faults("[{\"on\":\"token\",\"status\":401}]");
    assertThat(caller.askForToken().json().get("error").textValue()).isEqualTo("invalid_client");
  }

  @Test
  void uses_the_first_fault_that_applies_to_a_call() {
    caller.faults("[{\"calls\":2,\"status\":500},{\"calls\":1,\"status\":503}]");
    assertThat(IntStream.range(0, 4).mapToObj(i -> caller.send("k" + i).status()))
        .containsExactly(500, 500, 503, 202);
    JsonNode shown = caller.get("/sandbox/faults").json();
    assertThat(shown.at("/0/remaining").intValue()).isZero();
    assertThat(shown.at("/0/met").intValue()).isEqualTo(2);
    assertThat(shown.at("/1/status").intValue()).isEqualTo(503);
  }

  @Test
  void the_same_seed_selects_the_same_calls() {
    List<Integer> first = withSeed("a", 7);
    assertThat(withSeed("b", 7)).isEqualTo(first);
    assertThat(withSeed("c", 8)).isNotEqualTo(first);
    assertThat(first.stream().filter(status -> status == 500).count()).isBetween(10L, 50L);
  }

  private List<Integer> withSeed(String prefix, int seed) {
    caller.faults("[{\"share\":0.3,\"seed\":" + seed + ",\"status\":500}]");
    return IntStream.range(0, 100).mapToObj(i -> caller.send(prefix + i).status()).toList();
  }

  @Test
  void shows_a_generated_seed() {
    caller.faults("[{\"share\":0.5,\"status\":500}]");
    assertThat(caller.get("/sandbox/faults").json().at("/0/seed").isIntegralNumber()).isTrue();
  }

  @Test
  void an_empty_array_or_a_delete_ends_all_faults() {
    caller.faults("[{\"status\":500}]");
    caller.faults("[]");
    assertThat(caller.send("k1").status()).isEqualTo(202);
    caller.faults("[{\"status\":500}]");
    assertThat(caller.call("DELETE", "/sandbox/faults", null).text()).isEqualTo("[]");
    assertThat(caller.send("k2").status()).isEqualTo(202);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | faults: expected an array; got {}",
        "[ | expected well-formed JSON; it breaks at line 1",
        "[7] | faults[0]: expected an object; got 7",
        "[{}] | faults[0]: expected an effect",
        "[{'calls':1}] | faults[0]: expected an effect",
        "[{'status':500},{'sttus':500}] | faults[1].sttus: unknown field; expected one of",
        "[{'status':'500'}] | faults[0].status: expected a whole number from 200 to 599; got",
        "[{'status':99}] | faults[0].status: expected a whole number from 200 to 599; got 99",
        "[{'status':500,'calls':0}] | faults[0].calls: expected a whole number from 1",
        "[{'status':500,'share':7}] | faults[0].share: expected a number from 0 to 1; got 7",
        "[{'status':500,'on':'all'}] | faults[0].on: expected one of `send`, `token`, `any`",
        "[{'status':500,'key':'('}] | faults[0].key: expected a regular expression; got",
        "[{'latencyMs':-1}] | faults[0].latencyMs: expected a whole number from 0",
        "[{'retryAfter':1.5}] | faults[0].retryAfter: expected seconds",
        "[{'expireTokens':'yes'}] | faults[0].expireTokens: expected true or false; got",
        "[{'dropReply':true}] | faults[0].dropReply: expected one of",
        "[{'dropReply':'after','status':500}] | faults[0].status: expected none with dropReply",
        "[{'dropReply':'after','hang':true}] | faults[0].hang: expected none with dropReply",
        "[{'accept':true}] | faults[0].accept: expected only with an answer",
        "[{'nonJson':true,'body':'x'}] | faults[0].body: expected none with nonJson",
        "[{'headers':{'a b':'x'}}] | faults[0].headers: expected an object of names and texts",
        "[{'headers':{'a':'x\\r\\ny'}}] | faults[0].headers: expected printable ASCII",
        "[{'hugeBody':-1}] | faults[0].hugeBody: expected a whole number from 0",
        "[{'code':0}] | faults[0].code: expected a whole number from 1"
      })
  void names_the_faulty_field_and_changes_nothing(String body, String message) {
    caller.faults("[{\"status\":503}]");
    CallerReply reply = caller.call("PUT", "/sandbox/faults", body.replace('\'', '"'));
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("message").textValue().replace('"', '`')).contains(message);
    assertThat(caller.send("k1").status()).isEqualTo(503);
  }
}
