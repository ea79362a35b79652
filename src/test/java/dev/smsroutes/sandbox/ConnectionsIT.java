package dev.smsroutes.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionsIT {
  private static final SandboxOptions ANY_PORT =
      SandboxOptions.defaults().withPort(0).withDefinition("welcome", "Hello");

  @Test
  void serves_1000_slow_calls_at_once() throws Exception {
    try (Sandbox sandbox = Sandbox.start(ANY_PORT.withLatency(Duration.ofMillis(100)))) {
      Caller caller = new Caller(sandbox).signedIn();
      List<CompletableFuture<HttpResponse<String>>> calls =
          IntStream.range(0, 1000)
              .mapToObj(i -> caller.callLater("POST", Caller.MESSAGES + "k" + i, Caller.good()))
              .toList();
      for (CompletableFuture<HttpResponse<String>> call : calls) {
        assertThat(call.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
      }
      assertThat(caller.count()).isEqualTo(1000);
    }
  }

  @Test
  void a_key_raced_by_many_is_accepted_once() throws Exception {
    try (Sandbox sandbox = Sandbox.start(ANY_PORT.withEventLoops(4))) {
      Caller caller = new Caller(sandbox).signedIn();
      List<CompletableFuture<HttpResponse<String>>> calls =
          IntStream.range(0, 200)
              .mapToObj(i -> caller.callLater("POST", Caller.MESSAGES + "same", Caller.good()))
              .toList();
      int accepted = 0;
      for (CompletableFuture<HttpResponse<String>> call : calls) {
        accepted += call.get(30, TimeUnit.SECONDS).statusCode() == 202 ? 1 : 0;
      }
      assertThat(accepted).isEqualTo(1);
      assertThat(caller.arrived("same").get("times").intValue()).isEqualTo(1);
      assertThat(caller.arrived("same").get("duplicates").intValue()).isEqualTo(199);
    }
  }

  @Test
  void closes_an_idle_connection_but_never_a_slow_call() throws IOException {
    try (Sandbox sandbox =
        Sandbox.start(
            ANY_PORT
                .withIdleTimeout(Duration.ofMillis(300))
                .withLatency(Duration.ofMillis(1200)))) {
      Caller caller = new Caller(sandbox).signedIn();
      try (Socket socket = new Socket("127.0.0.1", sandbox.port())) {
        socket.setSoTimeout(10_000);
        long start = System.nanoTime();
        write(socket, caller.token, "k1");
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(answer).startsWith("HTTP/1.1 202 ");
        assertThat(took).isGreaterThan(Duration.ofMillis(1490)).isLessThan(Duration.ofSeconds(5));
      }
    }
  }

  @Test
  void keeps_idle_connections_if_configured() throws IOException {
    try (Sandbox sandbox = Sandbox.start(ANY_PORT.withIdleTimeout(Duration.ofMillis(100)))) {
      Caller caller = new Caller(sandbox).signedIn();
      caller.settings("{\"idleSeconds\":0}");
      try (Socket socket = new Socket("127.0.0.1", sandbox.port())) {
        socket.setSoTimeout(600);
        assertThatThrownBy(() -> socket.getInputStream().read()).hasMessageContaining("timed out");
        write(socket, caller.token, "k1");
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }
    }
  }

  @Test
  void closes_connections_without_a_complete_request() throws IOException {
    try (Sandbox sandbox =
        Sandbox.start(
            ANY_PORT
                .withIdleTimeout(Duration.ofMillis(200))
                .withRequestTimeout(Duration.ofMillis(500)))) {
      for (String said :
          List.of(
              "",
              "POST /mess",
              "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")) {
        try (Socket socket = new Socket("127.0.0.1", sandbox.port())) {
          socket.setSoTimeout(10_000);
          socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
          assertThat(socket.getInputStream().read()).as(said).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void answers_calls_that_come_in_one_piece() throws IOException {
    try (Sandbox sandbox = Sandbox.start(ANY_PORT.withIdleTimeout(Duration.ofMillis(300)))) {
      Caller caller = new Caller(sandbox).signedIn();
      try (Socket socket = new Socket("127.0.0.1", sandbox.port())) {
        socket.setSoTimeout(10_000);
        for (int i = 0; i < 3; i++) {
          write(socket, caller.token, "k" + i);
        }
        String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answers.split("HTTP/1.1 202 ", -1)).hasSize(4);
      }
    }
  }

  private static void write(Socket socket, String token, String key) throws IOException {
    byte[] body = Caller.good().getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + Caller.MESSAGES
            + key
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Authorization: Bearer "
            + token
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(body);
  }

  @Test
  void names_the_port_in_use_and_its_key() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      SandboxOptions options =
          SandboxOptions.defaults().withHost("0.0.0.0").withPort(taken.getLocalPort());
      assertThatThrownBy(() -> Sandbox.start(options))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("sms.sandbox.port")
          .hasMessageContaining("in use");
    }
  }

  @Test
  void close_frees_the_port_and_is_idempotent() throws Exception {
    Sandbox first = Sandbox.start(ANY_PORT);
    assertThat(first.port()).isPositive();
    assertThat(first.url()).isEqualTo("http://127.0.0.1:" + first.port());
    first.close();
    first.close();
    first.awaitClose();
    try (Sandbox second = Sandbox.start(ANY_PORT.withPort(first.port()))) {
      assertThat(second.port()).isEqualTo(first.port());
      assertThat(new Caller(second).askForToken().status()).isEqualTo(200);
    }
  }

  @Test
  void two_sandboxes_live_side_by_side() {
    try (Sandbox one = Sandbox.start(ANY_PORT);
        Sandbox two = Sandbox.start(ANY_PORT)) {
      assertThat(one.port()).isNotEqualTo(two.port());
      new Caller(one).signedIn().send("k1");
      assertThat(new Caller(two).count()).isZero();
    }
  }

  @Test
  void options_hide_secrets_and_check_values() {
    SandboxOptions options = ANY_PORT.withCredentials("id", "hidden", "1");
    assertThat(options.toString()).doesNotContain("hidden");
    assertThatThrownBy(() -> options.withPort(70_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sms.sandbox.port")
        .hasMessageContaining("70000");
    assertThatThrownBy(() -> options.withKeyWindow(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
