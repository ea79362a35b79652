package dev.smsroutes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.smsroutes.testing.Reply;
import dev.smsroutes.testing.Requests;
import dev.smsroutes.testing.RunningBundle;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gateway with two places: what happens to the third, and how the places become free again. */
@Timeout(60)
class HttpOverloadIT {
  private static RunningBundle bundle;

  private final List<Socket> sockets = new ArrayList<>();

  @BeforeAll
  static void start() {
    bundle =
        RunningBundle.start(
            "sms.http.max-in-flight", "2",
            "sms.http.body-timeout", "500ms",
            "sms.api.response-timeout", "1500ms");
  }

  @AfterAll
  static void stop() {
    bundle.close();
  }

  @BeforeEach
  void forget() {
    bundle.forget();
  }

  @AfterEach
  void hangUp() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private CompletableFuture<Reply> send(String key) {
    return bundle.postLater(RunningBundle.MESSAGES + key, Requests.keyed());
  }

  /** A connection on which a request was begun: so much of its body was sent. */
  private Socket begun(String key, double share) throws IOException {
    byte[] body = Requests.keyed().toString().getBytes(StandardCharsets.UTF_8);
    Socket socket = bundle.connect();
    sockets.add(socket);
    socket
        .getOutputStream()
        .write(
            ("POST "
                    + RunningBundle.MESSAGES
                    + key
                    + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nContent-Length: "
                    + body.length
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(body, 0, (int) (body.length * share));
    socket.getOutputStream().flush();
    return socket;
  }

  private static void awaitSends(int sends) {
    await().until(() -> bundle.sandbox().sends() == sends);
  }

  /** Both places must be free: two at a time, and more than once. */
  private void assertBothPlacesBecomeFree() {
    bundle.sandbox().settings("{\"latencyMs\": 100}");
    await()
        .untilAsserted(
            () -> {
              CompletableFuture<Reply> one = send(Requests.key());
              CompletableFuture<Reply> two = send(Requests.key());
              assertThat(one.join().status()).isEqualTo(202);
              assertThat(two.join().status()).isEqualTo(202);
            });
  }

  @Test
  void answers_503_and_retry_after_to_the_third() {
    bundle.sandbox().settings("{\"latencyMs\": 1000}");
    CompletableFuture<Reply> one = send("one");
    CompletableFuture<Reply> two = send("two");
    awaitSends(2);

    Reply three = send("three").join();

    assertThat(three.status()).isEqualTo(503);
    assertThat(three.header("Retry-After")).contains("1");
    assertThat(three.header("Content-Type")).contains("application/json");
    assertThat(three.code()).isEqualTo(50300);
    assertThat(three.message()).contains("2 requests in progress");
    assertThat(three.json().path("requestId").asText()).isNotBlank();
    assertThat(one.join().status()).isEqualTo(202);
    assertThat(two.join().status()).isEqualTo(202);
    assertThat(bundle.sandbox().find("three")).isEmpty();
    assertBothPlacesBecomeFree();
  }

  @Test
  void counts_nothing_twice_under_a_storm() {
    bundle.sandbox().settings("{\"latencyMs\": 20}");

    List<Reply> replies =
        IntStream.range(0, 200).mapToObj(i -> send("storm-" + i)).toList().stream()
            .map(CompletableFuture::join)
            .toList();

    assertThat(replies).allMatch(reply -> reply.status() == 202 || reply.status() == 503);
    assertThat(bundle.sandbox().messages())
        .hasSize((int) replies.stream().filter(reply -> reply.status() == 202).count());
    assertBothPlacesBecomeFree();
  }

  @Test
  void frees_the_place_after_a_hang_up_amid_the_body() throws IOException {
    for (int round = 0; round < 5; round++) {
      begun("half", 0.5).close();
    }
    begun("none", 0).close();

    assertBothPlacesBecomeFree();
    assertThat(bundle.sandbox().find("half")).isEmpty();
  }

  @Test
  void frees_the_place_of_a_body_without_end() throws IOException {
    Socket one = begun("slow-1", 0.5);
    Socket two = begun("slow-2", 0);

    for (Socket slow : List.of(one, two)) {
      // To the end: the connection is closed.
      Reply reply = Reply.read(slow.getInputStream().readAllBytes());
      assertThat(reply.status()).isEqualTo(408);
      assertThat(reply.header("Connection")).contains("close");
      assertThat(reply.code()).isEqualTo(10000);
      assertThat(reply.message()).contains("sms.http.body-timeout");
    }
    assertBothPlacesBecomeFree();
    assertThat(bundle.sandbox().find("slow-1")).isEmpty();
  }

  @Test
  void frees_the_place_after_a_hang_up_while_waiting() throws IOException {
    bundle.sandbox().settings("{\"latencyMs\": 500}");
    Socket one = begun("waiting-1", 1);
    Socket two = begun("waiting-2", 1);
    awaitSends(2);
    one.close();
    two.close();

    assertBothPlacesBecomeFree();
    // What was under way is not called back.
    assertThat(bundle.sandbox().message("waiting-1").path("times").asInt()).isEqualTo(1);
    assertThat(bundle.sandbox().message("waiting-2").path("times").asInt()).isEqualTo(1);
  }

  @Test
  void frees_the_place_of_a_request_the_server_refused() throws IOException {
    for (int round = 0; round < 2; round++) {
      assertThat(bundle.post("/nope", "{}").status()).isEqualTo(404);
      assertThat(bundle.exchange("PUT", RunningBundle.MESSAGES + "k", "{}").status())
          .isEqualTo(405);
      assertThat(bundle.exchange("POST", RunningBundle.MESSAGES + "k", "{}").status())
          .isEqualTo(415);
      assertThat(bundle.rawPost(RunningBundle.MESSAGES + "%zz", "{}").status()).isEqualTo(400);
      assertThat(bundle.rawPost(RunningBundle.MESSAGES + "%FF", "{}").status()).isEqualTo(400);
      assertThat(
              bundle
                  .raw(
                      ("POST /messaging/v1/sms/messages/k HTTP/1.1\r\nHost: localhost\r\n"
                              + "Content-Type: application/json\r\nContent-Length: 9000000\r\n\r\n")
                          .getBytes(StandardCharsets.US_ASCII))
                  .status())
          .isEqualTo(413);
    }
    assertBothPlacesBecomeFree();
  }
}
