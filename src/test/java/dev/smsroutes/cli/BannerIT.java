package dev.smsroutes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.smsroutes.testing.RunningBundle;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BannerIT {
  @Test
  void tells_a_newcomer_what_to_show_where_callers_are_asked_who_they_are(@TempDir Path home) {
    try (RunningBundle running =
        RunningBundle.start(
            RunningBundle.withBroker(
                home,
                "sms.http.authentication",
                "api-key,jwt",
                "sms.http.jwt.issuer",
                "https://login.example.com",
                "sms.http.jwt.audience",
                "sms",
                "sms.http.jwt.jwks",
                "https://login.example.com/keys",
                "sms.http.keys-file",
                home.resolve("keys.json").toString(),
                "sms.http.token-key-file",
                home.resolve("token.key").toString(),
                "sms.jms.authentication",
                "users",
                "sms.jms.protocols",
                "STOMP",
                "sms.jms.queue",
                "requests",
                "sms.management.enabled",
                "true",
                "sms.management.port",
                "0",
                "sms.management.authentication",
                "api-key"))) {
      List<String> lines = Banner.lines(running.bundle());
      String management = "http://127.0.0.1:" + running.bundle().managementPort().orElseThrow();
      String broker = "127.0.0.1:" + running.bundle().broker().orElseThrow().port();

      assertThat(lines)
          .contains(
              "  HTTP     http://127.0.0.1:"
                  + running.port()
                  + "/messaging/v1/sms/messages/{messageKey}, for callers who show a key or a token"
                  + " of the issuer",
              "  JMS      " + broker + ", queue requests, for STOMP, with a login",
              "  page     " + management + "/, for callers who show a key",
              "  OpenAPI  " + management + "/api",
              "  health   " + management + "/observe/health",
              "  curl -i -H 'Content-Type: application/json' -H 'Authorization: Bearer KEY'"
                  + " -d @samples/http-one.json http://127.0.0.1:"
                  + running.port()
                  + "/messaging/v1/sms/messages/my-first");
      assertThat(lines)
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("login:ID\\npasscode:SECRET\\n", "destination:requests\\n"));
    }
  }

  @Test
  void has_nothing_to_paste_that_an_api_could_send() {
    try (RunningBundle sandbox = RunningBundle.start();
        RunningBundle running =
            RunningBundle.start(
                "sms.api.url", sandbox.bundle().sandbox().orElseThrow().url(),
                "sms.api.client-id", "id",
                "sms.api.client-secret", "secret")) {
      assertThat(Banner.lines(running.bundle()))
          .contains("  SMS API  " + sandbox.bundle().sandbox().orElseThrow().url())
          .contains("  JMS      off")
          .noneMatch(line -> line.contains("curl"));
    }
  }
}
