package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.sandbox.Caller.CallerReply;
import dev.smsroutes.testing.SettableClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenIT {
  private final SettableClock clock = new SettableClock();
  private Sandbox sandbox;
  private Caller caller;

  @BeforeEach
  void start() {
    sandbox =
        Sandbox.start(
            SandboxOptions.defaults()
                .withPort(0)
                .withClock(clock)
                .withCredentials("id", "secret", "42")
                .withDefinition("welcome", "Hello"));
    caller = new Caller(sandbox);
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  private CallerReply ask(String grant, String id, String secret, String account) {
    return caller.call(
        "POST",
        "/v2/token",
        """
        {"grant_type":"%s","client_id":"%s","client_secret":"%s","account_id":"%s"}"""
            .formatted(grant, id, secret, account));
  }

  private CallerReply ask() {
    return ask("client_credentials", "id", "secret", "42");
  }

  @Test
  void gives_a_token_for_the_right_credentials() {
    CallerReply reply = ask();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().get("access_token").textValue()).hasSizeGreaterThan(20);
    assertThat(reply.json().get("token_type").textValue()).isEqualTo("Bearer");
    assertThat(reply.json().get("expires_in").intValue()).isEqualTo(1080);
    assertThat(reply.json().get("rest_instance_url").textValue()).isEqualTo(sandbox.url() + "/");
    assertThat(reply.json().has("scope")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"other,secret,42", "id,other,42", "id,secret,43", "'',secret,42", "id,'',42"})
  void refuses_wrong_credentials(String id, String secret, String account) {
    CallerReply reply = ask("client_credentials", id, secret, account);
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.json().get("error").textValue()).isEqualTo("invalid_client");
    assertThat(reply.json().has("error_description")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"password", ""})
  void refuses_another_grant_type(String grant) {
    CallerReply reply = ask(grant, "id", "secret", "42");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("error").textValue()).isEqualTo("unsupported_grant_type");
  }

  @Test
  void refuses_a_body_that_is_not_json() {
    CallerReply reply = caller.call("POST", "/v2/token", "grant_type=client_credentials");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().get("error").textValue()).isEqualTo("invalid_request");
  }

  @Test
  void accepts_any_credentials_if_none_are_configured() {
    try (Sandbox open = Sandbox.start(SandboxOptions.defaults().withPort(0))) {
      Caller other = new Caller(open);
      assertThat(other.askForToken().status()).isEqualTo(200);
      assertThat(
              other
                  .call(
                      "POST",
                      "/v2/token",
                      "{\"grant_type\":\"client_credentials\",\"client_id\":\"id\"}")
                  .status())
          .isEqualTo(401);
    }
  }

  @Test
  void several_tokens_are_valid_side_by_side() {
    String first = ask().json().get("access_token").textValue();
    String second = ask().json().get("access_token").textValue();
    assertThat(first).isNotEqualTo(second);
    caller.token = first;
    assertThat(caller.send("a").status()).isEqualTo(202);
    caller.token = second;
    assertThat(caller.send("b").status()).isEqualTo(202);
  }

  @Test
  void a_token_expires_by_the_clock() {
    caller.token = ask().json().get("access_token").textValue();
    clock.forward(Duration.ofMinutes(20).minusMillis(1));
    assertThat(caller.send("a").status()).isEqualTo(202);
    clock.forward(Duration.ofMillis(1));
    assertThat(caller.send("b").status()).isEqualTo(401);
  }

  @Test
  void every_route_of_the_api_needs_a_valid_token() {
    for (String token : new String[] {"", "wrong"}) {
      caller.token = token;
      for (String path :
          new String[] {
            Caller.MESSAGES, Caller.MESSAGES + "k", Caller.DEFINITIONS, "/messaging/v1/other"
          }) {
        CallerReply reply = caller.get(path);
        assertThat(reply.status()).as(path).isEqualTo(401);
        assertThat(reply.text())
            .isEqualTo("{\"message\":\"Not Authorized\",\"errorcode\":0,\"documentation\":\"\"}");
      }
    }
  }

  @Test
  void refuses_a_token_in_the_url() {
    caller.token = ask().json().get("access_token").textValue();
    CallerReply reply =
        caller.call("POST", Caller.MESSAGES + "k?access_token=" + caller.token, Caller.good());
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.code()).isEqualTo(40004);
  }

  @Test
  void counts_the_token_requests() {
    ask();
    ask("client_credentials", "id", "wrong", "42");
    assertThat(caller.get("/sandbox/messages").json().get("tokens").intValue()).isEqualTo(2);
    assertThat(caller.get("/sandbox/calls").json().at("/token/byStatus").toString())
        .isEqualTo("{\"200\":1,\"401\":1}");
  }

  @ParameterizedTest
  @CsvSource({"full,http://,/", "noSlash,http://,''", "noScheme,'',''"})
  void writes_the_instance_url_as_switched(String how, String before, String after) {
    caller.settings("{\"restUrl\":\"" + how + "\"}");
    assertThat(ask().json().get("rest_instance_url").textValue())
        .isEqualTo(before + "127.0.0.1:" + sandbox.port() + after);
  }
}
