package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.smsroutes.sandbox.Caller.CallerReply;
import dev.smsroutes.testing.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionsIT {
  private static final String ONE = Caller.DEFINITIONS + "/";

  @TempDir Path directory;
  private final SettableClock clock = new SettableClock();
  private Sandbox sandbox;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(
        directory.resolve("a.json"),
        "{\"definitionKey\":\"a\",\"name\":\"A\",\"content\":{\"message\":\"Hi %%x%%\"}}");
    Files.writeString(
        directory.resolve("b.yaml"),
        "definitionKey: b\nstatus: Inactive\ncontent:\n  message: Later\n");
    Files.writeString(
        directory.resolve("c.transactionalSMS-meta.json"),
        "{\"definitionKey\":\"c\",\"status\":\"Active\"}");
    Files.writeString(directory.resolve("c.transactionalSMS-meta.amp"), "\uFEFFOne\r\nTwo\r\n");
    Files.writeString(directory.resolve("readme.txt"), "not a definition");
    sandbox =
        Sandbox.start(
            SandboxOptions.defaults()
                .withPort(0)
                .withClock(clock)
                .withDefinitionsDirectory(directory)
                .withDefinition("welcome", "Hello"));
    caller = new Caller(sandbox).signedIn();
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void takes_the_text_from_the_file_next_to_it() {
    assertThat(caller.get(Caller.DEFINITIONS + "/c").json().at("/content/message").textValue())
        .isEqualTo("One\nTwo");
  }

  @Test
  void lists_them_in_pages_without_text() {
    JsonNode all = caller.get(Caller.DEFINITIONS).json();
    assertThat(all.get("requestId").textValue()).isNotBlank();
    assertThat(all.get("count").intValue()).isEqualTo(4);
    assertThat(all.get("page").intValue()).isEqualTo(1);
    assertThat(all.get("pageSize").intValue()).isEqualTo(50);
    assertThat(all.get("definitions").findValuesAsText("definitionKey"))
        .containsExactly("a", "b", "c", "welcome");
    assertThat(all.toString()).doesNotContain("content").doesNotContain("Hello");

    JsonNode second = caller.get(Caller.DEFINITIONS + "/?$page=2&%24pagesize=2").json();
    assertThat(second.get("definitions").findValuesAsText("definitionKey"))
        .containsExactly("c", "welcome");
    assertThat(second.get("count").intValue()).isEqualTo(4);
    assertThat(caller.get(Caller.DEFINITIONS + "?$page=9").json().get("definitions")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"$page=0", "$page=x", "$pagesize=0", "$pagesize=501"})
  void refuses_a_page_that_cannot_be(String query) {
    assertThat(caller.get(Caller.DEFINITIONS + "?" + query).code()).isEqualTo(10005);
  }

  @Test
  void gives_one_with_its_text() {
    JsonNode one = caller.get(ONE + "a").json();
    assertThat(one.at("/content/message").textValue()).isEqualTo("Hi %%x%%");
    assertThat(one.get("status").textValue()).isEqualTo("Active");
    assertThat(one.get("name").textValue()).isEqualTo("A");
    assertThat(one.get("requestId").textValue()).isNotBlank();
    CallerReply unknown = caller.get(ONE + "other");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.code()).isEqualTo(30003);
  }

  @Test
  void creates_changes_and_deletes_them() {
    String created = "{\"definitionKey\":\"n/1\",\"content\":{\"message\":\"one\"}}";
    assertThat(caller.call("POST", Caller.DEFINITIONS, created).status()).isEqualTo(201);
    CallerReply again = caller.call("POST", Caller.DEFINITIONS, created);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.code()).isEqualTo(30004);

    CallerReply changed =
        caller.call(
            "PATCH",
            ONE + "n%2F1",
            "{\"definitionKey\":\"x\",\"content\":{\"message\":\"two\"},\"name\":\"N\"}");
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.json().get("definitionKey").textValue()).isEqualTo("n/1");
    assertThat(caller.get(ONE + "n%2F1").json().at("/content/message").textValue())
        .isEqualTo("two");
    assertThat(caller.call("PATCH", ONE + "other", "{}").status()).isEqualTo(404);
    assertThat(caller.call("PATCH", ONE + "a", "{\"content\":7}").status()).isEqualTo(400);

    assertThat(caller.call("DELETE", ONE + "n%2F1", null).status()).isEqualTo(200);
    assertThat(caller.call("DELETE", ONE + "n%2F1", null).status()).isEqualTo(404);
    assertThat(caller.call("POST", Caller.DEFINITIONS, "{}").code()).isEqualTo(10002);
    assertThat(caller.call("POST", Caller.DEFINITIONS, "{").code()).isEqualTo(10004);
    assertThat(caller.call("POST", ONE + "a", "{}").status()).isEqualTo(405);
  }

  @Test
  void a_message_keeps_the_text_that_its_definition_had() {
    caller.send("k1");
    caller.call("PATCH", ONE + "welcome", "{\"content\":{\"message\":\"Changed\"}}");
    caller.send("k2");
    assertThat(caller.arrived("k1").get("text").textValue()).isEqualTo("Hello");
    assertThat(caller.arrived("k2").get("text").textValue()).isEqualTo("Changed");
  }

  @Test
  void an_inactive_definition_accepts_and_queues() {
    String body = Caller.good().replace("welcome", "b");
    assertThat(caller.send("k1", body).status()).isEqualTo(202);
    assertThat(caller.arrived("k1").get("queued").booleanValue()).isTrue();
    assertThat(status("k1").json().get("eventCategoryType").textValue())
        .isEqualTo("TransactionalSendEvents.SmsQueued");
  }

  private CallerReply status(String key) {
    return caller.get(Caller.MESSAGES + key);
  }

  @Test
  void gives_the_status_of_a_message_for_three_days() {
    caller.send("k1");
    JsonNode sent = status("k1").json();
    assertThat(sent.get("requestId").textValue()).isNotBlank();
    assertThat(sent.get("eventCategoryType").textValue())
        .isEqualTo("TransactionalSendEvents.SmsSent");
    assertThat(sent.get("timestamp").textValue()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(sent.get("messageKey").textValue()).isEqualTo("k1");
    assertThat(sent.get("contactKey").textValue()).isEqualTo("c1");
    assertThat(sent.get("to").textValue()).isEqualTo("4915112345678");
    assertThat(sent.get("statusCode").textValue()).isEqualTo("2000");
    assertThat(status("other").status()).isEqualTo(404);
    assertThat(status("other").code()).isEqualTo(30003);

    clock.forward(Duration.ofDays(3));
    caller.signedIn();
    assertThat(status("k1").status()).isEqualTo(200);
    clock.forward(Duration.ofMillis(1));
    assertThat(status("k1").status()).isEqualTo(404);
  }

  @Test
  void the_page_of_what_was_not_sent_is_empty() {
    JsonNode page = caller.get(Caller.MESSAGES + "?type=notSent&$pagesize=20&lastEventId=0").json();
    assertThat(page.get("count").intValue()).isZero();
    assertThat(page.get("messages")).isEmpty();
    assertThat(caller.get(Caller.MESSAGES).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bad.json | { | not well-formed at line 1",
        "bad.yaml | 'a: [' | not well-formed at line",
        "bad.json | [] | expected an object",
        "bad.json | {} | definitionKey: expected a text",
        "bad.yaml | 'definitionKey: x' | content.message: expected a text",
        "z.yml | '{definitionKey: a, content: {message: x}}' | 'a' is defined twice"
      })
  void a_bad_file_stops_the_start_with_its_name(String name, String text, String reason)
      throws IOException {
    Files.writeString(directory.resolve(name), text);
    SandboxOptions options =
        SandboxOptions.defaults().withPort(0).withDefinitionsDirectory(directory);
    assertThatThrownBy(() -> Sandbox.start(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(directory.resolve(name).toString())
        .hasMessageContaining(reason);
  }

  @Test
  void a_directory_that_is_not_there_stops_the_start() {
    Path none = directory.resolve("none");
    SandboxOptions options = SandboxOptions.defaults().withPort(0).withDefinitionsDirectory(none);
    assertThatThrownBy(() -> Sandbox.start(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(none.toString());
  }
}
