package dev.smsroutes.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.smsroutes.faults.Told.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers against a gateway that answers what it is told to. */
@Timeout(60)
class HttpCallersTest {
  private static final Request REQUEST = Request.inOrder("r");
  private static final String ACCEPTED = "{\"errorcode\":0,\"responses\":[{\"messageKey\":\"r\"}]}";

  private record Scripted(int status, String body) {}

  private final Notebook notebook = new Notebook();
  private final Deque<Scripted> script = new ArrayDeque<>();
  private HttpServer gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext("/", this::answer);
    gateway.start();
    notebook.requested(REQUEST);
  }

  @AfterEach
  void stop() {
    gateway.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    Scripted next = script.size() > 1 ? script.remove() : script.element();
    if (next.status() > 0) {
      byte[] body = next.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Retry-After", "3600");
      exchange.sendResponseHeaders(next.status(), body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private HttpCallers callers(boolean queued, Duration patience) {
    return new HttpCallers(
        "h",
        notebook,
        key -> "http://127.0.0.1:" + gateway.getAddress().getPort() + "/" + key,
        new HttpCallers.Options(
            0, queued, Habits.SIMPLE, Duration.ofSeconds(5), patience, Duration.ofMillis(10)),
        new SplittableRandom(1));
  }

  private boolean ask(Duration patience) {
    try (HttpCallers callers = callers(false, patience)) {
      return callers.ask(REQUEST, new SplittableRandom(1));
    }
  }

  private List<Told> told() {
    return notebook.find("r").orElseThrow().told();
  }

  @Test
  void repeats_a_request_until_it_is_accepted() {
    for (int status : new int[] {503, 500, 0, 401, 403}) {
      script.add(new Scripted(status, ""));
    }
    script.add(new Scripted(202, ACCEPTED));

    assertThat(ask(Duration.ofSeconds(30))).isTrue();

    assertThat(told()).containsExactly(Told.accepted("HTTP"));
    assertThat(notebook.acknowledged()).isEqualTo(1);
    assertThat(notebook.counts())
        .containsEntry("repeated", 5L)
        .containsEntry("broken connections", 1L)
        .containsEntry("HTTP 503", 1L);
    assertThat(notebook.complaints()).isEmpty();
  }

  @Test
  void takes_400_as_the_last_word() {
    script.add(new Scripted(400, "{\"errorcode\":109110}"));

    assertThat(ask(Duration.ofSeconds(30))).isFalse();

    assertThat(told()).containsExactly(Told.refused(109110, "HTTP"));
    assertThat(notebook.acknowledged()).isZero();
  }

  @Test
  void complains_about_an_answer_that_the_contract_does_not_know_and_repeats() {
    script.add(new Scripted(404, "{\"errorcode\":30003}"));
    script.add(new Scripted(202, ACCEPTED));

    assertThat(ask(Duration.ofSeconds(30))).isTrue();

    assertThat(notebook.complaints()).singleElement().asString().contains("404");
  }

  @Test
  void complains_about_a_202_that_names_another_key() {
    script.add(new Scripted(202, ACCEPTED.replace("\"r\"", "\"other\"")));

    ask(Duration.ofSeconds(30));

    assertThat(notebook.complaints()).hasSize(1);
  }

  @Test
  void gives_up_in_the_end() {
    script.add(new Scripted(503, ""));

    assertThat(ask(Duration.ofMillis(1))).isFalse();

    assertThat(told()).isEmpty();
    assertThat(notebook.counted("gave up")).isEqualTo(1);
  }

  @Test
  void asks_for_the_outcome_of_what_was_only_queued() {
    script.add(new Scripted(202, ACCEPTED));
    script.add(new Scripted(404, "{}"));
    script.add(new Scripted(200, "{\"eventCategoryType\":\"TransactionalSendEvents.SmsQueued\"}"));
    script.add(new Scripted(200, "{\"eventCategoryType\":\"TransactionalSendEvents.SmsSent\"}"));
    try (HttpCallers callers = callers(true, Duration.ofSeconds(30))) {
      callers.ask(REQUEST, new SplittableRandom(1));
      assertThat(notebook.acknowledged()).isEqualTo(1);

      callers.stop();
      await().until(callers::isDrained);
    }
    assertThat(told()).singleElement().matches(told -> told.is(State.ACCEPTED));
    assertThat(notebook.complaints()).isEmpty();
  }
}
